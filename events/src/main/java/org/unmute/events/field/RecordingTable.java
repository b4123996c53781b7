package org.unmute.events.field;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.data.ClipId;
import org.unmute.data.CsvWriter;
import org.unmute.data.field.FieldLog;
import org.unmute.data.field.SiteCheck;
import org.unmute.data.field.Stay;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.ReadOutcome;
import org.unmute.files.PlainText;
import org.unmute.probes.cache.AudioClip;

/**
 * The table of the recordings of a run: when and where each was made, how much of it was read, and what is odd about
 * that.
 */
public final class RecordingTable {
    /** Name of the table. */
    public static final String FILE = "recordings.csv";

    private static final String NO_TIME = "neither its name nor its chunks tell when it was made";

    private RecordingTable() {}

    /**
     * Writes the table, or replaces it.
     *
     * @param clips all recordings of the run, in order
     * @return what is odd, by recording
     */
    public static Map<String, List<String>> write(DetectionFolder folder, List<AudioClip> clips, FieldLog places)
            throws IOException {
        List<Stay> stays = new ArrayList<>();
        for (AudioClip clip : clips) {
            ReadOutcome read = folder.read(clip.id());
            stays.add(new Stay(
                    clip.id(),
                    places.of(clip),
                    read == null ? clip.start() : read.start(),
                    read == null ? 0 : read.seconds()));
        }
        Map<String, List<String>> problems = problems(stays);
        CsvWriter table = new CsvWriter(
                "file",
                "start",
                "seconds_read",
                "begin_datetime",
                "end_datetime",
                "time_from",
                "site",
                "latitude",
                "longitude",
                "recorder",
                "serial",
                "problems");
        for (Stay stay : stays) {
            TimeAndPlace place = stay.place();
            table.row(
                    PlainText.of(ClipId.recording(stay.recording())),
                    number(stay.start(), 6),
                    number(stay.seconds(), 6),
                    place.iso(stay.start()),
                    place.iso(stay.start() + stay.seconds()),
                    place.source() == null ? "" : place.source().text(),
                    PlainText.of(place.site()),
                    number(place.latitude(), 6),
                    number(place.longitude(), 6),
                    PlainText.of(place.recorder()),
                    PlainText.of(place.serial()),
                    PlainText.of(String.join("; ", problems.getOrDefault(stay.recording(), List.of()))));
        }
        table.write(folder.path().resolve(FILE));
        return problems;
    }

    private static String number(double value, int decimals) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** What is odd about recordings, by their ids in the order of the list. */
    static Map<String, List<String>> problems(List<Stay> stays) {
        boolean dated = stays.stream().anyMatch(s -> s.place().begun() != null);
        Map<String, List<String>> odd = new LinkedHashMap<>();
        for (Stay stay : stays) {
            List<String> own = new ArrayList<>(stay.place().problems());
            if (dated && stay.place().begun() == null && own.isEmpty()) {
                own.add(NO_TIME);
            }
            odd.put(stay.recording(), own);
        }
        SiteCheck.check(stays, (recording, problem) -> odd.get(recording).add(problem));
        odd.values().removeIf(List::isEmpty);
        return odd;
    }
}
