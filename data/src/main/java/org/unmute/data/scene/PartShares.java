package org.unmute.data.scene;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.unmute.data.Part;

/**
 * Shares by which recordings, sources and backgrounds are divided among the parts of a set.
 *
 * @param shares share of each part, positive; normalized to a sum of 1
 */
public record PartShares(Map<Part, Double> shares) {
    /** @throws IllegalArgumentException if there is no part, or a share is not positive */
    public PartShares {
        if (shares.isEmpty()) {
            throw new IllegalArgumentException("split: no part has a share");
        }
        shares.forEach((part, share) -> {
            if (!(share > 0 && share < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "split: the share of " + part.label() + " must be above 0: " + share);
            }
        });
        double sum = shares.values().stream().mapToDouble(s -> s).sum();
        Map<Part, Double> scaled = new EnumMap<>(Part.class);
        shares.forEach((part, share) -> scaled.put(part, share / sum));
        shares = Collections.unmodifiableMap(scaled);
    }

    /**
     * Shares by part name.
     *
     * @throws IllegalArgumentException if a name is not train, validation or test, or a share is not positive
     */
    public static PartShares of(Map<String, Double> named) {
        Map<Part, Double> shares = new EnumMap<>(Part.class);
        named.forEach((name, share) -> shares.put(Part.of(name), share));
        return new PartShares(shares);
    }

    /** The parts, in their usual order. */
    public Set<Part> parts() {
        return shares.keySet();
    }

    /**
     * Divides a number of items among the parts; each part gets at least one.
     *
     * @param what kind of items, for the message
     * @return the number of items in each part, which sum to {@code n}
     * @throws IllegalArgumentException if there are fewer items than parts
     */
    public Map<Part, Integer> counts(String what, int n) {
        if (n < shares.size()) {
            StringJoiner names = new StringJoiner(", ");
            parts().forEach(part -> names.add(part.label()));
            throw new IllegalArgumentException("split: " + n + " " + what + " cannot be divided among " + shares.size()
                    + " splits (" + names + ") that share none: give more, or choose fewer splits");
        }
        Map<Part, Integer> counts = new EnumMap<>(Part.class);
        parts().forEach(part -> counts.put(part, 1));
        for (int left = n - shares.size(); left > 0; left--) {
            Part most = null;
            double lacking = Double.NEGATIVE_INFINITY;
            for (Part part : parts()) {
                double lacks = shares.get(part) * n - counts.get(part);
                // The comparison leaves a margin for rounding, so that ties go to the first part.
                if (lacks > lacking + 1e-9) {
                    most = part;
                    lacking = lacks;
                }
            }
            counts.merge(most, 1, Integer::sum);
        }
        return counts;
    }

    /**
     * Distributes items among the parts at random; each part gets at least one, and no item is in two parts.
     *
     * @param what  kind of items, for the message
     * @param items not modified
     * @throws IllegalArgumentException if there are fewer items than parts
     */
    <T> Map<Part, List<T>> deal(String what, List<T> items, SceneRandom random) {
        Map<Part, Integer> counts = counts(what, items.size());
        List<T> order = new ArrayList<>(items);
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.between(0, i));
        }
        Map<Part, List<T>> dealt = new EnumMap<>(Part.class);
        int at = 0;
        for (Map.Entry<Part, Integer> one : counts.entrySet()) {
            dealt.put(one.getKey(), List.copyOf(order.subList(at, at + one.getValue())));
            at += one.getValue();
        }
        return dealt;
    }
}
