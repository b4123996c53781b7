package org.unmute.events.review;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
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
 *
 * @param classes by class, sorted
 * @param gone    verdicts on events that are not listed (any more); they are kept and count for nothing here
 */
public record ReviewSummary(Map<String, ClassSummary> classes, List<Verdict> gone) {
    private static final double LEVEL = 0.95;

    public ReviewSummary {
        classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
        gone = List.copyOf(gone);
    }

    /**
     * The summary of a list.
     *
     * @param queue the queue that asked, with the list
     * @param log   all verdicts
     */
    public static ReviewSummary of(ReviewQueue queue, VerdictLog log) {
        Map<String, List<Verdict>> byLabel = new TreeMap<>();
        List<Verdict> gone = new ArrayList<>();
        for (Verdict verdict : log.latest()) {
            boolean listed = queue.list().has(verdict.event().key());
            if (listed || isStretch(verdict, queue.list())) {
                byLabel.computeIfAbsent(verdict.event().label(), l -> new ArrayList<>())
                        .add(verdict);
            } else {
                gone.add(verdict);
            }
        }
        TreeSet<String> labels = new TreeSet<>(queue.list().labels());
        labels.addAll(byLabel.keySet());
        Map<String, ClassSummary> classes = new LinkedHashMap<>();
        for (String label : labels) {
            classes.put(label, summary(queue, label, byLabel.getOrDefault(label, List.of())));
        }
        return new ReviewSummary(classes, gone);
    }

    private static boolean isStretch(Verdict verdict, ListedEvents list) {
        return verdict.draw().isUnlisted() && verdict.draw().list().equals(list.digest());
    }

    private static ClassSummary summary(ReviewQueue queue, String label, List<Verdict> verdicts) {
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
        ReviewSample sample = ReviewSample.of(list, label);
        Map<ReviewedEvent.Key, Answer> sampled = sampled(sample, known, list.digest());
        List<Precision> above = new ArrayList<>();
        for (List<ReviewedEvent> stratum : sample.strata()) {
            Precision next = precision(sample, sampled, stratum.getLast().score());
            if (above.isEmpty() || next.listed() > above.getLast().listed()) {
                above.add(next);
            }
        }
        Precision whole = above.isEmpty() ? precision(sample, sampled, Double.NaN) : above.getLast();
        return new ClassSummary(
                label,
                list.of(label).size(),
                answers,
                whole,
                above,
                missed(queue, label, stretches),
                median(verdicts.stream()
                        .mapToDouble(Verdict::took)
                        .filter(Double::isFinite)
                        .toArray()));
    }

    /** The answers of the sample so far. */
    private static Map<ReviewedEvent.Key, Answer> sampled(
            ReviewSample sample, Map<ReviewedEvent.Key, Verdict> known, String digest) {
        List<ReviewedEvent> order = sample.order();
        int end = 0;
        for (int i = 0; i < order.size(); i++) {
            Verdict verdict = known.get(order.get(i).key());
            if (verdict != null
                    && verdict.draw().isSample()
                    && verdict.draw().list().equals(digest)) {
                end = i + 1;
            }
        }
        Map<ReviewedEvent.Key, Answer> answers = new HashMap<>();
        for (ReviewedEvent event : order.subList(0, end)) {
            Verdict verdict = known.get(event.key());
            if (verdict != null) {
                answers.put(event.key(), verdict.answer());
            }
        }
        return answers;
    }

    private static Precision precision(ReviewSample sample, Map<ReviewedEvent.Key, Answer> sampled, double threshold) {
        List<StratifiedShare.Stratum> no = new ArrayList<>();
        List<StratifiedShare.Stratum> yes = new ArrayList<>();
        long[] all = new long[3];
        for (List<ReviewedEvent> stratum : sample.strata()) {
            int size = 0;
            int trials = 0;
            int found = 0;
            int unsure = 0;
            for (ReviewedEvent event : stratum) {
                if (event.score() >= threshold || Double.isNaN(threshold)) {
                    Answer answer = sampled.get(event.key());
                    size++;
                    trials += answer == null ? 0 : 1;
                    found += answer == Answer.YES ? 1 : 0;
                    unsure += answer == Answer.UNSURE ? 1 : 0;
                }
            }
            no.add(new StratifiedShare.Stratum(size, trials, found));
            yes.add(new StratifiedShare.Stratum(size, trials, found + unsure));
            all[0] += size;
            all[1] += trials;
            all[2] += unsure;
        }
        return new Precision(
                threshold, all[0], all[1], all[2], StratifiedShare.of(no, LEVEL), StratifiedShare.of(yes, LEVEL));
    }

    private static Optional<Missed> missed(ReviewQueue queue, String label, List<Verdict> verdicts) {
        if (verdicts.isEmpty()) {
            return Optional.empty();
        }
        UnlistedStretches stretches =
                UnlistedStretches.of(queue.list(), label, queue.plan().stretch());
        long size = Math.max(verdicts.size(), stretches.size());
        long found = count(verdicts, Answer.YES);
        long unsure = count(verdicts, Answer.UNSURE);
        return Optional.of(new Missed(
                size,
                stretches.seconds(),
                verdicts.size(),
                StratifiedShare.of(List.of(new StratifiedShare.Stratum(size, verdicts.size(), found)), LEVEL),
                StratifiedShare.of(
                        List.of(new StratifiedShare.Stratum(size, verdicts.size(), found + unsure)), LEVEL)));
    }

    private static long count(List<Verdict> verdicts, Answer answer) {
        return verdicts.stream().filter(v -> v.answer() == answer).count();
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values.length == 0 ? Double.NaN : values[values.length / 2];
    }

    /** The class that is known least: the one with the widest interval; empty without classes. */
    public Optional<ClassSummary> widest() {
        return classes.values().stream()
                .max(Comparator.comparingDouble(
                        c -> c.whole().high() - c.whole().low()));
    }
}
