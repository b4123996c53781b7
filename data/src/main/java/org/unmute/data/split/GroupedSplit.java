package org.unmute.data.split;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Splits clips so that no group lies in two splits: clips of one recording, one site or one night sound alike, and a
 * probe must not be tested on a site that it was trained on. The classes are spread over the splits by their shares as
 * well as whole groups allow, the rarest class first, as in Sechidis et al., On the Stratification of Multi-Label Data
 * (2011), with groups in place of clips. Ties go to the split that is furthest below its share of the clips; groups of
 * the same size are ordered by the seed.
 */
public final class GroupedSplit {
    private final List<String> splits;
    private final double[] shares;
    /** Number of clips of each group, in the order of assignment. */
    private final Map<String, Integer> sizes;
    /** Number of clips of each class in each group. */
    private final Map<String, Map<String, Integer>> positives;
    /** Number of clips that each split still lacks, in total and of each class. */
    private final double[] lacking;

    private final Map<String, double[]> lackingOf = new HashMap<>();

    private final Map<String, String> assigned = new LinkedHashMap<>();
    private final int[] groupsIn;

    private GroupedSplit(
            Map<String, Integer> sizes, Map<String, Map<String, Integer>> positives, Map<String, Double> shares) {
        this.sizes = sizes;
        this.positives = positives;
        splits = List.copyOf(shares.keySet());
        double total = shares.values().stream().mapToDouble(s -> s).sum();
        this.shares = splits.stream().mapToDouble(s -> shares.get(s) / total).toArray();
        lacking = new double[splits.size()];
        groupsIn = new int[splits.size()];
        add(lacking, sizes.values().stream().mapToInt(n -> n).sum());
        Map<String, Integer> all = new HashMap<>();
        positives.values().forEach(one -> one.forEach((label, n) -> all.merge(label, n, Integer::sum)));
        all.forEach((label, n) -> add(lackingOf.computeIfAbsent(label, l -> new double[splits.size()]), n));
    }

    private void add(double[] counts, int clips) {
        for (int s = 0; s < counts.length; s++) {
            counts[s] += shares[s] * clips;
        }
    }

    /** Assigns groups to splits by the number of clips alone: {@link #assign(List, List, Map, long)} without labels. */
    public static Map<String, String> assign(Collection<String> groups, Map<String, Double> shares, long seed) {
        return assign(List.copyOf(groups), Collections.nCopies(groups.size(), List.of()), shares, seed);
    }

    /**
     * Assigns each group to a split. The order of the clips does not matter.
     *
     * @param groups group of each clip
     * @param labels labels of each clip
     * @param shares share of each split, positive; normalized to a sum of 1
     * @param seed   for the order of groups of the same size
     * @throws IllegalArgumentException if there are fewer groups than splits, or a share is not positive
     */
    public static Map<String, String> assign(
            List<String> groups, List<? extends Collection<String>> labels, Map<String, Double> shares, long seed) {
        Map<String, Integer> counted = new TreeMap<>();
        Map<String, Map<String, Integer>> positives = new TreeMap<>();
        for (int i = 0; i < groups.size(); i++) {
            counted.merge(groups.get(i), 1, Integer::sum);
            Map<String, Integer> of = positives.computeIfAbsent(groups.get(i), g -> new TreeMap<>());
            labels.get(i).forEach(label -> of.merge(label, 1, Integer::sum));
        }
        shares.forEach((split, share) -> {
            if (!(share > 0 && share < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "grouped split: the share of " + split + " must be positive: " + share);
            }
        });
        if (shares.isEmpty() || counted.size() < shares.size()) {
            throw new IllegalArgumentException("grouped split: " + counted.size() + " groups cannot fill "
                    + shares.size() + " splits: choose smaller groups or fewer splits");
        }
        return new GroupedSplit(ordered(counted, seed), positives, shares).assign();
    }

