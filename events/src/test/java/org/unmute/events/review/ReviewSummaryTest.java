package org.unmute.events.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.MalformedTableException;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.strong.EventTable;

class ReviewSummaryTest {
    private static final int EVENTS = 200;

    @TempDir
    Path folder;

    /** Events 3 s apart in one recording of 600 s, scores falling from 1 to 0; the first half is true. */
    private static ListedEvents list(int shift) {
        List<Annotation> events = IntStream.range(0, EVENTS)
                .mapToObj(i -> new Annotation(
                        "night.wav",
                        3 * i + shift,
                        3 * i + shift + 1,
                        "wren",
                        Double.NaN,
                        Double.NaN,
                        1 - i / 200.0,
                        1))
                .toList();
        return ListedEvents.of(new EventTable("test", List.of("night.wav"), events), Double.NaN)
                .withEnds(Map.of("night.wav", 600.0));
    }

    private static ReviewQueue queue(ListedEvents list) {
        return new ReviewQueue(list, ReviewQueue.Plan.DEFAULT);
    }

    private static Verdict verdict(ReviewQueue.Question question, Answer answer) {
        return new Verdict(question.event(), answer, "", null, question.draw(), 2, Instant.EPOCH);
    }

    private static Answer truth(ReviewedEvent event) {
        return event.start() < 300 ? Answer.YES : Answer.NO;
    }

    private static VerdictLog log(List<Verdict> verdicts) {
        Map<Long, Verdict> numbered = new LinkedHashMap<>();
        verdicts.forEach(v -> numbered.put(numbered.size() + 1L, v));
        return new VerdictLog(numbered, 0);
    }

    /** Answers questions as they come. */
    private static List<Verdict> answered(
            ReviewQueue queue, ReviewQueue.Choice choice, List<Verdict> before, int count) {
        List<Verdict> all = new ArrayList<>(before);
        for (int i = 0; i < count; i++) {
            ReviewQueue.Question next = queue.next(
                            choice,
                            null,
                            e -> all.stream().noneMatch(v -> v.event().key().equals(e.key())),
                            log(all))
                    .orElseThrow();
            all.add(verdict(next, truth(next.event())));
        }
        return all;
    }

    @Test
    void onlyTheSampleEstimates() {
        ReviewQueue queue = queue(list(0));
        List<Verdict> doubtful = answered(queue, ReviewQueue.Choice.DOUBTFUL, List.of(), 20);
        ClassSummary before = ReviewSummary.of(queue, log(doubtful)).classes().get("wren");
        assertThat(before.verdicts()).isEqualTo(20);
        assertThat(before.whole().sampled()).isZero();
        assertThat(before.whole().low()).isZero();
        assertThat(before.whole().high()).isOne();
        assertThat(before.whole().eventsLow()).as("no negative zero").isEqualTo(0.0);

        List<Verdict> all = answered(queue, ReviewQueue.Choice.SAMPLE, doubtful, 40);
        ReviewSummary summary = ReviewSummary.of(queue, log(all));
        ClassSummary after = summary.classes().get("wren");
        assertThat(after.verdicts()).isEqualTo(60);
        // The doubtful ones that the sample passed count, too: they would have been asked.
        assertThat(after.whole().sampled()).isBetween(40L, 50L);
        assertThat(after.whole().estimate()).isBetween(0.45, 0.55);
        assertThat(after.whole().low()).isBetween(0.35, 0.5);
        assertThat(after.whole().high()).isBetween(0.5, 0.65);
        assertThat(after.above().getFirst().estimate()).isOne();
        assertThat(summary.threshold("wren", 0.7))
                .hasValueSatisfying(p -> assertThat(p.threshold()).isBetween(0.35, 0.9));
        assertThat(summary.threshold("wren", 0.99)).isEmpty();
    }

    @Test
    void aNewListNeedsANewSample() {
        List<Verdict> old = answered(queue(list(0)), ReviewQueue.Choice.SAMPLE, List.of(), 30);
        ReviewSummary summary = ReviewSummary.of(queue(list(1)), log(old));
        assertThat(summary.classes().get("wren").whole().sampled()).isZero();
        assertThat(summary.gone()).hasSize(30);
    }

    @Test
    void unsureCountsBothWays() {
        ReviewQueue queue = queue(list(0));
        List<Verdict> verdicts = queue.questions(ReviewQueue.Choice.SAMPLE, "wren", VerdictLog.empty()).stream()
                .limit(20)
                .map(q -> verdict(q, Answer.UNSURE))
                .toList();
        PrecisionEstimate whole =
                ReviewSummary.of(queue, log(verdicts)).classes().get("wren").whole();
        assertThat(whole.unsure()).isEqualTo(20);
        assertThat(whole.low()).isZero();
        assertThat(whole.high()).isOne();
    }

