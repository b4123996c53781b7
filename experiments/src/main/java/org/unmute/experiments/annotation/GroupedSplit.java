package org.unmute.experiments.annotation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Splits clips so that no group lies in two splits: clips of one recording, one site or one night sound alike, and a
 * probe that has heard a site in training is not tested on it. Groups are drawn in an order that the seed decides and
 * go, one after the other, to the split that is furthest from its share of the clips.
 */
public final class GroupedSplit {
    private GroupedSplit() {}

    /**
     * The split of each group.
     *
     * @param groups group of each clip
     * @param shares share of each split, positive; they are divided by their sum
     * @param seed   of the order
     * @throws IllegalArgumentException if there are fewer groups than splits, or a share is not positive
     */
    public static Map<String, String> assign(Collection<String> groups, Map<String, Double> shares, long seed) {
        Map<String, Integer> sizes = new TreeMap<>();
        groups.forEach(group -> sizes.merge(group, 1, Integer::sum));
        double total = 0;
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            if (!(share.getValue() > 0 && share.getValue() < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "grouped split: the share of " + share.getKey() + " must be positive: " + share.getValue());
            }
            total += share.getValue();
        }
        if (shares.isEmpty() || sizes.size() < shares.size()) {
            throw new IllegalArgumentException("grouped split: " + sizes.size() + " groups cannot fill " + shares.size()
                    + " splits: choose smaller groups or fewer splits");
        }
        List<String> order = new ArrayList<>(sizes.keySet());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = order.size() - 1; i > 0; i--) {
            String swapped = order.set(random.nextInt(i + 1), order.get(i));
            order.set(i, swapped);
        }
        // Large groups first: small ones then even out what is left.
        order.sort((a, b) -> Integer.compare(sizes.get(b), sizes.get(a)));
        Map<String, Integer> filled = new HashMap<>();
        Map<String, String> splits = new LinkedHashMap<>();
        int left = order.size();
        for (String group : order) {
            String best = null;
            double furthest = Double.NEGATIVE_INFINITY;
            long empty =
                    shares.keySet().stream().filter(s -> !filled.containsKey(s)).count();
            for (Map.Entry<String, Double> share : shares.entrySet()) {
                // Every split gets a group.
                if (empty == left && filled.containsKey(share.getKey())) {
                    continue;
                }
                double missing = share.getValue() / total * groups.size() - filled.getOrDefault(share.getKey(), 0);
                if (missing > furthest) {
                    furthest = missing;
                    best = share.getKey();
                }
            }
            splits.put(group, best);
            filled.merge(best, sizes.get(group), Integer::sum);
            left--;
        }
        return splits;
    }
}
