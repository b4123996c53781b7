package org.unmute.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A block of resamples, stored as the number of times each clip was drawn. One pass over a ranking serves all of them:
 * the inner loops run over the resamples, which are contiguous in memory, and only groups with a positive need more
 * than an addition.
 */
final class ResampleBlock {
    private final int first;
    private final int width;
    /**
     * {@code [clips, width]}: number of times that resample {@code first + w} drew the clip. The counts follow
     * Poisson(1), so bytes suffice (a count above 127 has probability 1e-215) and keep the table in the cache.
     */
    private final byte[] drawn;

    private ResampleBlock(int first, int width, byte[] drawn) {
        this.first = first;
        this.width = width;
        this.drawn = drawn;
    }

    /**
     * Draws resamples.
     *
     * @param recordingOf number of the recording of each clip, from 0
     * @param recordings  number of recordings, each of which is drawn with all of its clips
     */
    static ResampleBlock draw(int[] recordingOf, int recordings, long[] seeds, int first, int width) {
        byte[] drawn = new byte[Math.multiplyExact(recordingOf.length, width)];
        byte[] counts = new byte[recordings];
        for (int w = 0; w < width; w++) {
            SplittableRandom random = new SplittableRandom(seeds[first + w]);
            Arrays.fill(counts, (byte) 0);
            for (int i = 0; i < recordings; i++) {
                counts[random.nextInt(recordings)]++;
            }
            for (int i = 0; i < recordingOf.length; i++) {
                drawn[i * width + w] = counts[recordingOf[i]];
            }
        }
        return new ResampleBlock(first, width, drawn);
    }

    /**
     * Computes mean average precision and mean AUROC over the classes for which each is defined, into this block's part
     * of the arrays.
     */
    void means(List<Ranking> rankings, double[] macroMap, double[] macroAuroc) {
        double[] apSum = new double[width];
        double[] aurocSum = new double[width];
        int[] apCount = new int[width];
        int[] aurocCount = new int[width];
        Walk walk = new Walk();
        for (Ranking ranking : rankings) {
            walk.over(ranking, 1);
            for (int w = 0; w < width; w++) {
                double ap = walk.averagePrecision(w);
                double auroc = walk.auroc(w);
                apSum[w] += Double.isNaN(ap) ? 0 : ap;
                apCount[w] += Double.isNaN(ap) ? 0 : 1;
                aurocSum[w] += Double.isNaN(auroc) ? 0 : auroc;
                aurocCount[w] += Double.isNaN(auroc) ? 0 : 1;
            }
        }
        for (int w = 0; w < width; w++) {
            macroMap[first + w] = apSum[w] / apCount[w];
            macroAuroc[first + w] = aurocSum[w] / aurocCount[w];
        }
    }

    /** Average precision of one ranking whose items are {@code itemsPerClip} consecutive entries per clip. */
    void averagePrecision(Ranking ranking, int itemsPerClip, double[] out) {
        Walk walk = new Walk();
        walk.over(ranking, itemsPerClip);
        for (int w = 0; w < width; w++) {
            out[first + w] = walk.averagePrecision(w);
        }
    }

    /**
     * Sum of a value over the drawn clips, divided by the sum of the weights or, if these are null, by the number of
     * clips.
     */
    void ratio(double[] value, double @Nullable [] weightOrNull, double[] out) {
        double[] sum = new double[width];
        double[] weight = new double[width];
        for (int i = 0; i < value.length; i++) {
            for (int w = 0; w < width; w++) {
                int times = drawn[i * width + w];
                sum[w] += times * value[i];
                weight[w] += weightOrNull == null ? times : times * weightOrNull[i];
            }
        }
        for (int w = 0; w < width; w++) {
            out[first + w] = sum[w] / weight[w];
        }
    }

    /** One pass over a ranking for all resamples of the block. */
    private final class Walk {
        private final int[] seen = new int[width];
        private final int[] seenBefore = new int[width];
        private final int[] hits = new int[width];
        private final int[] gained = new int[width];
        private final double[] precision = new double[width];
        private final double[] negativesAbove = new double[width];

        void over(Ranking ranking, int itemsPerClip) {
            Arrays.fill(seen, 0);
            Arrays.fill(hits, 0);
            Arrays.fill(precision, 0);
            Arrays.fill(negativesAbove, 0);
            for (int g = 0; g < ranking.groups(); g++) {
                boolean positive = ranking.groupHasPositive(g);
                if (positive) {
                    System.arraycopy(seen, 0, seenBefore, 0, width);
                    Arrays.fill(gained, 0);
                }
                for (int rank = ranking.groupStart(g); rank < ranking.groupEnd(g); rank++) {
                    int row = ranking.itemAt(rank) / itemsPerClip * width;
                    add(seen, row);
                    if (ranking.positiveAt(rank)) {
                        add(gained, row);
                    }
                }
                if (positive) {
                    closeGroup();
                }
            }
        }

        private void add(int[] sum, int row) {
            for (int w = 0; w < width; w++) {
                sum[w] += drawn[row + w];
            }
        }

        private void closeGroup() {
            for (int w = 0; w < width; w++) {
                if (gained[w] > 0) {
                    int negativesBefore = seenBefore[w] - hits[w];
                    int tied = seen[w] - seenBefore[w] - gained[w];
                    negativesAbove[w] += gained[w] * (negativesBefore + 0.5 * tied);
                    hits[w] += gained[w];
                    precision[w] += gained[w] * ((double) hits[w] / seen[w]);
                }
            }
        }

        double averagePrecision(int w) {
            return hits[w] == 0 ? Double.NaN : precision[w] / hits[w];
        }

        double auroc(int w) {
            double pairs = (double) hits[w] * (seen[w] - hits[w]);
            return pairs == 0 ? Double.NaN : 1 - negativesAbove[w] / pairs;
        }
    }
}
