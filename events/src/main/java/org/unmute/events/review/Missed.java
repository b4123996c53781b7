package org.unmute.events.review;

import org.unmute.metrics.interval.StratifiedShare;

/**
 * What was missed, estimated from random stretches without a listed event of the class.
 *
 * @param stretches number of such stretches
 * @param seconds   length of a stretch
 * @param sampled   number of them with a verdict
 * @param unsureNo  share of stretches with the class, if none of the unsure ones has it
 * @param unsureYes the share if all of them have it
 */
public record Missed(
        long stretches, double seconds, long sampled, StratifiedShare unsureNo, StratifiedShare unsureYes) {
    /** Estimated number of stretches with the class; NaN without verdicts. */
    public double estimate() {
        return stretches * (unsureNo.estimate() + unsureYes.estimate()) / 2;
    }

    /** Lower end of the interval of their number. */
    public double low() {
        return Math.max(0, Math.ceil(stretches * unsureNo.low() - 1e-6));
    }

    /** Upper end of the interval of their number. */
    public double high() {
        return Math.floor(stretches * unsureYes.high() + 1e-6);
    }
}
