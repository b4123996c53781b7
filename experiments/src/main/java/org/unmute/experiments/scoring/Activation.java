package org.unmute.experiments.scoring;

/** What becomes of logits, by the names that options and records have for it. */
public enum Activation {
    /** Logits, unchanged. */
    none,
    /** Probabilities of independent classes. */
    sigmoid,
    /** Probabilities of exclusive classes. */
    softmax,
    /** A probe's scores, calibrated on validation clips. */
    calibrated;

    /**
     * What the outputs of a head were trained for: logits as they are of a head that does not say whether its classes
     * exclude each other.
     */
    public static Activation trained(ScoringHead head) {
        if (head.exclusive() == null) {
            return none;
        }
        return head.exclusive() ? softmax : sigmoid;
    }

    /**
     * Scores of a recording, {@code [classes]}.
     *
     * @param logits {@link ScoringHead#logits} of this head
     */
    public float[] of(ScoringHead head, float[] logits) {
        return switch (this) {
            case none -> logits;
            case sigmoid -> sigmoid(logits);
            case softmax -> softmax(logits);
            case calibrated -> head.decisions().calibration().apply(head.scores(logits));
        };
    }

    /** The sigmoid of each of one clip's logits. */
    public static float[] sigmoid(float[] logits) {
        float[] out = new float[logits.length];
        for (int c = 0; c < out.length; c++) {
            out[c] = (float) (1 / (1 + Math.exp(-logits[c])));
        }
        return out;
    }

    /** The softmax of one clip's logits. */
    public static float[] softmax(float[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (float x : logits) {
            max = Math.max(max, x);
        }
        double sum = 0;
        for (float x : logits) {
            sum += Math.exp(x - max);
        }
        float[] out = new float[logits.length];
        for (int c = 0; c < out.length; c++) {
            out[c] = (float) (Math.exp(logits[c] - max) / sum);
        }
        return out;
    }
}
