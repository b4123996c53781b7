package org.unmute.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Percentile bootstrap over clips, or over their recordings. Each resample draws as many of them as the original has,
 * with replacement. A class without a positive clip in a resample is left out of the mean of that resample. The result
 * depends only on the seed, not on the number of threads.
 *
 * @param resamples number of resamples, at least 1
 * @param level share of resamples inside the interval, in (0, 1)
 * @param seed seed of the draws
 * @param recordings recording of each clip, whose clips are drawn together since they are alike; null to draw clips
 */
public record Bootstrap(
        int resamples, double level, long seed, @Nullable List<String> recordings) {
    /**
     * Number of resamples processed together: wide enough for vector loops, small enough for their weights to stay in
     * the cache.
     */
    private static final int MAX_WIDTH = 64;

    private static final long BLOCK_BYTES = 16L << 20;

    public Bootstrap {
        if (resamples < 1 || !(level > 0 && level < 1)) {
            throw new IllegalArgumentException(
                    "bootstrap: resamples must be at least 1 and the level within (0, 1): " + resamples + ", " + level);
        }
    }

    /** Draws clips. */
    public Bootstrap(int resamples, double level, long seed) {
        this(resamples, level, seed, null);
    }

    /** The same for clips of recordings; with a recording for each clip, in order, the same draws. */
    public Bootstrap drawing(List<String> recordings) {
        return new Bootstrap(resamples, level, seed, List.copyOf(recordings));
    }

    /** 1000 resamples, 95 %. */
    public static Bootstrap withSeed(long seed) {
        return new Bootstrap(1000, 0.95, seed);
    }

    /**
     * Intervals of macro and micro mAP, macro AUROC, d', lwlrap and top-1, under the names of {@link
     * MultiLabelScores#values()}.
     *
     * @param scores {@code [clips, classes]}. Not modified.
     * @param labels {@code [clips, classes]}. Not modified.
     */
    public Map<String, Interval> multiLabel(float[][] scores, boolean[][] labels, ScoreScale scale) {
        return multiLabel(scores, labels, null, scale);
    }

    /** As {@link #multiLabel(float[][], boolean[][], ScoreScale)}, without unknown labels. */
    public Map<String, Interval> multiLabel(
            float[][] scores, boolean[][] labels, boolean @Nullable [][] known, ScoreScale scale) {
        ScoreTable table = ScoreTable.multiLabel(scores, labels, known, scale);
        List<Ranking> rankings = table.rankings((clip, c) -> labels[clip][c]);
        Ranking pooled = table.pooledRanking(labels);
        ClipRanking clipRanking = new ClipRanking(table, labels);
        double[] top1 = new double[table.clips()];
        double[] precision = new double[table.clips()];
        double[] labelCount = new double[table.clips()];
        for (int i = 0; i < table.clips(); i++) {
            top1[i] = labels[i][table.argmax(i)] ? 1 : 0;
            precision[i] = clipRanking.precisionSum(i);
            labelCount[i] = clipRanking.labels(i);
        }
        double[] macro = new double[resamples];
        double[] micro = new double[resamples];
        double[] auroc = new double[resamples];
        double[] lwlrap = new double[resamples];
        double[] topShare = new double[resamples];
        forEachBlock(table.clips(), block -> {
            block.means(rankings, macro, auroc);
            block.averagePrecision(pooled, table.classes(), micro);
            block.ratio(precision, labelCount, lwlrap);
            block.ratio(top1, null, topShare);
        });
        Map<String, Interval> intervals = new LinkedHashMap<>();
        intervals.put("mAP_macro_skip", Interval.of(macro, level));
        intervals.put("mAP_micro", Interval.of(micro, level));
        intervals.put("auroc_macro_skip", Interval.of(auroc, level));
        intervals.put(
                "dprime_of_mean_auroc",
                Interval.of(Arrays.stream(auroc).map(MultiLabelScores::dPrime).toArray(), level));
        intervals.put("lwlrap", Interval.of(lwlrap, level));
        intervals.put("top1_multilabel_all_samples", Interval.of(topShare, level));
        return intervals;
    }

    /**
     * Confidence intervals for top-1, top-5, macro mAP and macro AUROC, keyed by the names in
     * {@link SingleLabelScores#values()}.
     *
     * @param scores {@code [clips, classes]}. Not modified.
     * @param labels class index per clip. Not modified.
     */
    public Map<String, Interval> singleLabel(float[][] scores, int[] labels, ScoreScale scale) {
        ScoreTable table = ScoreTable.singleLabel(scores, labels, scale);
        List<Ranking> rankings = table.rankings((clip, c) -> labels[clip] == c);
        double[] hit1 = new double[table.clips()];
        double[] hit5 = new double[table.clips()];
        for (int i = 0; i < table.clips(); i++) {
            hit1[i] = TopK.hit(table.scores(i), labels[i], 1, true) ? 1 : 0;
            hit5[i] = TopK.hit(table.scores(i), labels[i], 5, true) ? 1 : 0;
        }
        double[] macro = new double[resamples];
        double[] auroc = new double[resamples];
        double[] top1 = new double[resamples];
        double[] top5 = new double[resamples];
        forEachBlock(table.clips(), block -> {
            block.means(rankings, macro, auroc);
            block.ratio(hit1, null, top1);
            block.ratio(hit5, null, top5);
        });
        Map<String, Interval> intervals = new LinkedHashMap<>();
        intervals.put("top1_first_index", Interval.of(top1, level));
        intervals.put("top5_first_index", Interval.of(top5, level));
        intervals.put("mAP_macro_skip", Interval.of(macro, level));
        intervals.put("auroc_macro_skip", Interval.of(auroc, level));
        return intervals;
    }

    /**
     * The primary metric of each resample. Two score tables of the same clips, in the same order, are resampled
     * identically, so that the differences of their values are paired.
     *
     * @param scores {@code [clips, classes]}, in [0, 1]. Not modified.
     * @param labels {@code [clips, classes]}. Not modified.
     * @return {@code [resamples]}; NaN where it is undefined
     * @throws IllegalArgumentException as in {@link PrimaryMetric#of}
     */
    public double[] values(PrimaryMetric metric, float[][] scores, boolean[][] labels) {
        if (metric == PrimaryMetric.MAP) {
            return averagePrecision(scores, labels, null);
        }
        int[] classes = PrimaryMetric.classIndices(labels);
        ScoreTable table = ScoreTable.singleLabel(scores, classes, ScoreScale.PROBABILITY);
        double[] values = new double[resamples];
        double[] hits = new double[table.clips()];
        for (int i = 0; i < hits.length; i++) {
            hits[i] = TopK.hit(table.scores(i), classes[i], 1, true) ? 1 : 0;
        }
        forEachBlock(table.clips(), block -> block.ratio(hits, null, values));
        return values;
    }

    /**
     * The macro mAP of each resample, for paired differences as {@link #values} has them.
     *
     * @param scores {@code [clips, classes]}, in [0, 1]. Not modified.
     * @param labels {@code [clips, classes]}. Not modified.
     * @param known  {@code [clips, classes]}, true where the label is known; null if all are. Not modified.
     * @return {@code [resamples]}; NaN where no class has a positive clip
     */
    public double[] averagePrecision(float[][] scores, boolean[][] labels, boolean @Nullable [][] known) {
        ScoreTable table = ScoreTable.multiLabel(scores, labels, known, ScoreScale.PROBABILITY);
        List<Ranking> rankings = table.rankings((clip, c) -> labels[clip][c]);
        double[] values = new double[resamples];
        double[] auroc = new double[resamples];
        forEachBlock(table.clips(), block -> block.means(rankings, values, auroc));
        return values;
    }

    private interface BlockTask {
        void run(ResampleBlock block);
    }

    /** Processes a resample. Called from several threads. */
    @FunctionalInterface
    public interface DrawTask {
        /**
         * @param resample index of the resample, from 0
         * @param draws    number of times that each item was drawn
         */
        void run(int resample, int[] draws);
    }

    /** Draws {@code items} items with replacement, once for each resample, whatever the recordings. */
    public void forEachDraw(int items, DrawTask task) {
        long[] seeds = seeds();
        IntStream.range(0, resamples).parallel().forEach(r -> {
            SplittableRandom random = new SplittableRandom(seeds[r]);
            int[] draws = new int[items];
            for (int i = 0; i < items; i++) {
                draws[random.nextInt(items)]++;
            }
            task.run(r, draws);
        });
    }

    private long[] seeds() {
        return new SplittableRandom(seed).longs(resamples).toArray();
    }

    private void forEachBlock(int clips, BlockTask task) {
        int[] recordingOf = recordingOf(clips);
        int drawn = Arrays.stream(recordingOf).max().orElseThrow() + 1;
        long[] seeds = seeds();
        int width = Math.clamp(BLOCK_BYTES / clips, 1, MAX_WIDTH);
        int blocks = (resamples + width - 1) / width;
        IntStream.range(0, blocks).parallel().forEach(b -> {
            int first = b * width;
            task.run(ResampleBlock.draw(recordingOf, drawn, seeds, first, Math.min(width, resamples - first)));
        });
    }

    /** The number of each clip's recording, in the order in which recordings appear; without recordings, its own. */
    private int[] recordingOf(int clips) {
        if (recordings == null) {
            return IntStream.range(0, clips).toArray();
        }
        if (recordings.size() != clips) {
            throw new IllegalArgumentException(
                    "bootstrap: " + clips + " clips of " + recordings.size() + " recordings: name one for each clip");
        }
        Map<String, Integer> numbers = new HashMap<>();
        return recordings.stream()
                .mapToInt(name -> numbers.computeIfAbsent(name, _ -> numbers.size()))
                .toArray();
    }
}
