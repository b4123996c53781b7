package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Event;

class DecidedEventsTest {
    private static final String SHA = "a".repeat(64);
    private static final List<String> CLASSES = List.of("wren", "robin");
    private static final Band BAND = new Band(100, 200, false);

    private static Verdict verdict(String label, Answer answer, double start, double end) {
        return new Verdict(
                new ReviewedEvent("a.wav", start, end, label, Double.NaN, Double.NaN, 0.5, Double.NaN),
                answer,
                "",
                null,
                Draw.notRandom(Draw.Kind.CHOSEN, Double.NaN, ""),
                Double.NaN,
                Instant.EPOCH);
    }

    private static Event event(int label, double onset, double offset) {
        return new Event(label, onset, offset, 0.7f, onset, BAND);
    }

    private static DecidedEvents decided(String id, double start, double seconds, Verdict... verdicts) {
        Map<Long, Verdict> all = new LinkedHashMap<>();
        for (Verdict verdict : verdicts) {
            all.put(all.size() + 1L, verdict);
        }
        List<Event> found = List.of(event(0, 1, 2), event(1, 1, 2), event(0, 10, 14), event(0, 20, 21));
        return new DecidedEvents(
                taker -> {
                    for (Event event : found) {
                        taker.accept(event);
                    }
                },
                EarlierVerdicts.NONE.with(new VerdictLog(all, 0), Map.of("a.wav", SHA)),
                CLASSES,
                new RecordingResult(
                        id, SHA, "", new ReadOutcome(16_000, 60, start, seconds, List.of(), null, true), 4));
    }

    private static List<String> listed(DecidedEvents events) throws IOException {
        List<String> all = new ArrayList<>();
        events.forEach(e -> all.add(CLASSES.get(e.label()) + " " + e.onset() + " " + e.score()
                + (events.isConfirmed(e) ? " confirmed" : "")));
        return all;
    }

    @Test
    void rejectedOnesAreLeftOutAndConfirmedOnesAreThereInOrder() throws IOException {
        DecidedEvents events = decided(
                "b.wav",
                0,
                60,
                verdict("wren", Answer.NO, 1.2, 2),
                verdict("wren", Answer.YES, 11, 12),
                verdict("robin", Answer.YES, 5, 6),
                verdict("robin", Answer.YES, 50, 51),
                verdict("dunnock", Answer.YES, 50, 51));
        assertThat(listed(events))
                .containsExactly(
                        "robin 1.0 0.7",
                        "robin 5.0 NaN confirmed",
                        "wren 10.0 0.7 confirmed",
                        "wren 20.0 0.7",
                        "robin 50.0 NaN confirmed");
        List<Event> rejected = new ArrayList<>();
        events.rejected(rejected::add);
        assertThat(rejected).containsExactly(event(0, 1, 2));
    }

    @Test
    void aConfirmedSoundInARejectedEventIsListed() throws IOException {
        DecidedEvents events =
                decided("a.wav", 0, 60, verdict("wren", Answer.NO, 10, 14), verdict("wren", Answer.YES, 13, 14));
        assertThat(listed(events))
                .containsExactly("wren 1.0 0.7", "robin 1.0 0.7", "wren 13.0 NaN confirmed", "wren 20.0 0.7");
    }

    @Test
    void partsAndChannelsGetWhatIsTheirsOnce() throws IOException {
        Verdict verdict = verdict("robin", Answer.YES, 50, 51);
        assertThat(listed(decided("a.wav#0-30", 0, 30, verdict))).hasSize(4);
        assertThat(listed(decided("a.wav#30-60", 30, 30, verdict))).hasSize(5);
        assertThat(listed(decided("a.wav#ch1", 0, 60, verdict))).hasSize(5);
        assertThat(listed(decided("a.wav#ch2", 0, 60, verdict))).hasSize(4);
    }

    @Test
    void withoutVerdictsNothingChanges() throws IOException {
        assertThat(listed(decided("a.wav", 0, 60))).hasSize(4);
    }
}
