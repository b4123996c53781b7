package org.unmute.events.review;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLog;

/**
 * Two lists of events of the same recordings, such as those of a probe before and after it learned from verdicts.
 * Events of a class that overlap in time are the same.
 *
 * @param classes by class, sorted
 */
public record ReviewComparison(Map<String, Change> classes) {
    /**
     * What became of the events of a class.
     *
     * @param before   number of events of the first list
     * @param after    number of events of the second
     * @param gained   events of the second list that overlap none of the first
     * @param lost     events of the first list that overlap none of the second
     * @param lostYes  lost events that a listener confirmed
     * @param lostNo   lost events that a listener rejected
     * @param keptNo   rejected events that are still there
     */
    public record Change(
            int before,
            int after,
            List<ReviewedEvent> gained,
            List<ReviewedEvent> lost,
            int lostYes,
            int lostNo,
            int keptNo) {
        public Change {
            gained = List.copyOf(gained);
            lost = List.copyOf(lost);
        }
    }

    /**
     * Compares two lists.
     *
     * @param verdicts on events of the first one
     */
    public static ReviewComparison of(ListedEvents before, ListedEvents after, VerdictLog verdicts) {
        Map<ReviewedEvent.Key, Answer> answers = new HashMap<>();
        for (Verdict verdict : verdicts.latest()) {
            answers.put(verdict.event().key(), verdict.answer());
        }
        TreeSet<String> labels = new TreeSet<>(before.labels());
        labels.addAll(after.labels());
        Map<String, Change> classes = new LinkedHashMap<>();
        for (String label : labels) {
            classes.put(label, change(before.of(label), after.of(label), answers));
        }
        return new ReviewComparison(classes);
    }

    private static Change change(
            List<ReviewedEvent> before, List<ReviewedEvent> after, Map<ReviewedEvent.Key, Answer> answers) {
        List<ReviewedEvent> lost = without(before, after);
        int lostYes = count(lost, answers, true);
        int lostNo = count(lost, answers, false);
        return new Change(
                before.size(),
                after.size(),
                without(after, before),
                lost,
                lostYes,
                lostNo,
                count(before, answers, false) - lostNo);
    }

    private static int count(List<ReviewedEvent> events, Map<ReviewedEvent.Key, Answer> answers, boolean yes) {
        return (int) events.stream()
                .map(e -> answers.get(e.key()))
                .filter(a -> yes ? a == Answer.YES : a == Answer.NO || a == Answer.OTHER)
                .count();
    }

    /** The events that overlap none of the others. */
    private static List<ReviewedEvent> without(List<ReviewedEvent> events, List<ReviewedEvent> others) {
        Map<String, List<ReviewedEvent>> byRecording = new HashMap<>();
        others.forEach(e -> byRecording
                .computeIfAbsent(e.recording(), r -> new ArrayList<>())
                .add(e));
        return events.stream()
                .filter(e -> byRecording.getOrDefault(e.recording(), List.of()).stream()
                        .noneMatch(o -> o.start() < e.end() && e.start() < o.end()))
                .toList();
    }
}
