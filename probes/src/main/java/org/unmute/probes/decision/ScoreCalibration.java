package org.unmute.probes.decision;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Maps the scores of each class to probabilities: {@code sigmoid(slope * logit(score) + offset)} (Platt,
 * <i>Probabilistic outputs for support vector machines</i>, 1999), each class against all others. Slopes are positive,
 * so calibrated scores rise strictly with raw ones and rankings of clips do not change. In floating point, calibrated
 * scores close to 1 may round to the same number; rank by raw scores.
 *
 * <p>The calibrated probabilities of exclusive classes need not sum to 1. A temperature would preserve the sum, but
 * then the order of two clips under one class would depend on the scores of their other classes.
 */
public final class ScoreCalibration {
    /** A fit clamps scores to this distance from 0 and 1, so that one confident mistake does not dominate a class. */
    private static final double EDGE = 1e-7;
    /** Lower bound of slopes: scores that fall as the label rises are flattened, not reversed. */
    private static final double MIN_SLOPE = 1e-2;

    private static final double MAX_SLOPE = 1e2;
    private static final int MAX_STEPS = 100;
    /** The number of positive clips to which the fit of all classes is equivalent. */
    private static final int SHARED_WEIGHT = 10;

    private final double[] slopes;
    private final double[] offsets;

    /**
     * A calibration with given coefficients.
     *
     * @param slopes  {@code [classes]}, positive
     * @param offsets {@code [classes]}, finite
     * @throws IllegalArgumentException if lengths differ, a slope is not positive or a number is not finite
     */
    public ScoreCalibration(double[] slopes, double[] offsets) {
        if (slopes.length != offsets.length || slopes.length == 0) {
            throw new IllegalArgumentException(
                    "calibration: " + slopes.length + " slopes and " + offsets.length + " offsets");
        }
        for (int c = 0; c < slopes.length; c++) {
            if (!(slopes[c] > 0 && slopes[c] < Double.POSITIVE_INFINITY) || !Double.isFinite(offsets[c])) {
                throw new IllegalArgumentException("calibration: class " + c + " has slope " + slopes[c]
                        + " and offset " + offsets[c] + "; slopes must be positive, both finite");
            }
        }
        this.slopes = slopes.clone();
        this.offsets = offsets.clone();
    }

    /**
     * Fits each class by maximum likelihood, with Platt's targets {@code (n+ + 1) / (n+ + 2)} and {@code 1 / (n- + 2)}
     * instead of 1 and 0, which keep the slope finite for separable classes. A class with few positive clips is shrunk
     * towards the fit of all classes together, which weighs as much as {@value #SHARED_WEIGHT} positive clips: a fit
     * of one or two clips is a matter of chance, and would scramble the order of the classes of a clip. A class that
     * lacks positive or negative clips has the fit of all.
     *
     * @param scores {@code [clips][classes]}, in [0, 1]. Not modified.
     * @param labels {@code [clips][classes]}. Not modified.
     * @param known  {@code [clips][classes]}: which labels count; null if all do. Not modified.
     * @throws IllegalArgumentException if there are no clips, sizes differ or a score is not in [0, 1]
     */
    public static ScoreCalibration fit(float[][] scores, boolean[][] labels, boolean @Nullable [][] known) {
        byte[][] states = new byte[labels.length][];
        for (int i = 0; i < states.length; i++) {
            states[i] = new byte[labels[i].length];
            for (int c = 0; c < states[i].length; c++) {
                states[i][c] = (byte) (known != null && !known[i][c] ? -1 : labels[i][c] ? 1 : 0);
            }
        }
        return fit(scores, states, false);
    }

    /**
     * Fits one slope for all classes and an offset for each. The offset of a class with few positive clips is shrunk
     * towards the offset of all classes, which weighs as much as {@value #SHARED_WEIGHT} positive clips. So the order
     * of classes changes only where the data support it.
     *
     * @param scores {@code [clips][classes]}, in [0, 1]. Not modified.
     * @param labels {@code [clips][classes]}: 1 present, 0 absent, negative for unknown. Not modified.
     * @throws IllegalArgumentException if there are no clips, sizes differ or a score is not in [0, 1]
     */
    public static ScoreCalibration fitWithSharedSlope(float[][] scores, byte[][] labels) {
        return fit(scores, labels, true);
    }

    private static ScoreCalibration fit(float[][] scores, byte[][] labels, boolean sameSlope) {
        if (scores.length == 0 || scores.length != labels.length) {
            throw new IllegalArgumentException(
                    "calibration: " + scores.length + " clips with scores, " + labels.length + " with labels");
        }
        int classes = scores[0].length;
        Known all = new Known(scores, labels, 0, classes);
        double[] shared = fit(all.x, all.positive, Double.NaN);
        double[] slopes = new double[classes];
        double[] offsets = new double[classes];
        for (int c = 0; c < classes; c++) {
            Known own = new Known(scores, labels, c, c + 1);
            slopes[c] = shared[0];
            offsets[c] = shared[1];
            if (own.positives > 0 && own.positives < own.x.length) {
                double[] line = fit(own.x, own.positive, sameSlope ? shared[0] : Double.NaN);
                slopes[c] = sameSlope ? shared[0] : shrunk(line[0], shared[0], own.positives);
                offsets[c] = shrunk(line[1], shared[1], own.positives);
            }
        }
        return new ScoreCalibration(slopes, offsets);
    }

