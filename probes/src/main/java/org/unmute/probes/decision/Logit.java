package org.unmute.events.decision;

/** Scores in [0, 1] and their logits, finite at both ends. */
final class Logit {
    private static final double LOWEST = 0x1p-150;
    private static final double HIGHEST = 1 - 0x1p-25;

    private Logit() {}

    static double of(double score) {
        double p = Math.clamp(score, LOWEST, HIGHEST);
        return Math.log(p / (1 - p));
    }

    static double toScore(double logit) {
        return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
    }
}
