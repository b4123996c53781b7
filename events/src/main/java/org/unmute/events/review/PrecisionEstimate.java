package org.unmute.events.review;

import org.unmute.metrics.interval.StratifiedShare;

/**
 * The share of true events among the listed ones of a class with at least a score, estimated from the random sample.
 * Verdicts of listeners who could not tell are counted both ways.
 *
 * @param threshold lowest score; the lowest of all listed events for the whole list; NaN without scores
 * @param listed    number of listed events
 * @param sampled   number of them in the sample with a verdict
 * @param unsure    number of these that the listener could not tell
 * @param unsureNo  the share if none of the unsure ones is true
 * @param unsureYes the share if all of them are true
 */
public record PrecisionEstimate(
        double threshold, long listed, long sampled, long unsure, StratifiedShare unsureNo, StratifiedShare unsureYes) {
    /** Lower end of the interval: as if the unsure ones were false. */
    public double low() {
        return unsureNo.low();
    }

    /** Upper end of the interval: as if the unsure ones were true. */
    public double high() {
        return unsureYes.high();
    }

    /** The estimate in the middle between both ways of counting; NaN without verdicts. */
    public double estimate() {
        return (unsureNo.estimate() + unsureYes.estimate()) / 2;
    }

    /** Estimated number of true events among the listed ones. */
    public double events() {
        return estimate() * listed;
    }

    /** Lower end of the interval of their number. */
    public double eventsLow() {
        return Math.max(0, Math.ceil(low() * listed - 1e-6));
    }

    /** Upper end of the interval of their number. */
    public double eventsHigh() {
        return Math.floor(high() * listed + 1e-6);
    }
}
