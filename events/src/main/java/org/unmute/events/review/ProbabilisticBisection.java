package org.unmute.events.review;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.ReviewedEvent;

/**
 * Where the right events of a class end in a list by score, as far as verdicts tell: a probabilistic bisection
 * (Horstein 1963, <i>Sequential transmission using noiseless feedback</i>). Above the boundary an event is right with
 * probability {@link #RELIABILITY}, below it wrong with the same probability. The event nearest to the median boundary
 * is the one whose verdict tells most. Asked in this order, about half of the events are right, wherever in the list
 * that is.
 */
final class ProbabilisticBisection {
    /** Scores do not separate right from wrong events cleanly: a quarter lies on the other side of the boundary. */
    static final double RELIABILITY = 0.75;

    private final List<ReviewedEvent> events;
    private final double median;

    /**
     * @param events   of a class, from the highest score down
     * @param guess    how many of them are expected above the boundary, which the first verdicts outweigh; every number
     *                 is as likely if it is negative
     * @param verdicts the answer for an event; null without one
     */
    ProbabilisticBisection(List<ReviewedEvent> events, int guess, Function<ReviewedEvent, Answer> verdicts) {
        this.events = events;
        // The logarithm of the likelihood of each boundary; boundary i has i events above it.
        double[] boundaries = new double[events.size() + 1];
        double step = Math.log(RELIABILITY / (1 - RELIABILITY));
        double votes = 0;
        for (int i = 0; i <= events.size(); i++) {
            boundaries[i] = votes - (guess < 0 ? 0 : Math.log(1 + Math.abs(i - guess)));
            Answer answer = i < events.size() ? verdicts.apply(events.get(i)) : null;
            votes += answer == null || answer == Answer.UNSURE ? 0 : answer == Answer.YES ? step : -step;
        }
        median = median(boundaries);
    }

    private static double median(double[] logs) {
        double highest = Arrays.stream(logs).max().orElse(0);
        double half = Arrays.stream(logs).map(l -> Math.exp(l - highest)).sum() / 2;
        double below = 0;
        for (int i = 0; i < logs.length; i++) {
            double share = Math.exp(logs[i] - highest);
            if (below + share >= half) {
                // Between two boundaries where they are alike, so that the order does not lean to one side.
                return i - 0.5 + (half - below) / share;
            }
            below += share;
        }
        return logs.length - 1;
    }

    /** All events, from the one nearest to the median boundary outwards. */
    List<ReviewedEvent> fromBoundary() {
        return IntStream.range(0, events.size())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> Math.abs(i + 0.5 - median)))
                .map(events::get)
                .toList();
    }
}
