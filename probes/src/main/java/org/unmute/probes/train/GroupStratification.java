package org.unmute.probes.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Deals whole groups of clips, such as recordings, to parts of given shares. The classes are spread over the parts as
 * well as whole groups allow, the rarest class first, as in Sechidis et al., On the Stratification of Multi-Label Data
 * (2011), with groups in place of clips. Ties go to the part that is furthest below its share of the clips; groups of
 * the same size are ordered by the seed. The order of the clips does not matter.
 */
public final class GroupStratification {
    /** Number of the group of each clip; groups are numbered in the order of their names. */
    private final int[] groupOf;
    /** Number of clips of each group. */
    private final int[] sizes;
    /** Classes of each group, ascending, and the number of its clips that have them. */
    private final int[][] classesOf;

    private final int[][] countsOf;
    /** Number of clips of each class. */
    private final int[] totals;

    /**
     * @param groups  name of the group of each clip
     * @param labels  classes of each clip, from 0
     * @param classes number of classes
     * @throws IllegalArgumentException if there are not as many groups as labels
     */
    public GroupStratification(List<String> groups, List<int[]> labels, int classes) {
        if (groups.size() != labels.size()) {
            throw new IllegalArgumentException(
                    "stratification: " + groups.size() + " groups for " + labels.size() + " clips: name one for each");
        }
        List<String> names = List.copyOf(new TreeSet<>(groups));
        groupOf = groups.stream()
                .mapToInt(name -> Collections.binarySearch(names, name))
                .toArray();
        sizes = new int[names.size()];
        totals = new int[classes];
        List<List<int[]>> members = new ArrayList<>();
        names.forEach(_ -> members.add(new ArrayList<>()));
        for (int i = 0; i < groupOf.length; i++) {
            sizes[groupOf[i]]++;
            members.get(groupOf[i]).add(labels.get(i));
        }
        classesOf = new int[sizes.length][];
        countsOf = new int[sizes.length][];
        for (int g = 0; g < sizes.length; g++) {
            int[] all = members.get(g).stream()
                    .flatMapToInt(Arrays::stream)
                    .sorted()
                    .toArray();
            classesOf[g] = Arrays.stream(all).distinct().toArray();
            countsOf[g] = new int[classesOf[g].length];
            for (int c : all) {
                countsOf[g][Arrays.binarySearch(classesOf[g], c)]++;
                totals[c]++;
            }
        }
    }

    /**
     * Of clips with training targets.
     *
     * @param targets {@code [clips, classes]}; a class is present if its target is at least 0.5; unknown targets, which
     *     are NaN, do not count
     */
    public static GroupStratification of(List<String> groups, float[] targets, int classes) {
        List<int[]> labels = IntStream.range(0, targets.length / classes)
                .mapToObj(i -> IntStream.range(0, classes)
                        .filter(c -> targets[i * classes + c] >= 0.5f)
                        .toArray())
                .toList();
        return new GroupStratification(groups, labels, classes);
    }

    /** Number of groups. */
    public int groups() {
        return sizes.length;
    }

    /**
     * The part of each clip.
     *
     * @param shares of the parts, positive; normalized to a sum of 1
     * @param seed   for the order of groups of the same size
     * @return numbers from 0 to the number of shares - 1, each at least once
     * @throws IllegalArgumentException if there are fewer groups than parts, or a share is not positive
     */
    public int[] parts(double[] shares, long seed) {
        return ofClips(new Deal(shares).run(seed));
    }

    /**
     * The fold of each clip, for cross-validation over groups: parts of equal shares, none of them empty.
     *
     * @param k    number of folds, at least 1; with fewer groups there are as many folds as groups
     * @param seed for the order of groups of the same size
     * @return numbers from 0
     * @throws IllegalArgumentException if k is less than 1, or there are no clips
     */
    public int[] folds(int k, long seed) {
        if (k < 1) {
            throw new IllegalArgumentException("stratification: there must be at least one fold, not " + k);
        }
        double[] shares = new double[Math.clamp(sizes.length, 1, k)];
        Arrays.fill(shares, 1);
        return parts(shares, seed);
    }

    /**
     * Sets groups aside: the clips of those that are dealt to the second of two parts, so changed that no class has
     * more than half of its clips among them. Under this limit, the number of clips is as near to the share as single
     * changes bring it, each of which is the one that takes the classes the least from their shares.
     *
     * @param share of the clips, above 0 and below 1
     * @return for each clip, whether it is set aside; none is if each group holds more than half of some class
     */
    boolean[] setAside(double share, long seed) {
        int[] part = sizes.length < 2 ? new int[sizes.length] : new Deal(new double[] {1 - share, share}).run(seed);
        new Adjustment(part, share, order(seed)).run();
        int[] ofClips = ofClips(part);
        boolean[] aside = new boolean[ofClips.length];
        for (int i = 0; i < aside.length; i++) {
            aside[i] = ofClips[i] == 1;
        }
        return aside;
    }

    private int[] ofClips(int[] part) {
        return Arrays.stream(groupOf).map(g -> part[g]).toArray();
    }

