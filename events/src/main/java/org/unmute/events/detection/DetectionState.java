package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.unmute.data.ClipId;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;
import org.unmute.probes.event.Event;

/**
 * The state of the recordings in a folder of events. Reading it examines every byte and changes nothing.
 *
 * @param recordings number of recordings with known events
 * @param events number of events in all recordings
 * @param rest bytes after the last complete recording; the next run processes the recordings there again
 * @param changed whether the journal has damage that cannot come from a process killed while writing
 * @param damagedNotes progress notes with such damage
 */
public record DetectionState(int recordings, long events, long rest, boolean changed, List<Path> damagedNotes) {
    /** Subfolder with the data for resuming a run; folders of events are recognized by it. */
    public static final String FOLDER = DetectionFolder.STATE;

    /** File name of the verdicts of earlier reviews, in that subfolder. */
    static final String EARLIER = "earlier.jsonl";

    /** The journal of a folder of events. */
    public static Path journal(Path folder) {
        return folder.resolve(FOLDER).resolve(DetectionFolder.JOURNAL);
    }

    /**
     * Reads the state of a folder.
     *
     * @throws InputException if its settings cannot be read
     * @throws IOException if a file is missing or cannot be read
     */
    public static DetectionState read(Path folder) throws IOException {
        DetectionFolder.settings(folder.resolve(FOLDER));
        List<Path> damaged = new ArrayList<>();
        for (Path file : ReadingLog.filesIn(folder.resolve(FOLDER))) {
            if (ReadingLog.isDamaged(file)) {
                damaged.add(file);
            }
        }
        return EventJournal.inspect(journal(folder), damaged);
    }

    /**
     * The SHA-256 that each recording had when its events were found, by its id; empty for a folder of another kind.
     *
     * @throws IOException if the journal cannot be read
     */
    public static Map<String, String> digests(Path folder) throws IOException {
        Map<String, String> all = new HashMap<>();
        Path file = journal(folder);
        if (RegularFile.isFile(file)) {
            try (EventJournal journal = EventJournal.reading(file)) {
                journal.ids()
                        .forEach(id ->
                                all.put(ClipId.recording(id), journal.find(id).sha256()));
            }
        }
        return all;
    }

    /**
     * Checks the settings of a folder, and writes them into a new one.
     *
     * @param replace whether events that the same command found with other settings may be dropped
     * @return whether there are such
     * @throws InputException if the settings are others and must stay
     */
    static boolean require(Path folder, Path state, DetectionSettings settings, boolean replace) throws IOException {
        Path file = state.resolve(DetectionFolder.SETTINGS);
        if (!RegularFile.exists(file)) {
            settings.write(file);
            return false;
        }
        DetectionSettings before = DetectionFolder.settings(state);
        List<String> differences = settings.differences(before);
        if (differences.isEmpty()) {
            return false;
        }
        String command = settings.values().get("command");
        boolean replaces = replace && Objects.equals(before.values().get("command"), command);
        if (replaces && !VerdictJournal.isIn(folder)) {
            return true;
        }
        throw new InputException("detect: " + folder + " holds "
                + (replaces ? "verdicts on events" : "events") + " that were found with other settings: "
                + String.join("; ", differences)
                + (replaces
                        ? ": name another folder; 'unmute probe --verdicts " + folder + "' takes these verdicts, too"
                        : ": name another folder, or delete this one to find all events again"));
    }

    /**
     * Deletes the events of a folder and their tables. The settings follow: if the process dies before, they are still
     * the others.
     */
    static void drop(Path folder, Path state) throws IOException {
        for (String name : List.of(DetectionFolder.JOURNAL, DetectionFolder.PLACES)) {
            Files.deleteIfExists(state.resolve(name));
        }
        for (OutputFormat format : OutputFormat.values()) {
            if (format.combined() != null) {
                Files.deleteIfExists(folder.resolve(format.combined()));
            }
            if (format.folder() != null && RegularFile.isFolder(folder.resolve(format.folder()))) {
                try (DirectoryStream<Path> tables =
                        Files.newDirectoryStream(folder.resolve(format.folder()), "*" + format.suffix())) {
                    for (Path table : tables) {
                        Files.delete(table);
                    }
                }
            }
        }
        TemporaryFile.forceFolder(state);
    }