    @Test
    void stretchesWithoutEventsTellWhatWasMissed() {
        ReviewQueue queue = queue(list(0));
        List<ReviewQueue.Question> stretches = queue.questions(ReviewQueue.Choice.UNLISTED, "wren", VerdictLog.empty());
        assertThat(stretches).hasSize(20).allSatisfy(q -> {
            assertThat(q.draw().isUnlisted()).isTrue();
            assertThat(q.event().start() % 3).isEqualTo(1);
            assertThat(q.event().end() - q.event().start()).isEqualTo(2);
        });
        List<Verdict> verdicts = new ArrayList<>(answered(queue, ReviewQueue.Choice.SAMPLE, List.of(), 40));
        stretches.forEach(q -> verdicts.add(verdict(q, q.event().start() < 60 ? Answer.YES : Answer.NO)));
        ClassSummary summary = ReviewSummary.of(queue, log(verdicts)).classes().get("wren");
        Missed missed = summary.missed().orElseThrow();
        assertThat(missed.stretches()).isEqualTo(200);
        assertThat(missed.low()).isLessThanOrEqualTo(20);
        assertThat(missed.high()).isGreaterThanOrEqualTo(20);
        double[] recall = summary.recall().orElseThrow();
        assertThat(recall[0]).isLessThan(100.0 / 120);
        assertThat(recall[1]).isGreaterThan(100.0 / 120);
    }

    /** The order depends on the list alone, so that a second window, or a later day, continues with the same sample. */
    @Test
    void everyBeginningOfTheOrderIsStratified() {
        ReviewSample sample = ReviewSample.of(list(0), "wren");
        assertThat(sample.order()).isEqualTo(ReviewSample.of(list(0), "wren").order());
        for (int n : new int[] {20, 50, 130}) {
            Map<Integer, Integer> strata = new HashMap<>();
            sample.order().subList(0, n).forEach(e -> strata.merge((int) (e.start() / 60), 1, Integer::sum));
            assertThat(strata.values()).allSatisfy(c -> assertThat(c).isBetween(n / 10 - 1, n / 10 + 1));
        }
    }

    @Test
    void tablesAreReadBack() throws IOException {
        ReviewQueue queue = queue(list(0));
        List<ReviewQueue.Question> asked = queue.first(Map.of(ReviewQueue.Choice.SAMPLE, 30), VerdictLog.empty());
        assertThat(asked)
                .isEqualTo(queue.questions(ReviewQueue.Choice.SAMPLE, "wren", VerdictLog.empty())
                        .subList(0, 30));
        for (String name : List.of("sample.csv", "sample.txt")) {
            Path file = folder.resolve(name);
            Map<ReviewedEvent.Key, Verdict> given = new HashMap<>();
            asked.subList(0, 25).forEach(q -> given.put(q.event().key(), verdict(q, truth(q.event()))));
            VerdictTable.write(file, queue.list(), asked, given);
            VerdictTable.Read read = VerdictTable.read(file, queue, Instant.EPOCH);
            assertThat(read.open()).isEqualTo(5);
            assertThat(read.unlisted()).isZero();
            assertThat(read.verdicts()).hasSize(25).allSatisfy(v -> {
                assertThat(v.draw()).isEqualTo(given.get(v.event().key()).draw());
                assertThat(v.answer()).isEqualTo(truth(v.event()));
                assertThat(v.box()).isNull();
            });
            try (VerdictJournal journal =
                    VerdictJournal.open(Files.createDirectories(folder.resolve(name + "-journal")))) {
                assertThat(read.addTo(journal)).isEqualTo(25);
                assertThat(read.addTo(journal)).as("verdicts that are known").isZero();
                assertThat(journal.log().byEvent().keySet()).isEqualTo(given.keySet());
            }
            // Another list: the verdicts are kept, but are no sample of it.
            assertThat(VerdictTable.read(file, queue(list(1)), Instant.EPOCH).verdicts())
                    .allSatisfy(v -> assertThat(v.draw().kind()).isEqualTo(Draw.Kind.CHOSEN));
            Files.writeString(file, Files.readString(file).replaceFirst("yes", "perhaps"));
            assertThatThrownBy(() -> VerdictTable.read(file, queue, Instant.EPOCH))
                    .isInstanceOf(MalformedTableException.class)
                    .hasMessageContaining(name + ":")
                    .hasMessageContaining("not an answer: 'perhaps'");
        }
    }

    @Test
    void listsAreCompared() {
        ListedEvents after = list(0);
        ListedEvents before = list(290);
        ReviewComparison.Change change =
                ReviewComparison.of(before, after, VerdictLog.empty()).classes().get("wren");
        assertThat(change.before()).isEqualTo(EVENTS);
        assertThat(change.gained()).allSatisfy(e -> assertThat(e.start()).isLessThan(600));
        assertThat(change.lost()).isNotEmpty();
    }
}
