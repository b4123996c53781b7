package org.unmute.probes.decision;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a probe learned on validation clips: a threshold for each class and a calibration of its scores.
 *
 * <p>Thresholds are on <b>raw scores</b>, the probe's sigmoid or softmax in [0, 1], so that decisions do not depend on
 * the rounding of calibrated scores, which may tie. {@link #calibratedThresholds} gives the same thresholds for
 * calibrated scores. A class counts as present if its score is greater than its threshold. Nothing is known about a
 * class that no validation clip had: its threshold is NaN, its calibration is that of all classes together, and
 * decisions fall back on {@value #FALLBACK}.
 *
 * <p>Immutable and thread-safe.
 */
public final class Decisions {
    /** The threshold of a class about which nothing is known. */
    public static final double FALLBACK = 0.5;

    private final ThresholdRule rule;
    private final String source;
    private final int clips;
    private final int[] positives;
    private final double[] thresholds;
    private final ScoreCalibration calibration;

    /**
     * Creates decisions from given values.
     *
     * @param rule the criterion by which the thresholds were chosen
     * @param source description of the validation clips, such as {@code split 'val'}
     * @param clips       number of validation clips
     * @param positives number of validation clips with each class, {@code [classes]}
     * @param thresholds on raw scores, {@code [classes]}: NaN exactly for classes without a positive clip; negative if
     *     every score counts, including 0
     * @param calibration of raw scores
     * @throws IllegalArgumentException if lengths differ or a value is out of range
     */
    public Decisions(
            ThresholdRule rule,
            String source,
            int clips,
            int[] positives,
            double[] thresholds,
            ScoreCalibration calibration) {
        this.rule = Objects.requireNonNull(rule);
        this.source = source;
        this.clips = clips;
        this.positives = positives.clone();
        this.thresholds = thresholds.clone();
        this.calibration = calibration;
        if (clips < 1
                || source.isBlank()
                || source.chars().anyMatch(Character::isISOControl)
                || positives.length != thresholds.length
                || thresholds.length != calibration.classes()) {
            throw new IllegalArgumentException("decisions: " + clips + " validation clips of '" + source.strip() + "', "
                    + positives.length + " counts of positives, " + thresholds.length + " thresholds and "
                    + calibration.classes() + " slopes: there must be clips, a printable source and one of each for"
                    + " every class");
        }
        for (int c = 0; c < thresholds.length; c++) {
            boolean known = positives[c] > 0;
            if (positives[c] < 0
                    || positives[c] > clips
                    || known != (Math.abs(thresholds[c]) < 1)
                    || known == Double.isNaN(thresholds[c])) {
                throw new IllegalArgumentException("decisions: class " + c + " has " + positives[c] + " of " + clips
                        + " clips and threshold " + thresholds[c]
                        + ": a threshold must be below 1, and NaN exactly where there is no clip");
            }
        }
    }

    /**
     * Learns thresholds and calibration.
     *
     * @param rule the criterion by which the thresholds are chosen
     * @param source description of the validation clips
     * @param scores raw scores of the validation clips, {@code [clips][classes]}, in [0, 1]. Not modified.
     * @param labels {@code [clips][classes]}. Not modified.
     * @throws IllegalArgumentException if there are no clips, sizes differ or a score is not in [0, 1]
     */
    public static Decisions learn(ThresholdRule rule, String source, float[][] scores, boolean[][] labels) {
        return learn(rule, source, scores, labels, null);
    }

    /**
     * Learns the thresholds and the calibration of each class from the clips whose label for it is known.
     *
     * @param known {@code [clips][classes]}; null if every label is known. Not modified.
     * @throws IllegalArgumentException as {@link #learn(ThresholdRule, String, float[][], boolean[][])}
     */
    public static Decisions learn(
            ThresholdRule rule, String source, float[][] scores, boolean[][] labels, boolean @Nullable [][] known) {
        ScoreCalibration calibration = ScoreCalibration.fit(scores, labels, known);
        int[] positives = new int[calibration.classes()];
        double[] thresholds = new double[positives.length];
        for (int c = 0; c < positives.length; c++) {
            int index = c;
            int[] own = IntStream.range(0, scores.length)
                    .filter(i -> known == null || known[i][index])
                    .toArray();
            float[][] ownScores = new float[own.length][1];
            boolean[][] ownLabels = new boolean[own.length][1];
            for (int i = 0; i < own.length; i++) {
                ownScores[i][0] = scores[own[i]][c];
                ownLabels[i][0] = labels[own[i]][c];
                positives[c] += labels[own[i]][c] ? 1 : 0;
            }
            thresholds[c] = own.length == 0 ? Double.NaN : rule.choose(ownScores, ownLabels)[0];
        }
        return new Decisions(rule, source, scores.length, positives, thresholds, calibration);
    }

    /** The criterion by which the thresholds were chosen. */
    public ThresholdRule rule() {
        return rule;
    }

    /** Description of the validation clips. */
    public String source() {
        return source;
    }

    /** Number of validation clips. */
    public int clips() {
        return clips;
    }

    /** Number of classes. */
    public int classes() {
        return thresholds.length;
    }

    /** Number of validation clips with each class, {@code [classes]}. */
    public int[] positives() {
        return positives.clone();
    }

    /** Whether a validation clip had this class, so that its threshold was learned. */
    public boolean isKnown(int c) {
        return positives[c] > 0;
    }

    /** Thresholds on raw scores, {@code [classes]}; NaN for classes about which nothing is known. */
    public double[] thresholds() {
        return thresholds.clone();
    }

    /** The threshold on raw scores by which a class is decided: the learned one, or {@value #FALLBACK}. */
    public double threshold(int c) {
        return isKnown(c) ? thresholds[c] : FALLBACK;
    }

    /** Thresholds on calibrated scores, {@code [classes]}; NaN for classes about which nothing is known. */
    public double[] calibratedThresholds() {
        double[] calibrated = new double[thresholds.length];
        Arrays.setAll(calibrated, c -> isKnown(c) ? calibratedThreshold(c) : Double.NaN);
        return calibrated;
    }

    /** {@link #threshold} on the scale of calibrated scores. */
    public double calibratedThreshold(int c) {
        double threshold = threshold(c);
        return threshold < 0 ? threshold : calibration.apply(c, threshold);
    }

    /** The calibration of raw scores. */
    public ScoreCalibration calibration() {
        return calibration;
    }

    /**
     * Whether a class counts as present.
     *
     * @param score raw score in [0, 1]
     */
    public boolean isPresent(int c, double score) {
        return score > threshold(c);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Decisions o
                && rule.equals(o.rule)
                && source.equals(o.source)
                && clips == o.clips
                && Arrays.equals(positives, o.positives)
                && Arrays.equals(thresholds, o.thresholds)
                && calibration.equals(o.calibration);
    }

    @Override
    public int hashCode() {
        return Objects.hash(rule, source, clips, Arrays.hashCode(thresholds), calibration);
    }

    @Override
    public String toString() {
        return rule.inWords() + ", learned on " + clips + " clips (" + source + ")";
    }
}
