package org.unmute.events.field;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.audio.place.RecordedTime;
import org.unmute.audio.place.StatedTime;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.field.FieldLog;
import org.unmute.data.provenance.Json;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.detection.EventJournal;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.events.detection.RecordingResult;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Event;

/** A folder of detected events that is written without detecting any. */
final class JournalFixture implements AutoCloseable {
    private final Path state;
    private final EventJournal journal;
    private final FieldLog places = new FieldLog(null);

    JournalFixture(Path folder, String... classes) throws IOException {
        state = Files.createDirectories(folder.resolve(DetectionState.FOLDER));
        Map<String, String> settings = new LinkedHashMap<>();
        for (String label : classes) {
            settings.put("threshold of class '" + label + "'", label.startsWith("un") ? "not looked for" : "0.5");
        }
        Json.write(state.resolve(DetectionFolder.SETTINGS), settings);
        Files.writeString(folder.resolve("run.json"), "{}");
        journal = EventJournal.open(DetectionState.journal(folder));
    }

    /** Adds a recording; {@code zone} may be null, and so may {@code begin}. */
    void add(String id, String site, LocalDateTime begin, ZoneId zone, double seconds, List<Event> events)
            throws IOException {
        ReadOutcome read = new ReadOutcome(16_000, seconds, 0, seconds, List.of(), null, true);
        journal.append(new RecordingResult(id, "0".repeat(64), "stamp", read, events.size()), taker -> {
            for (Event event : events) {
                taker.accept(event);
            }
        });
        places.put(
                id,
                new TimeAndPlace(
                        begin == null ? null : RecordedTime.of(begin, zone),
                        begin == null ? null : StatedTime.Source.NAME,
                        site,
                        52.5,
                        13.25,
                        "",
                        "",
                        List.of()));
    }

    static Event event(int label, double onset, double seconds) {
        return new Event(label, onset, onset + seconds, 0.75f, onset, new Band(100, 4000, false));
    }

    @Override
    public void close() throws IOException {
        journal.close();
        places.write(state.resolve(DetectionFolder.PLACES));
    }
}
