package org.unmute.events.decision;

import java.util.Arrays;

/**
 * The number of events of one class in one recording as a function of the threshold, as found by {@link
 * org.unmute.probes.event.EventDetector} with equal high and low thresholds. Frames are added in order of falling score
 * and joined with nearby ones (union-find), so that all thresholds together cost one sort.
 *
 * @param levels where the number changes, falling; it is {@code counts[i]} for thresholds from {@code levels[i + 1]},
 *     inclusive, to {@code levels[i]}, exclusive
 * @param counts number of events, {@code [levels]}
 */
record EventLevels(float[] levels, int[] counts) {
    /** Tolerance for rounded times: frames that begin this little after the allowed gap still join. */
    private static final double ROUNDING = 5e-7;

    /**
     * Counts the events for all thresholds.
     *
     * @param scores      after the median filter, {@code [frames]}. Not modified.
     * @param times       {@code [frames + 1]}, in seconds
     * @param maxGap      events of the class with at most this gap between them become one, in seconds
     * @param minDuration shorter events do not count, in seconds
     * @param most        levels below the first one with more events than this are omitted
     */
    static EventLevels of(float[] scores, double[] times, double maxGap, double minDuration, int most) {
        return new Growth(scores, times, maxGap, minDuration).run(most);
    }

    /** The number of events with a score above a threshold. */
    int above(double threshold) {
        int i = levels.length - 1;
        while (i >= 0 && !(levels[i] > threshold)) {
            i--;
        }
        return i < 0 ? 0 : counts[i];
    }

    /** The level below which a threshold must be to give an event; negative infinity if no threshold gives one. */
    float highest() {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                return levels[i];
            }
        }
        return Float.NEGATIVE_INFINITY;
    }

    /** The events as the threshold falls. */
    private static final class Growth {
        private final float[] scores;
        private final double[] times;
        private final double maxGap;
        private final double minDuration;
        /** Union-find forest of the frames, one tree per event; -1 while the frame is below the threshold. */
        private final int[] parent;
        /** First and last frame of each event, stored at the root. */
        private final int[] first;

        private final int[] last;
        private int count;

        Growth(float[] scores, double[] times, double maxGap, double minDuration) {
            this.scores = scores;
            this.times = times;
            this.maxGap = maxGap;
            this.minDuration = minDuration;
            parent = new int[scores.length];
            first = new int[scores.length];
            last = new int[scores.length];
            Arrays.fill(parent, -1);
        }

        EventLevels run(int most) {
            int n = scores.length;
            long[] order = new long[n];
            for (int i = 0; i < n; i++) {
                // Scores are not negative, so their bits have the same order.
                order[i] = (long) Float.floatToIntBits(scores[i] + 0f) << 32 | i;
            }
            Arrays.sort(order);
            float[] levels = new float[Math.min(n, 16)];
            int[] counts = new int[levels.length];
            int size = 0;
            int before = 0;
            for (int i = n - 1; i >= 0; i--) {
                int frame = (int) order[i];
                add(frame);
                boolean lastOfLevel = i == 0 || order[i - 1] >> 32 != order[i] >> 32;
                if (!lastOfLevel || count == before) {
                    continue;
                }
                if (size == levels.length) {
                    levels = Arrays.copyOf(levels, 2 * size);
                    counts = Arrays.copyOf(counts, 2 * size);
                }
                levels[size] = scores[frame];
                counts[size++] = count;
                before = count;
                if (count > most) {
                    break;
                }
            }
            return new EventLevels(Arrays.copyOf(levels, size), Arrays.copyOf(counts, size));
        }

        private void add(int frame) {
            parent[frame] = frame;
            first[frame] = frame;
            last[frame] = frame;
            count += counts(frame);
            for (int i = frame - 1; i >= 0 && times[frame] - times[i + 1] <= maxGap + ROUNDING; i--) {
                if (parent[i] >= 0) {
                    join(i, frame);
                    break;
                }
            }
            for (int i = frame + 1; i < scores.length && times[i] - times[frame + 1] <= maxGap + ROUNDING; i++) {
                if (parent[i] >= 0) {
                    join(i, frame);
                    break;
                }
            }
        }

        private void join(int a, int b) {
            int into = root(a);
            int from = root(b);
            if (into == from) {
                return;
            }
            count -= counts(into) + counts(from);
            parent[from] = into;
            first[into] = Math.min(first[into], first[from]);
            last[into] = Math.max(last[into], last[from]);
            count += counts(into);
        }

        private int root(int frame) {
            int i = frame;
            while (parent[i] != i) {
                parent[i] = parent[parent[i]];
                i = parent[i];
            }
            return i;
        }

        private int counts(int root) {
            double seconds = times[last[root] + 1] - times[first[root]];
            return Math.rint(seconds * 1e6) / 1e6 >= minDuration ? 1 : 0;
        }
    }
}
