package org.unmute.benchmark.results;

/**
 * The rule by which a probe beats another in one setting: its mean exceeds the opponent's mean by at least one standard
 * deviation (paper, Figure 5). The caption does not say whose deviation. {@link #POOLED} is the default because it is
 * the only one of the three that treats both probes alike.
 */
public enum WinRule {
    /** The root mean square of both deviations. */
    POOLED,
    /** The winner's deviation: {@code mean - sd} is at or above the opponent's mean. */
    OWN,
    /** The opponent's deviation: the mean is at or above the opponent's {@code mean + sd}. */
    OPPONENT;

    /** The standard deviation that applies when testing whether {@code a} beats {@code b}. */
    double deviation(Score a, Score b) {
        return switch (this) {
            case POOLED -> Math.sqrt((a.sd() * a.sd() + b.sd() * b.sd()) / 2);
            case OWN -> a.sd();
            case OPPONENT -> b.sd();
        };
    }

    /**
     * Whether {@code a} beats {@code b}. Equal means are never a win, nor is there a win without standard deviations.
     */
    public boolean wins(Score a, Score b) {
        return a.mean() > b.mean() && a.mean() - b.mean() >= deviation(a, b);
    }

    /** A description of the rule, for captions. */
    public String words() {
        return switch (this) {
            case POOLED -> "the pooled standard deviation of both";
            case OWN -> "its own standard deviation";
            case OPPONENT -> "the opponent's standard deviation";
        };
    }
}
