package org.unmute.events.review;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.metrics.interval.StratifiedShare;

/**
 * What the verdicts of a folder say about its list of events.
 *
 * <p>Only the random sample of this very list estimates. It is the beginning of the sample's order up to the last event
 * that was asked as part of it; an event in this part that was judged before for another reason counts with its answer.
 */
public final class ReviewSummary {
    private static final double LEVEL = 0.95;

    private final Map<String, ClassSummary> classes = new LinkedHashMap<>();
    private final Map<String, ScoredSample> samples = new HashMap<>();
    private final List<Verdict> gone = new ArrayList<>();

    private ReviewSummary() {}

    /** The classes that have listed events or verdicts, sorted. */
    public Map<String, ClassSummary> classes() {
        return Collections.unmodifiableMap(classes);
    }

    /** Verdicts on events that are not listed (any more): they are kept, and count for nothing here. */
    public List<Verdict> gone() {
        return List.copyOf(gone);
    }

    /**
     * The summary of a list.
     *
     * @param queue the queue that asked, with the list
     * @param log   all verdicts
     */
    public static ReviewSummary of(ReviewQueue queue, VerdictLog log) {
        ReviewSummary summary = new ReviewSummary();
        Map<String, List<Verdict>> byLabel = new TreeMap<>();
        for (Verdict verdict : log.latest()) {
            boolean listed = queue.list().has(verdict.event().key());
            if (listed || isStretch(verdict, queue.list())) {
                byLabel.computeIfAbsent(verdict.event().label(), l -> new ArrayList<>())
                        .add(verdict);
            } else {
                summary.gone.add(verdict);
            }
        }
        TreeSet<String> labels = new TreeSet<>(queue.list().labels());
        labels.addAll(byLabel.keySet());
        for (String label : labels) {
            summary.add(queue, label, byLabel.getOrDefault(label, List.of()));
        }
        return summary;
    }

    private static boolean isStretch(Verdict verdict, ListedEvents list) {
        return verdict.draw().isUnlisted() && verdict.draw().list().equals(list.digest());
    }

    private void add(ReviewQueue queue, String label, List<Verdict> verdicts) {
        ListedEvents list = queue.list();
        Map<ReviewedEvent.Key, Verdict> known = new HashMap<>();
        Map<Answer, Integer> answers = new EnumMap<>(Answer.class);
        List<Verdict> stretches = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            if (isStretch(verdict, list)) {
                stretches.add(verdict);
            } else {
                known.put(verdict.event().key(), verdict);
                answers.merge(verdict.answer(), 1, Integer::sum);
            }
        }
        ReviewSample order = ReviewSample.of(list, label);
        Map<ReviewedEvent.Key, Answer> sampled = sampled(order, known, list);
        List<ReviewedEvent> events = list.of(label);
        byte[] codes = new byte[events.size()];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = code(sampled.get(events.get(i).key()));
        }
        ScoredSample sample = new ScoredSample(
                events.stream().mapToDouble(ReviewedEvent::score).toArray(),
                codes,
                order.strata().size());
        samples.put(label, sample);
        List<PrecisionEstimate> above = sample.curve();
        classes.put(
                label,
                new ClassSummary(
                        label,
                        events.size(),
                        answers,
                        above.isEmpty() ? sample.first(0, LEVEL) : above.getLast(),
                        above,
                        missed(queue, label, stretches),
                        median(verdicts.stream()
                                .mapToDouble(Verdict::took)
                                .filter(Double::isFinite)
                                .toArray())));
    }

    private static byte code(Answer answer) {
        if (answer == null) {
            return ScoredSample.NONE;
        }
        return switch (answer) {
            case YES -> ScoredSample.YES;
            case NO, OTHER -> ScoredSample.NO;
            case UNSURE -> ScoredSample.UNSURE;
        };
    }

    /**
     * The lowest threshold of a class above which the precision is shown to be at least as wanted, at 95 %, although it
     * is chosen by the same verdicts; empty if it is shown for none.
     *
     * @param wanted in (0, 1)
     */
    public Optional<PrecisionEstimate> threshold(String label, double wanted) {
        ScoredSample sample = samples.get(label);
        return sample == null ? Optional.empty() : sample.threshold(wanted);
    }

    /**
     * How many verdicts of the random sample a class takes, those given included, until the interval of its precision
     * has about this half width: planned with the estimate so far, or with one half without verdicts.
     *
     * @param halfWidth above 0, such as 0.1
     */
    public int verdictsFor(String label, double halfWidth) {
        ClassSummary summary = classes.get(label);
        int listed = summary == null ? 0 : (int) summary.listed();
        // With few verdicts the estimate may be 0 or 1, which plans for too few.
        double guess = summary == null || summary.whole().sampled() == 0
                ? 0.5
                : (summary.whole().estimate() * summary.whole().sampled() + 1)
                        / (summary.whole().sampled() + 2);
        int low = 0;
        int high = listed;
        while (high - low > 1) {
            int n = (low + high) / 2;
            StratifiedShare share = share(listed, n, Math.round(guess * n));
            if (share.high() - share.low() <= 2 * halfWidth) {
                high = n;
            } else {
                low = n;
            }
        }
        return high;
    }

    /** The answers of the sample so far. */
    private static Map<ReviewedEvent.Key, Answer> sampled(
            ReviewSample sample, Map<ReviewedEvent.Key, Verdict> known, ListedEvents list) {
        List<ReviewedEvent> order = sample.order();
        int end = 0;
        for (int i = 0; i < order.size(); i++) {
            Verdict verdict = known.get(order.get(i).key());
            if (verdict != null
                    && verdict.draw().isSample()
                    && verdict.draw().list().equals(list.digest())) {
                end = i + 1;
            }
        }
        Map<ReviewedEvent.Key, Answer> answers = new HashMap<>();
        for (ReviewedEvent event : order.subList(0, end)) {
            Verdict verdict = known.get(event.key());
            if (verdict != null) {
                answers.put(event.key(), verdict.answer());
            } else if (list.isConfirmed(event.key())) {
                answers.put(event.key(), Answer.YES);
            }
        }
        return answers;
    }

    /** What was missed, from the verdicts on stretches of the planned length. */
    private static Optional<Missed> missed(ReviewQueue queue, String label, List<Verdict> all) {
        if (all.isEmpty()) {
            return Optional.empty();
        }
        UnlistedStretches stretches =
                UnlistedStretches.of(queue.list(), label, queue.plan().stretch());
        List<Verdict> verdicts = all.stream()
                .filter(v -> v.draw().stratum().equals(stretches.stratum()))
                .toList();
        if (verdicts.isEmpty()) {
            return Optional.empty();
        }
        long size = Math.max(verdicts.size(), stretches.size());
        long found = count(verdicts, Answer.YES);
        return Optional.of(new Missed(
                size,
                stretches.seconds(),
                verdicts.size(),
                share(size, verdicts.size(), found),
                share(size, verdicts.size(), found + count(verdicts, Answer.UNSURE))));
    }

    private static StratifiedShare share(long size, long trials, long found) {
        return StratifiedShare.of(List.of(new StratifiedShare.Stratum(size, trials, found)), LEVEL);
    }

    private static long count(List<Verdict> verdicts, Answer answer) {
        return verdicts.stream().filter(v -> v.answer() == answer).count();
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values.length == 0 ? Double.NaN : values[values.length / 2];
    }
}