    /**
     * As {@link #assign(List, List, Map, long)}, but each class of at least two groups has one in each of the first two
     * splits. Groups are moved from the other splits, unless that would take another class from the first two.
     */
    public static Map<String, String> spread(
            List<String> groups, List<? extends Collection<String>> labels, Map<String, Double> shares, long seed) {
        Map<String, String> splitOf = new LinkedHashMap<>(assign(groups, labels, shares, seed));
        Map<String, Set<String>> groupsOf = new TreeMap<>();
        for (int i = 0; i < groups.size(); i++) {
            for (String label : labels.get(i)) {
                groupsOf.computeIfAbsent(label, l -> new TreeSet<>()).add(groups.get(i));
            }
        }
        List<String> first = shares.keySet().stream().limit(2).toList();
        List<Set<String>> rarestFirst = groupsOf.values().stream()
                .filter(of -> of.size() >= first.size())
                .sorted(Comparator.comparingInt(Set::size))
                .toList();
        for (Set<String> of : rarestFirst) {
            for (String split : first) {
                if (of.stream().noneMatch(group -> splitOf.get(group).equals(split))) {
                    of.stream()
                            .filter(group -> isSpare(group, splitOf, groupsOf.values(), first))
                            .min(Comparator.comparing(group -> first.contains(splitOf.get(group))))
                            .ifPresent(group -> splitOf.put(group, split));
                }
            }
        }
        return splitOf;
    }

    /** Whether a split keeps a group, and one of the first two splits keeps each of its classes, without this group. */
    private static boolean isSpare(
            String group, Map<String, String> splitOf, Collection<Set<String>> classes, List<String> first) {
        String split = splitOf.get(group);
        Predicate<Set<String>> hasAnother = of ->
                of.stream().anyMatch(g -> !g.equals(group) && splitOf.get(g).equals(split));
        return hasAnother.test(splitOf.keySet())
                && (!first.contains(split)
                        || classes.stream().filter(of -> of.contains(group)).allMatch(hasAnother));
    }

    /** Large groups first, so that small ones even out the remaining differences. */
    private static Map<String, Integer> ordered(Map<String, Integer> sizes, long seed) {
        List<String> order = new ArrayList<>(sizes.keySet());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = order.size() - 1; i > 0; i--) {
            String swapped = order.set(random.nextInt(i + 1), order.get(i));
            order.set(i, swapped);
        }
        order.sort((a, b) -> Integer.compare(sizes.get(b), sizes.get(a)));
        Map<String, Integer> ordered = new LinkedHashMap<>();
        order.forEach(group -> ordered.put(group, sizes.get(group)));
        return ordered;
    }

    private Map<String, String> assign() {
        Map<String, List<String>> groupsOf = new TreeMap<>();
        Map<String, Integer> left = new TreeMap<>();
        sizes.keySet()
                .forEach(group -> positives.get(group).forEach((label, n) -> {
                    groupsOf.computeIfAbsent(label, l -> new ArrayList<>()).add(group);
                    left.merge(label, n, Integer::sum);
                }));
        while (!left.isEmpty()) {
            String rarest = Collections.min(
                            left.entrySet(),
                            Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                    .getKey();
            for (String group : groupsOf.get(rarest)) {
                if (!assigned.containsKey(group)) {
                    put(group, rarest);
                    positives.get(group).forEach((label, n) -> left.computeIfPresent(label, (l, m) -> m - n));
                }
            }
            left.remove(rarest);
        }
        for (String group : sizes.keySet()) {
            if (!assigned.containsKey(group)) {
                put(group, null);
            }
        }
        return assigned;
    }

    /** Gives a group to the split that lacks the class most, then to the one that lacks clips most. */
    private void put(String group, String label) {
        long empty = 0;
        for (int n : groupsIn) {
            empty += n == 0 ? 1 : 0;
        }
        // Every split receives at least one group.
        boolean onlyEmpty = empty == sizes.size() - assigned.size();
        int best = -1;
        for (int s = 0; s < shares.length; s++) {
            if (onlyEmpty && groupsIn[s] > 0) {
                continue;
            }
            if (best < 0 || lacksMore(s, best, label)) {
                best = s;
            }
        }
        int chosen = best;
        assigned.put(group, splits.get(chosen));
        groupsIn[chosen]++;
        lacking[chosen] -= sizes.get(group);
        positives.get(group).forEach((l, n) -> lackingOf.get(l)[chosen] -= n);
    }

    private boolean lacksMore(int split, int other, String label) {
        if (label != null) {
            double[] of = lackingOf.get(label);
            if (Math.abs(of[split] - of[other]) > 1e-9) {
                return of[split] > of[other];
            }
        }
        return lacking[split] > lacking[other];
    }
}
