package org.unmute.probes.decision;

/** Scores in [0, 1] and their logits, finite at both ends. */
public final class Logit {
    /** What 0 is taken for: half the smallest float above it. */
    private static final double LOWEST = 0x1p-150;
    /** What 1 is taken for: half way to the float below it. */
    private static final double HIGHEST = 1 - 0x1p-25;

    private Logit() {}

    /** The logit of a score in [0, 1]. */
    public static double of(double score) {
        return of(score, LOWEST, HIGHEST);
    }

    /** The logit of a score that is first brought within bounds. */
    static double of(double score, double low, double high) {
        double p = Math.clamp(score, low, high);
        return Math.log(p / (1 - p));
    }

    /** The score in [0, 1] of a logit: its sigmoid. */
    public static double toScore(double logit) {
        return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
    }
}
