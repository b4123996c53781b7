package org.unmute.events.review;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ReviewQueue.Choice;
import org.unmute.events.strong.EventTable;

class ReviewQueueTest {
    /** Events of one class, 10 s apart, from the highest score down. */
    private static ListedEvents list(int count, double length) {
        List<Annotation> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double start = 10.0 * i;
            events.add(new Annotation(
                    "a.wav",
                    start,
                    start + length,
                    "wren",
                    Double.NaN,
                    Double.NaN,
                    (float) (0.99 - 0.9 * i / count),
                    1));
        }
        return ListedEvents.of(new EventTable("list", List.of("a.wav"), events), Double.NaN);
    }

    private static ReviewQueue queue(ListedEvents list) {
        return new ReviewQueue(list, ReviewQueue.Plan.DEFAULT);
    }

    private static VerdictLog log(List<Verdict> verdicts) {
        Map<Long, Verdict> numbered = new LinkedHashMap<>();
        verdicts.forEach(v -> numbered.put(numbered.size() + 1L, v));
        return new VerdictLog(numbered, 0);
    }

    private static int rank(ReviewedEvent event) {
        return (int) Math.round(event.start() / 10);
    }

    private static List<Verdict> doubtful(ReviewQueue queue, int count, Predicate<ReviewedEvent> isRight) {
        List<Verdict> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ReviewQueue.Question next = queue.next(
                            Choice.DOUBTFUL,
                            "wren",
                            e -> all.stream().noneMatch(v -> v.event().key().equals(e.key())),
                            log(all))
                    .orElseThrow();
            all.add(new Verdict(
                    next.event(),
                    isRight.test(next.event()) ? Answer.YES : Answer.NO,
                    "",
                    null,
                    next.draw(),
                    1,
                    Instant.EPOCH));
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"12, 600", "30, 600", "300, 600", "590, 600", "0, 600", "600, 600"})
    void doubtfulEventsAreWhereRightOnesEnd(int right, int count) {
        List<Verdict> all = doubtful(queue(list(count, 1)), 40, e -> rank(e) < right);
        // What is asked after the search for the boundary lies around it.
        assertThat(all.subList(20, 40))
                .allSatisfy(v -> assertThat(rank(v.event())).isBetween(right - 41, right + 41));
        long yes = all.stream().filter(v -> v.answer() == Answer.YES).count();
        if (right == 0 || right == count) {
            assertThat(yes).isEqualTo(right == 0 ? 0 : 40);
        } else {
            assertThat(yes).isBetween(10L, 30L);
        }
    }

    @Test
    void aBoundaryThatScoresBlurIsFound() {
        Random random = new Random(3);
        boolean[] right = new boolean[600];
        for (int i = 0; i < right.length; i++) {
            // A tenth is right below the boundary of 60, nine tenths above it, with a slope of 20 events between them.
            right[i] = random.nextDouble() < 0.05 + 0.9 / (1 + Math.exp((i - 60) / 20.0));
        }
        List<Verdict> all = doubtful(queue(list(600, 1)), 60, e -> right[rank(e)]);
        double mean = all.subList(20, 60).stream()
                .mapToInt(v -> rank(v.event()))
                .average()
                .orElseThrow();
        assertThat(mean).isBetween(30.0, 100.0);
        assertThat(all.stream().filter(v -> v.answer() == Answer.YES).count()).isBetween(20L, 42L);
    }

    @Test
    void aThresholdInsideTheListIsAskedFirst() {
        ReviewQueue queue = new ReviewQueue(list(600, 1), new ReviewQueue.Plan(50, 20, 10, Map.of("wren", 0.9)));
        ReviewedEvent first = queue.questions(Choice.DOUBTFUL, "wren", VerdictLog.empty())
                .getFirst()
                .event();
        assertThat(first.score()).isBetween(0.85, 0.91);
    }

    @Test
    void aCallThatAnotherEventCoveredIsNotAskedAgain() {
        List<Verdict> before = doubtful(queue(list(40, 2)), 10, e -> true);
        // The next probe lists the same calls with other edges.
        ReviewQueue after = queue(list(40, 2.4));
        VerdictLog log = log(before);
        for (Choice choice : List.of(Choice.DOUBTFUL, Choice.LISTED)) {
            assertThat(after.questions(choice, "wren", log))
                    .hasSize(30)
                    .noneMatch(q -> before.stream()
                            .anyMatch(v -> v.event().start() == q.event().start()));
        }
        assertThat(after.questions(Choice.SAMPLE, "wren", log)).hasSize(40);
        // A stretch that shares less than half is another call.
        assertThat(queue(list(40, 5)).questions(Choice.LISTED, "wren", log)).hasSize(30);
        Verdict early = new Verdict(
                new ReviewedEvent("a.wav", 8.5, 11, "wren", Double.NaN, Double.NaN, 0.5, Double.NaN),
                Answer.YES,
                "",
                null,
                before.getFirst().draw(),
                1,
                Instant.EPOCH);
        assertThat(queue(list(40, 2.4)).questions(Choice.LISTED, "wren", log(List.of(early))))
                .hasSize(40);
    }
}
