package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.InputException;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Event;

/** A journal written by an earlier version is read, and is written again byte for byte. */
class EventMuseumTest {
    private static final List<Event> EVENTS = List.of(
            new Event(0, 0.5, 1.25, 0.875f, 1, new Band(250, 4000, false)),
            new Event(2, 1, 3, 0.625f, 2.5, new Band(0, 8000, true)));
    private static final RecordingResult WHOLE = new RecordingResult(
            "folder/a ü.wav",
            "ab".repeat(32),
            "12 bytes, modified 2026-01-01T00:00:00Z",
            new ReadOutcome(48_000, 12.5, 1, 11.5, List.of("cut short"), null, true),
            2);
    private static final RecordingResult DAMAGED = new RecordingResult(
            "b.wav", "cd".repeat(32), "3 bytes", new ReadOutcome(16_000, 2, 0, 0, List.of(), "damaged", true), 0);

    @TempDir
    Path folder;

    private static Path museum() {
        try {
            return Path.of(
                    EventMuseumTest.class.getResource("/museum/events-1.log").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void holdsItsEvents() throws IOException {
        // Opening for writing may cut off damaged blocks, so a copy is opened and the original stays unchanged.
        Path file = Files.copy(museum(), folder.resolve("events.log"));
        try (EventJournal journal = EventJournal.open(file)) {
            assertThat(journal.lost()).isZero();
            assertThat(journal.ids()).containsExactlyInAnyOrder(WHOLE.id(), DAMAGED.id());
            assertThat(journal.find(WHOLE.id())).isEqualTo(WHOLE);
            assertThat(journal.find(DAMAGED.id())).isEqualTo(DAMAGED);
            List<Event> events = new ArrayList<>();
            journal.events(WHOLE.id(), events::add);
            assertThat(events).isEqualTo(EVENTS);
        }
        assertThat(file).hasSameBinaryContentAs(museum());
    }

    /** A journal of a later version would otherwise be taken for a damaged one and be cut off. */
    @Test
    void ofAnotherVersionIsLeftAlone() throws IOException {
        Path file = folder.resolve("events.log");
        byte[] bytes = Files.readAllBytes(museum());
        bytes["unmute events ".length()] = '2';
        Files.write(file, bytes);
        assertThatThrownBy(() -> EventJournal.open(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("another version of unmute, as 'unmute events 2'");
        assertThat(file).hasBinaryContent(bytes);
    }

    @Test
    void isWrittenAsItWas() throws IOException {
        Path file = folder.resolve("events.log");
        try (EventJournal journal = EventJournal.open(file)) {
            journal.append(WHOLE, events -> {
                for (Event event : EVENTS) {
                    events.accept(event);
                }
            });
            journal.append(DAMAGED, events -> {});
        }
        assertThat(file)
                .as("the format changed: give it a new version and keep both in the museum")
                .hasSameBinaryContentAs(museum());
    }
}