    /** Large groups first, so that small ones even out the remaining differences. */
    private int[] order(long seed) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, sizes.length).boxed().toList());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, random.nextInt(i + 1), i);
        }
        order.sort((a, b) -> Integer.compare(sizes[b], sizes[a]));
        return order.stream().mapToInt(g -> g).toArray();
    }

    private final class Deal {
        private static final int OPEN = -1;

        private final double[] shares;
        private final int[] part = new int[sizes.length];
        private final int[] groupsIn;
        /** Number of clips that each part still lacks, in total and of each class. */
        private final double[] lacking;

        private final double[][] lackingOf;
        private int open = sizes.length;

        Deal(double[] shares) {
            for (double share : shares) {
                if (!(share > 0 && share < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("stratification: a share must be positive, is " + share);
                }
            }
            if (shares.length == 0 || sizes.length < shares.length) {
                throw new IllegalArgumentException("stratification: " + sizes.length + " groups cannot fill "
                        + shares.length + " splits: choose smaller groups or fewer splits");
            }
            double total = Arrays.stream(shares).sum();
            this.shares = Arrays.stream(shares).map(s -> s / total).toArray();
            Arrays.fill(part, OPEN);
            groupsIn = new int[shares.length];
            lacking = wanted(groupOf.length);
            lackingOf = Arrays.stream(totals).mapToObj(this::wanted).toArray(double[][]::new);
        }

        private double[] wanted(int clips) {
            return Arrays.stream(shares).map(share -> share * clips).toArray();
        }

        /** The part of each group. */
        int[] run(long seed) {
            int[] order = order(seed);
            List<List<Integer>> groupsOf = new ArrayList<>();
            Arrays.stream(totals).forEach(_ -> groupsOf.add(new ArrayList<>()));
            for (int group : order) {
                for (int c : classesOf[group]) {
                    groupsOf.get(c).add(group);
                }
            }
            int[] left = totals.clone();
            for (int c = rarest(left); c >= 0; c = rarest(left)) {
                for (int group : groupsOf.get(c)) {
                    if (part[group] == OPEN) {
                        put(group, lackingOf[c]);
                        for (int k = 0; k < classesOf[group].length; k++) {
                            left[classesOf[group][k]] -= countsOf[group][k];
                        }
                    }
                }
            }
            for (int group : order) {
                if (part[group] == OPEN) {
                    put(group, lacking);
                }
            }
            return part;
        }

        /** The class with the fewest clips that are not dealt, or -1 if all are. */
        private static int rarest(int[] left) {
            int best = -1;
            for (int c = 0; c < left.length; c++) {
                if (left[c] > 0 && (best < 0 || left[c] < left[best])) {
                    best = c;
                }
            }
            return best;
        }

        /** Gives a group to the part that lacks most, on ties to the one that lacks clips most. */
        private void put(int group, double[] most) {
            // Every part receives at least one group.
            boolean onlyEmpty = Arrays.stream(groupsIn).filter(n -> n == 0).count() == open;
            int best = -1;
            for (int p = 0; p < groupsIn.length; p++) {
                if ((!onlyEmpty || groupsIn[p] == 0) && (best < 0 || lacksMore(p, best, most))) {
                    best = p;
                }
            }
            part[group] = best;
            groupsIn[best]++;
            open--;
            lacking[best] -= sizes[group];
            for (int k = 0; k < classesOf[group].length; k++) {
                lackingOf[classesOf[group][k]][best] -= countsOf[group][k];
            }
        }

        private boolean lacksMore(int p, int other, double[] most) {
            return Math.abs(most[p] - most[other]) > 1e-9 ? most[p] > most[other] : lacking[p] > lacking[other];
        }
    }

    /** Moves groups between part 0 and part 1, which is set aside. */
    private final class Adjustment {
        private final int[] part;
        private final double share;
        private final int[] order;
        private final int[] aside = new int[totals.length];
        private int number;

        Adjustment(int[] part, double share, int[] order) {
            this.part = part;
            this.share = share;
            this.order = order;
            for (int g = 0; g < part.length; g++) {
                if (part[g] == 1) {
                    count(g, 1);
                }
            }
        }

        private void count(int group, int sign) {
            number += sign * sizes[group];
            for (int k = 0; k < classesOf[group].length; k++) {
                aside[classesOf[group][k]] += sign * countsOf[group][k];
            }
        }

        void run() {
            for (int c = 0; c < totals.length; c++) {
                while (2 * aside[c] > totals[c]) {
                    int over = c;
                    move(best(g -> part[g] == 1 && Arrays.binarySearch(classesOf[g], over) >= 0));
                }
            }
            for (int g = best(this::isNearer); g >= 0; g = best(this::isNearer)) {
                move(g);
            }
        }

        private void move(int group) {
            part[group] = 1 - part[group];
            count(group, part[group] == 1 ? 1 : -1);
        }

        /** The move among some that brings the classes nearest to their shares; -1 if there is none. */
        private int best(IntPredicate allowed) {
            int best = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int g : order) {
                if (allowed.test(g)) {
                    double cost = cost(g);
                    if (cost < least) {
                        least = cost;
                        best = g;
                    }
                }
            }
            return best;
        }

        /** By how much a move adds to the squared distances of the classes from their shares, as shares of a class. */
        private double cost(int group) {
            int sign = part[group] == 1 ? -1 : 1;
            double cost = 0;
            for (int k = 0; k < classesOf[group].length; k++) {
                int c = classesOf[group][k];
                double before = aside[c] - share * totals[c];
                double after = before + sign * countsOf[group][k];
                cost += (after * after - before * before) / totals[c];
            }
            return cost;
        }

        /** Whether a move is within the limit and brings the number of clips nearer to the share, or above 0. */
        private boolean isNearer(int group) {
            int then = number + (part[group] == 1 ? -1 : 1) * sizes[group];
            double wanted = share * groupOf.length;
            boolean nearer = number == 0 || Math.abs(then - wanted) < Math.abs(number - wanted) - 1e-9;
            if (!nearer || then == 0 || then == groupOf.length) {
                return false;
            }
            for (int k = 0; k < classesOf[group].length && part[group] == 0; k++) {
                int c = classesOf[group][k];
                if (2 * (aside[c] + countsOf[group][k]) > totals[c]) {
                    return false;
                }
            }
            return true;
        }
    }
}