    private static double shrunk(double own, double shared, int positives) {
        return (positives * own + SHARED_WEIGHT * shared) / (positives + SHARED_WEIGHT);
    }

    /** Logits and labels of some classes, restricted to known labels. */
    private static final class Known {
        private final double[] x;
        private final boolean[] positive;
        private int positives;

        Known(float[][] scores, byte[][] labels, int from, int to) {
            int count = 0;
            for (byte[] row : labels) {
                for (int c = from; c < to; c++) {
                    count += row[c] >= 0 ? 1 : 0;
                }
            }
            x = new double[count];
            positive = new boolean[count];
            int at = 0;
            for (int i = 0; i < scores.length; i++) {
                for (int c = from; c < to; c++) {
                    if (labels[i][c] >= 0) {
                        x[at] = Logit.of(requireScore(scores[i][c]), EDGE, 1 - EDGE);
                        positive[at] = labels[i][c] > 0;
                        positives += positive[at++] ? 1 : 0;
                    }
                }
            }
        }
    }

    /**
     * Newton's method with step halving on the loss, which is convex in slope and offset. If a slope is given, only the
     * offset is fitted.
     */
    private static double[] fit(double[] x, boolean[] positive, double given) {
        int positives = 0;
        for (boolean p : positive) {
            positives += p ? 1 : 0;
        }
        int negatives = x.length - positives;
        if (positives == 0 || negatives == 0) {
            return new double[] {Double.isNaN(given) ? 1 : given, 0};
        }
        double[] targets = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            targets[i] = positive[i] ? (positives + 1.0) / (positives + 2.0) : 1 / (negatives + 2.0);
        }
        boolean free = Double.isNaN(given);
        double slope = free ? 1 : given;
        double offset = 0;
        double loss = loss(x, targets, slope, offset);
        for (int step = 0; step < MAX_STEPS; step++) {
            double ga = 0;
            double gb = 0;
            double haa = 1e-12;
            double hab = 0;
            double hbb = 1e-12;
            for (int i = 0; i < x.length; i++) {
                double p = Logit.toScore(slope * x[i] + offset);
                double w = p * (1 - p);
                ga += (p - targets[i]) * x[i];
                gb += p - targets[i];
                haa += w * x[i] * x[i];
                hab += w * x[i];
                hbb += w;
            }
            if (Math.hypot(free ? ga : 0, gb) < 1e-10 * x.length) {
                break;
            }
            double det = haa * hbb - hab * hab;
            double da = det > 1e-14 * haa * hbb ? -(hbb * ga - hab * gb) / det : -ga / haa;
            double db = det > 1e-14 * haa * hbb ? -(haa * gb - hab * ga) / det : -gb / hbb;
            if (!free) {
                da = 0;
                db = -gb / hbb;
            }
            double scale = 1;
            double next = loss;
            while (scale > 1e-10) {
                next = loss(x, targets, Math.clamp(slope + scale * da, MIN_SLOPE, MAX_SLOPE), offset + scale * db);
                if (next < loss) {
                    break;
                }
                scale /= 2;
            }
            if (!(next < loss)) {
                break;
            }
            slope = Math.clamp(slope + scale * da, MIN_SLOPE, MAX_SLOPE);
            offset += scale * db;
            loss = next;
        }
        return new double[] {slope, offset};
    }

    private static double loss(double[] x, double[] targets, double slope, double offset) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double z = slope * x[i] + offset;
            // -t log(p) - (1 - t) log(1 - p)
            sum += Math.max(z, 0) - targets[i] * z + Math.log1p(Math.exp(-Math.abs(z)));
        }
        return sum;
    }

    private static double requireScore(double score) {
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("calibration: scores must be in [0, 1]: " + score);
        }
        return score;
    }

    /** Number of classes. */
    public int classes() {
        return slopes.length;
    }

    /** Slopes, {@code [classes]}. */
    public double[] slopes() {
        return slopes.clone();
    }

    /** Offsets, {@code [classes]}. */
    public double[] offsets() {
        return offsets.clone();
    }

    /**
     * The calibrated score for a raw one.
     *
     * @param c     class
     * @param score in [0, 1]
     * @return in (0, 1)
     */
    public double apply(int c, double score) {
        return Logit.toScore(slopes[c] * Logit.of(requireScore(score)) + offsets[c]);
    }

    /** Calibrated scores of a clip, {@code [classes]}. The raw scores are not modified. */
    public float[] apply(float[] scores) {
        float[] calibrated = new float[scores.length];
        for (int c = 0; c < calibrated.length; c++) {
            calibrated[c] = (float) apply(c, scores[c]);
        }
        return calibrated;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScoreCalibration o
                && Arrays.equals(slopes, o.slopes)
                && Arrays.equals(offsets, o.offsets);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(slopes) + Arrays.hashCode(offsets);
    }
}
