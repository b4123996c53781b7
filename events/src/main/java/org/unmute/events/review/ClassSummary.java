package org.unmute.events.review;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.data.verdict.Answer;

/**
 * What the verdicts say about the listed events of a class.
 *
 * @param label    the class
 * @param listed   number of listed events
 * @param answers  number of events with each answer, however they were chosen
 * @param whole    precision of the whole list
 * @param above    precision above each of some thresholds, from the highest down; the last is that of all events
 * @param missed   what is not listed; empty if no stretch without events has a verdict
 * @param seconds  median number of seconds that a verdict took; NaN if unknown
 */
public record ClassSummary(
        String label,
        long listed,
        Map<Answer, Integer> answers,
        PrecisionEstimate whole,
        List<PrecisionEstimate> above,
        Optional<Missed> missed,
        double seconds) {
    public ClassSummary {
        answers = Map.copyOf(answers);
        above = List.copyOf(above);
    }

    /** Number of events with a verdict. */
    public int verdicts() {
        return answers.values().stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * Share of the true sounds that are listed, low end and high end. Each stretch without a listed event counts as one
     * missed sound if the class is there. Empty if nothing is known about such stretches.
     */
    public Optional<double[]> recall() {
        return missed.map(m -> new double[] {
            share(whole.eventsLow(), m.high()), share(whole.eventsHigh(), m.low()),
        });
    }

    private static double share(double found, double missed) {
        return found + missed == 0 ? Double.NaN : found / (found + missed);
    }
}
