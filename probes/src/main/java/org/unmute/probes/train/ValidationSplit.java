package org.unmute.probes.train;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.tensor.RandomNumbers;

/**
 * Sets part of the training clips aside for validation by iterative stratification (Sechidis et al. 2011): each class
 * has about the same share in both parts, and the clips of the rarest class are assigned first. Both lists are
 * ascending.
 *
 * @param train clips to train on
 * @param validation clips set aside
 */
public record ValidationSplit(int[] train, int[] validation) {
    /** A split with the share and seed of the paper's section 11: one tenth, seed 0. */
    public static ValidationSplit of(TokenSet clips) {
        return of(clips.targets(), clips.classes(), 0.1, 0);
    }

    /**
     * Splits the clips as the benchmark's protocol does, each by itself. A class of few clips may lose all of them to
     * validation.
     *
     * @param targets {@code [clips, classes]}; a class is present if its target is at least 0.5; unknown targets, which
     *     are NaN, do not count
     * @param share fraction of clips set aside, above 0 and below 1
     * @throws IllegalArgumentException if the share is out of range or leaves one part without clips
     */
    public static ValidationSplit of(float[] targets, int classes, double share, long seed) {
        int clips = targets.length / classes;
        int wanted = (int) Math.round(clips * share);
        if (!(share > 0 && share < 1) || wanted < 1 || wanted >= clips) {
            throw new IllegalArgumentException("validation split: a share of " + share + " of " + clips
                    + " clips leaves one part empty: give a split, or more clips");
        }
        return of(new Deal(targets, classes, clips, wanted, share, seed).run());
    }

    /**
     * Splits the clips by whole recordings, so that no class loses more than half of its clips to validation: each
     * class keeps some to train on. The number set aside is as near to the share as this allows. A class in a single
     * recording is not divided.
     *
     * @param recordings recording of each clip
     * @param targets as in {@link #of(float[], int, double, long)}
     * @throws IllegalArgumentException if the share is out of range, or nothing can be set aside
     */
    public static ValidationSplit of(List<String> recordings, float[] targets, int classes, double share, long seed) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("validation split: the share must be above 0 and below 1, is " + share);
        }
        GroupStratification groups = GroupStratification.of(recordings, targets, classes);
        ValidationSplit split = of(groups.setAside(share, seed));
        if (split.validation.length == 0) {
            throw new IllegalArgumentException("validation split: a share of " + share + " of " + recordings.size()
                    + " clips (recordings: " + groups.groups()
                    + ") leaves validation without clips, since no recording is"
                    + " divided and no class may lose more than half of its clips: label more recordings of each"
                    + " class, or give a split");
        }
        return split;
    }

    private static ValidationSplit of(boolean[] aside) {
        int clips = aside.length;
        int[] train = new int[clips];
        int[] validation = new int[clips];
        int t = 0;
        int v = 0;
        for (int i = 0; i < clips; i++) {
            if (aside[i]) {
                validation[v++] = i;
            } else {
                train[t++] = i;
            }
        }
        return new ValidationSplit(Arrays.copyOf(train, t), Arrays.copyOf(validation, v));
    }

    /** Part 0 is the training part, part 1 the validation part. */
    private static final class Deal {
        private static final byte OPEN = -1;

        private final float[] targets;
        private final int classes;
        private final int[] order;
        private final byte[] part;
        private final int[] open;
        private final double[][] wantedOfClass;
        private final int[] room;

        Deal(float[] targets, int classes, int clips, int wanted, double share, long seed) {
            this.targets = targets;
            this.classes = classes;
            part = new byte[clips];
            Arrays.fill(part, OPEN);
            order = RandomNumbers.order(new SplittableRandom(seed), clips);
            open = new int[classes];
            for (int i = 0; i < clips; i++) {
                for (int c = 0; c < classes; c++) {
                    open[c] += has(i, c) ? 1 : 0;
                }
            }
            wantedOfClass = new double[2][classes];
            for (int c = 0; c < classes; c++) {
                wantedOfClass[0][c] = open[c] * (1 - share);
                wantedOfClass[1][c] = open[c] * share;
            }
            room = new int[] {clips - wanted, wanted};
        }

        boolean[] run() {
            for (int c = rarest(); c >= 0; c = rarest()) {
                for (int clip : order) {
                    if (part[clip] == OPEN && has(clip, c)) {
                        give(clip, choose(wantedOfClass[0][c], wantedOfClass[1][c]));
                    }
                }
            }
            for (int clip : order) {
                if (part[clip] == OPEN) {
                    give(clip, choose(0, 0));
                }
            }
            boolean[] aside = new boolean[part.length];
            for (int i = 0; i < aside.length; i++) {
                aside[i] = part[i] == 1;
            }
            return aside;
        }

        /** The part that needs more clips of a class; on ties, the one with more open places. A full part gets none. */
        private int choose(double training, double validation) {
            if (room[0] == 0 || room[1] == 0) {
                return room[0] == 0 ? 1 : 0;
            }
            return training == validation ? room[0] >= room[1] ? 0 : 1 : training > validation ? 0 : 1;
        }

        private void give(int clip, int to) {
            part[clip] = (byte) to;
            room[to]--;
            for (int c = 0; c < classes; c++) {
                if (has(clip, c)) {
                    open[c]--;
                    wantedOfClass[to][c]--;
                }
            }
        }

        /** The class with the fewest unassigned clips, or -1 if there are none. */
        private int rarest() {
            int best = -1;
            for (int c = 0; c < classes; c++) {
                if (open[c] > 0 && (best < 0 || open[c] < open[best])) {
                    best = c;
                }
            }
            return best;
        }

        private boolean has(int clip, int c) {
            return targets[clip * classes + c] >= 0.5f;
        }
    }

    /** Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ValidationSplit that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {train, validation};
    }

    @Override
    public String toString() {
        return "ValidationSplit[train=" + Arrays.toString(train) + ", validation=" + Arrays.toString(validation) + "]";
    }
}
