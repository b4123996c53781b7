package org.unmute.metrics;

import java.util.List;

/**
 * The metric that the paper reports for a data set, from 0 to 1; higher is better. Cheaper than computing all metrics.
 */
public enum PrimaryMetric {
    /** Macro mean of average precision over classes with at least one positive clip; for multi-label sets. */
    MAP("mAP") {
        @Override
        public double of(float[][] scores, boolean[][] labels) {
            List<Ranking> rankings = ScoreTable.multiLabel(scores, labels, ScoreScale.PROBABILITY)
                    .rankings((clip, c) -> labels[clip][c]);
            return ClassMeans.defined(rankings, Ranking::averagePrecision);
        }
    },
    /** Share of clips whose best-scored class (the first on ties) is their label; for single-label sets. */
    ACCURACY("accuracy") {
        @Override
        public double of(float[][] scores, boolean[][] labels) {
            return TopK.of(scores, classIndices(labels), 1, ScoreScale.PROBABILITY)
                    .firstIndex();
        }
    };

    private final String label;

    PrimaryMetric(String label) {
        this.label = label;
    }

    /** The name in tables: {@code mAP} or {@code accuracy}. */
    public String label() {
        return label;
    }

    /**
     * Scores an evaluation.
     *
     * @param scores {@code [clips, classes]}, in [0, 1]. Not modified.
     * @param labels {@code [clips, classes]}. Not modified.
     * @return NaN if no class has a positive clip
     * @throws IllegalArgumentException if there are no clips, lengths differ, or a score is NaN or outside [0, 1]; for
     *     accuracy, if a clip does not have exactly one class as well
     */
    public abstract double of(float[][] scores, boolean[][] labels);

    /**
     * The class of each clip.
     *
     * @throws IllegalArgumentException if a clip does not have exactly one class
     */
    public static int[] classIndices(boolean[][] labels) {
        int[] indices = new int[labels.length];
        for (int i = 0; i < indices.length; i++) {
            int ones = 0;
            for (int c = 0; c < labels[i].length; c++) {
                if (labels[i][c]) {
                    indices[i] = c;
                    ones++;
                }
            }
            if (ones != 1) {
                throw new IllegalArgumentException(
                        "accuracy: each clip needs exactly one class, clip " + i + " has " + ones);
            }
        }
        return indices;
    }
}