    /** The verdicts of earlier reviews that decide about the events of a folder. */
    public static EarlierVerdicts earlier(Path folder) throws IOException {
        return EarlierVerdicts.read(folder.resolve(FOLDER).resolve(EARLIER));
    }

    /**
     * What listeners said about the events of a folder, or of a table in it, and what had decided about these.
     *
     * @throws InputException if a file is damaged
     * @throws IOException if a file cannot be read
     */
    public static EarlierVerdicts verdicts(Path folder) throws IOException {
        return earlier(folder).with(VerdictJournal.read(folder), digests(folder));
    }

    /**
     * The events of a folder, read without changing it, even while a run adds to it.
     *
     * @param recordings results of the recordings whose events are known, by id
     * @param thresholds the score above which an event was reported, by class, in the order of the classes; infinite
     *                   for a class that was not looked for, NaN for results of a search
     * @param earlier    verdicts of earlier reviews, by which events were left out and confirmed ones listed
     */
    public record Events(
            Map<String, RecordingResult> recordings, Map<String, Double> thresholds, EarlierVerdicts earlier) {
        /** Receives events of recordings. */
        @FunctionalInterface
        public interface Taker {
            /**
             * Takes one event.
             *
             * @param id    id of the recording
             * @param label the event's class
             */
            void accept(String id, String label, Event event) throws IOException;
        }

        /**
         * Reads a folder, and passes on its listed events: recordings by id, and in each by onset, offset and class.
         *
         * @throws InputException if the folder is damaged or of another version
         * @throws IOException    if a file is missing or cannot be read
         */
        public static Events read(Path folder, Taker events) throws IOException {
            Map<String, Double> thresholds = thresholds(folder);
            List<String> classes = List.copyOf(thresholds.keySet());
            Map<String, RecordingResult> recordings = new LinkedHashMap<>();
            EarlierVerdicts earlier = DetectionState.earlier(folder);
            try (EventJournal journal = EventJournal.reading(DetectionState.journal(folder))) {
                for (String id : new TreeSet<>(journal.ids())) {
                    RecordingResult result = journal.find(id);
                    recordings.put(id, result);
                    new DecidedEvents(taker -> journal.events(id, taker), earlier, classes, result)
                            .forEach(event -> events.accept(id, label(folder, classes, event), event));
                }
            }
            return new Events(recordings, thresholds, earlier);
        }

        private static String label(Path folder, List<String> classes, Event event) {
            if (event.label() >= classes.size()) {
                throw new InputException("events: " + folder + " has an event of class " + event.label()
                        + ", its settings name " + classes.size()
                        + " classes: delete the folder to find all events again");
            }
            return classes.get(event.label());
        }

        private static Map<String, Double> thresholds(Path folder) throws IOException {
            Map<String, Double> all = new LinkedHashMap<>();
            DetectionSettings stored = DetectionFolder.settings(folder.resolve(DetectionState.FOLDER));
            stored.thresholds().forEach((label, words) -> all.put(label, threshold(folder, words)));
            Map<String, String> settings = stored.values();
            if ("search".equals(settings.get("command")) && settings.containsKey("label")) {
                all.put(settings.get("label"), Double.NaN);
            }
            return all;
        }

        private static double threshold(Path folder, String value) {
            try {
                return value.equals(DetectionSettings.NOT_SOUGHT)
                        ? Double.POSITIVE_INFINITY
                        : Double.parseDouble(value.split(",")[0]);
            } catch (NumberFormatException e) {
                throw new InputException(
                        "events: the settings of " + folder + " have a threshold that is no number, '" + value
                                + "': delete the folder to find all events again",
                        e);
            }
        }
    }

    /** The lock on the verdicts of listeners, so that no list changes while it is reviewed; null if there are none. */
    static FolderLock verdictLock(Path folder) throws IOException {
        if (!VerdictJournal.isIn(folder)) {
            return null;
        }
        try {
            return FolderLock.acquireFor(folder.resolve(VerdictJournal.FILE));
        } catch (FolderLock.HeldException e) {
            throw new InputException(
                    "detect: the events of " + folder + " are being reviewed: end the review, or name another folder: "
                            + e.getMessage(),
                    e);
        }
    }
}
