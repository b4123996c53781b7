package org.unmute.probes.decision;

/** Scores in [0, 1] and their logits, finite at both ends. */
public final class Logit {
    /** Stands in for a score of 0: half the smallest float above it. */
    private static final double LOWEST = 0x1p-150;
    /** Stands in for a score of 1: halfway to the next float below it. */
    private static final double HIGHEST = 1 - 0x1p-25;

    private Logit() {}

    /** The logit of a score in [0, 1]. */
    public static double of(double score) {
        return of(score, LOWEST, HIGHEST);
    }

    /** The logit of a score that is first clamped to the bounds. */
    static double of(double score, double low, double high) {
        double p = Math.clamp(score, low, high);
        return Math.log(p / (1 - p));
    }

    /** The score in [0, 1] that a logit stands for: its sigmoid. */
    public static double toScore(double logit) {
        return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
    }
}
