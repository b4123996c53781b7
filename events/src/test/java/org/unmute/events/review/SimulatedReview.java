package org.unmute.events.review;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.unmute.metrics.interval.StratifiedShare;

/**
 * Reviews of lists whose truth is known.
 *
 * @param events    number of listed events
 * @param precision share of them that is true
 * @param verdicts  size of the sample
 * @param shape     how truth depends on the score
 */
record SimulatedReview(int events, double precision, int verdicts, Shape shape) {
    static final double[] PRECISIONS = {0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99};
    static final int[] VERDICTS = {10, 20, 50, 100, 200};
    static final int[] EVENTS = {100, 1000};

    /** So many samples are drawn of the same list. */
    private static final int SAME = 20;

    /** How truth depends on the score. */
    enum Shape {
        /** Not at all. */
        FLAT {
            @Override
            double key(double rank, Random random) {
                return random.nextDouble();
            }
        },
        /** True events have higher scores. */
        RISING {
            @Override
            double key(double rank, Random random) {
                return 4 * rank - 0.5 * Math.log(1 / random.nextDouble() - 1);
            }
        },
        /** The highest scores are true, all others false. */
        STEP {
            @Override
            double key(double rank, Random random) {
                return rank;
            }
        },
        /** True events have lower scores. */
        FALLING {
            @Override
            double key(double rank, Random random) {
                return -2 * rank - Math.log(1 / random.nextDouble() - 1);
            }
        };

        /** The events with the lowest keys are true; rank 0 has the highest score. */
        abstract double key(double rank, Random random);
    }

    /**
     * What came out.
     *
     * @param covered  share of the intervals that have the true precision of the whole list
     * @param above    the same for the events above the 30 % mark
     * @param width    mean width of the intervals of the whole list
     * @param exact    mean width of those of Clopper and Pearson, without strata and correction
     * @param retrained share that covers after a second training
     * @param certain  whether the events above the 30 % mark were all true each time, or all false
     */
    record Outcome(
            SimulatedReview review,
            double covered,
            double above,
            double width,
            double exact,
            double retrained,
            boolean certain) {}

    /** A threshold for a wanted precision. */
    record Chosen(double met, double found, double recall) {}

    private Random random() {
        return new Random(
                Arrays.hashCode(new int[] {events, (int) Math.round(1000 * precision), verdicts, shape.ordinal()}));
    }

    private int strata() {
        return Math.min(ReviewSample.STRATA, events);
    }

    private boolean[] truth(int count, int trues, Random random) {
        double[] keys = new double[count];
        for (int i = 0; i < count; i++) {
            keys[i] = shape.key((double) i / count, random);
        }
        double[] sorted = keys.clone();
        Arrays.sort(sorted);
        boolean[] truth = new boolean[count];
        for (int i = 0; i < count; i++) {
            truth[i] = trues > 0 && keys[i] <= sorted[trues - 1];
        }
        return truth;
    }

    private static double share(boolean[] truth, int first) {
        int n = 0;
        for (int i = 0; i < first; i++) {
            n += truth[i] ? 1 : 0;
        }
        return (double) n / first;
    }

    private static double[] scores(int count) {
        double[] scores = new double[count];
        for (int i = 0; i < count; i++) {
            scores[i] = 1 - (i + 0.5) / count;
        }
        return scores;
    }

    private ScoredSample sample(boolean[] truth, double[] scores, Random random) {
        int[] order = SampleOrder.of(truth.length, strata(), random);
        byte[] answers = new byte[truth.length];
        Arrays.fill(answers, ScoredSample.NONE);
        for (int i = 0; i < Math.min(verdicts, order.length); i++) {
            answers[order[i]] = truth[order[i]] ? ScoredSample.YES : ScoredSample.NO;
        }
        return new ScoredSample(scores, answers, strata());
    }

    private static boolean covers(PrecisionEstimate precision, double truth) {
        return precision.low() <= truth + 1e-9 && truth <= precision.high() + 1e-9;
    }

