package org.unmute.fuzz.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.detection.EventJournal;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.events.detection.ReadingLog;
import org.unmute.events.detection.RecordingResult;
import org.unmute.events.recording.HashingChannel.Beginning;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Event;
import org.unmute.probes.event.TaggerState;

/** Opens the files of a detection, each by itself. */
final class DetectionFiles {
    private DetectionFiles() {}

    /** Reads the settings of a detection. */
    static void settings(Path file) throws IOException {
        DetectionSettings.read(file);
    }

    /** Recovers a journal and reads all its events. */
    static void journal(Path file) throws IOException {
        try (EventJournal journal = EventJournal.open(file)) {
            for (String id : journal.ids()) {
                long[] read = {0};
                journal.events(id, _ -> read[0]++);
                if (read[0] != journal.find(id).events()) {
                    throw new AssertionError(read[0] + " events of " + journal.find(id));
                }
            }
        }
    }

    /** Reads the log of how far a recording was read. */
    static void notes(Path file) throws IOException {
        ReadingLog.isDamaged(file);
    }

    /** Writes such a log for a recording, with decided and pending events. */
    static void writeNotes(Path file) throws IOException {
        AudioClip clip = new AudioClip("a.wav", file);
        try (ReadingLog log = ReadingLog.open(file.getParent(), clip)) {
            for (int i = 1; i < 3; i++) {
                log.add(event(0, i));
                log.add(event(1, i));
                Beginning beginning = new Beginning(64_000L * i, "0".repeat(64));
                TaggerState.Pending pending = new TaggerState.Pending(event(i, i + 1), i == 1, true);
                log.take(new ReadingLog.Note(999_999, beginning, new TaggerState(25L * i, List.of(pending))));
            }
        }
        Files.move(ReadingLog.file(file.getParent(), clip.id()), file);
    }

    /** Writes a journal of three recordings, one with events and one that could not be read to its end. */
    static void writeJournal(Path file) throws IOException {
        try (EventJournal journal = EventJournal.open(file)) {
            journal.append(result("a.wav", null, 2), events -> {
                events.accept(event(0, 0.5));
                events.accept(event(1, 1.5));
            });
            journal.append(result("b.wav", "cut short", 0), _ -> {});
            journal.append(result("c/d.flac", null, 1), events -> events.accept(event(2, 0)));
        }
    }

    private static RecordingResult result(String id, String problem, long events) {
        ReadOutcome read = new ReadOutcome(32_000, 10, 0, 10, List.of("a warning"), problem, problem == null);
        return new RecordingResult(id, "0".repeat(64), "12 bytes", read, events);
    }

    private static Event event(int label, double onset) {
        return new Event(label, onset, onset + 1, 0.75f, onset + 0.5, new Band(100, 16_000, label == 0));
    }
}
