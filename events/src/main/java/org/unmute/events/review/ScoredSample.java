package org.unmute.events.review;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmute.metrics.interval.StratifiedShare;

/** The listed events of a class by score, with the answers of the random sample: what estimates are computed from. */
final class ScoredSample {
    /** Answers. */
    static final byte NONE = -1;

    static final byte NO = 0;
    static final byte YES = 1;
    static final byte UNSURE = 2;

    private static final double LEVEL = 0.95;

    private final double[] scores;
    private final byte[] answers;
    private final int strata;

    /**
     * Not copied.
     *
     * @param scores from the highest down; NaN for events without one
     * @param answers one for each
     */
    ScoredSample(double[] scores, byte[] answers, int strata) {
        this.scores = scores;
        this.answers = answers;
        this.strata = strata;
    }

    /** Precision above the lowest score of each stratum, from the highest down; the last one is that of all events. */
    List<PrecisionEstimate> curve() {
        List<PrecisionEstimate> curve = new ArrayList<>();
        for (int end : ends()) {
            curve.add(first(end, LEVEL));
        }
        return curve;
    }

    /** Numbers of events above each threshold that may be chosen, ascending. */
    private List<Integer> ends() {
        if (scores.length > 0 && Double.isNaN(scores[scores.length - 1])) {
            return List.of(scores.length); // without scores there are no thresholds
        }
        List<Integer> ends = new ArrayList<>();
        for (int s = 1; s <= strata; s++) {
            int end = SampleOrder.start(s, strata, scores.length);
            while (end > 0 && end < scores.length && scores[end] == scores[end - 1]) {
                end++; // a threshold does not divide events with the same score
            }
            if (ends.isEmpty() || end > ends.getLast()) {
                ends.add(end);
            }
        }
        return ends;
    }

    /** Precision of the events with the highest scores. */
    PrecisionEstimate first(int count, double level) {
        List<StratifiedShare.Stratum> no = new ArrayList<>();
        List<StratifiedShare.Stratum> yes = new ArrayList<>();
        long sampled = 0;
        long unsure = 0;
        for (int s = 0; s < strata; s++) {
            int from = SampleOrder.start(s, strata, scores.length);
            int to = Math.min(count, SampleOrder.start(s + 1, strata, scores.length));
            int[] numbers = new int[3];
            for (int i = from; i < to; i++) {
                if (answers[i] != NONE) {
                    numbers[answers[i]]++;
                }
            }
            if (to > from) {
                int trials = numbers[NO] + numbers[YES] + numbers[UNSURE];
                no.add(new StratifiedShare.Stratum(to - from, trials, numbers[YES]));
                yes.add(new StratifiedShare.Stratum(to - from, trials, numbers[YES] + numbers[UNSURE]));
                sampled += trials;
                unsure += numbers[UNSURE];
            }
        }
        double threshold = count == 0 ? Double.NaN : scores[count - 1];
        StratifiedShare least = StratifiedShare.of(no, level);
        return new PrecisionEstimate(
                threshold, count, sampled, unsure, least, unsure == 0 ? least : StratifiedShare.of(yes, level));
    }

    /**
     * The lowest threshold above which the precision is shown to be at least as wanted. The candidates are tested from
     * the highest score down, beginning with the first that has enough verdicts to pass if all of them are yes, until
     * one fails; so the lower bounds of all that passed hold together at 95 %, whatever is chosen.
     *
     * @param wanted in (0, 1)
     * @return the precision above it, with 90 % intervals: the lower end alone is a bound at 95 %
     */
    Optional<PrecisionEstimate> threshold(double wanted) {
        PrecisionEstimate best = null;
        for (int end : ends()) {
            PrecisionEstimate one = first(end, 1 - 2 * (1 - LEVEL));
            boolean canPass = one.sampled() == end || ifAllAreYes(one.sampled()) >= wanted;
            if (canPass && one.low() < wanted) {
                break;
            }
            best = canPass ? one : best;
        }
        return Optional.ofNullable(best);
    }

    /** The lower bound of a long list if all verdicts are yes: it depends on their number alone. */
    private static double ifAllAreYes(long verdicts) {
        StratifiedShare.Stratum all = new StratifiedShare.Stratum(Integer.MAX_VALUE, verdicts, verdicts);
        return StratifiedShare.of(List.of(all), 1 - 2 * (1 - LEVEL)).low();
    }
}
