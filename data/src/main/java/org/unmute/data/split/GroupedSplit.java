package org.unmute.data.split;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.unmute.probes.train.GroupStratification;

/**
 * Splits clips so that no group lies in two splits: clips of one recording, one site or one night sound alike, and a
 * probe must not be tested on a site that it was trained on. {@link GroupStratification} deals the groups.
 */
public final class GroupedSplit {
    private GroupedSplit() {}

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
     * @throws IllegalArgumentException as {@link GroupStratification#parts}
     */
    public static Map<String, String> assign(
            List<String> groups, List<? extends Collection<String>> labels, Map<String, Double> shares, long seed) {
        Set<String> classes = new TreeSet<>();
        labels.forEach(classes::addAll);
        Map<String, Integer> numbers = new HashMap<>();
        classes.forEach(label -> numbers.put(label, numbers.size()));
        List<int[]> numbered = labels.stream()
                .map(of -> of.stream().mapToInt(numbers::get).toArray())
                .toList();
        int[] parts = new GroupStratification(groups, numbered, classes.size())
                .parts(shares.values().stream().mapToDouble(share -> share).toArray(), seed);
        List<String> splits = List.copyOf(shares.keySet());
        Map<String, String> splitOf = new TreeMap<>();
        for (int i = 0; i < parts.length; i++) {
            splitOf.put(groups.get(i), splits.get(parts[i]));
        }
        return splitOf;
    }

    /**
     * As {@link #assign(List, List, Map, long)}, but each class of at least two groups has one in each of the first two
     * splits. Groups are moved from the other splits, unless that would take another class from the first two.
     */
    public static Map<String, String> spread(
            List<String> groups, List<? extends Collection<String>> labels, Map<String, Double> shares, long seed) {
        Map<String, String> splitOf = new TreeMap<>(assign(groups, labels, shares, seed));
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
}