    /** Reviews so many times. */
    Outcome repeated(int times) {
        Random random = random();
        double[] scores = scores(events);
        int first = SampleOrder.start(Math.min(3, strata()), strata(), events);
        double[] sums = new double[5];
        boolean[] truth = {};
        boolean certain = true;
        for (int r = 0; r < times; r++) {
            truth = r % SAME == 0 ? truth(events, (int) Math.round(precision * events), random) : truth;
            certain &= share(truth, first) == 0 || share(truth, first) == 1;
            ScoredSample sample = sample(truth, scores, random);
            PrecisionEstimate whole = sample.first(events, 0.95);
            sums[0] += covers(whole, share(truth, events)) ? 1 : 0;
            sums[1] += covers(sample.first(first, 0.95), share(truth, first)) ? 1 : 0;
            sums[2] += whole.high() - whole.low();
            sums[4] += retrained(truth, random) ? 1 : 0;
            sums[3] += Exact.width(Math.round(whole.estimate() * whole.sampled()), whole.sampled());
        }
        return new Outcome(
                this, sums[0] / times, sums[1] / times, sums[2] / times, sums[3] / times, sums[4] / times, certain);
    }

    /**
     * A probe is trained on 30 doubtful verdicts and the sample of the first list, half of the false events among them
     * vanish, and the rest gets new scores. The new list needs a new sample, in which what is known already counts.
     */
    private boolean retrained(boolean[] before, Random random) {
        int n = 0;
        boolean[] truth = new boolean[before.length];
        boolean[] known = new boolean[before.length];
        for (int i = 0; i < before.length; i++) {
            boolean judged = random.nextInt(before.length) < 30 + verdicts;
            if (before[i] || !judged || random.nextBoolean()) {
                known[n] = judged;
                truth[n++] = before[i];
            }
        }
        int[] order = SampleOrder.of(n, Math.min(ReviewSample.STRATA, n), random);
        byte[] answers = new byte[n];
        Arrays.fill(answers, ScoredSample.NONE);
        for (int i = 0, asked = 0; i < n && asked < verdicts; i++) {
            answers[order[i]] = truth[order[i]] ? ScoredSample.YES : ScoredSample.NO;
            asked += known[order[i]] ? 0 : 1;
        }
        ScoredSample sample = new ScoredSample(scores(n), answers, Math.min(ReviewSample.STRATA, n));
        return covers(sample.first(n, 0.95), share(truth, n));
    }

    /** Chooses a threshold so many times. */
    Chosen chosen(double wanted, int times) {
        Random random = random();
        double[] scores = scores(events);
        double[] sums = new double[3];
        boolean[] truth = {};
        for (int r = 0; r < times; r++) {
            truth = r % SAME == 0 ? truth(events, (int) Math.round(precision * events), random) : truth;
            Optional<PrecisionEstimate> chosen = sample(truth, scores, random).threshold(wanted);
            int listed = (int) chosen.map(PrecisionEstimate::listed).orElse(0L).longValue();
            sums[0] += listed == 0 || share(truth, listed) >= wanted ? 1 : 0;
            sums[1] += listed == 0 ? 0 : 1;
            sums[2] += listed == 0 ? 0 : share(truth, listed) * listed / Math.max(1, Math.round(precision * events));
        }
        return new Chosen(sums[0] / times, sums[1] / times, sums[2] / times);
    }

    /** Clopper and Pearson's interval, for a sample that is not stratified. */
    private static final class Exact {
        private static final Map<Long, Double> WIDTHS = new ConcurrentHashMap<>();

        static double width(long found, long trials) {
            return WIDTHS.computeIfAbsent(found << 32 | trials, k -> {
                StratifiedShare share =
                        StratifiedShare.of(List.of(new StratifiedShare.Stratum(1L << 40, trials, found)), 0.95);
                return share.high() - share.low();
            });
        }
    }
}
