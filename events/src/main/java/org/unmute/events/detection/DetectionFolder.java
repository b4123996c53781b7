package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.unmute.data.field.FieldLog;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.event.Event;

/**
 * A folder of events: tables for people and programs, and in {@value #STATE} the data for resuming a run, namely its
 * settings and an {@link EventJournal}. Only one process at a time may write to it.
 */
public final class DetectionFolder implements AutoCloseable {
    /** Subfolder of files that are not meant for users. */
    static final String STATE = ".detect";
    /** File name of the journal in that subfolder. */
    static final String JOURNAL = "events.log";

    /** File name of when and where the recordings were made, in that subfolder; there when a run has ended. */
    public static final String PLACES = "recordings.jsonl";

    /** File name of the settings in that subfolder. */
    public static final String SETTINGS = "settings.json";

    private static final String LOCK = STATE + "/lock";

    private final Path folder;
    private final Path state;
    private final FolderLock lock;
    /** That of the verdicts on these events; null if there are none. */
    private final FolderLock verdicts;

    private final OutputFolder output;
    private final EventJournal journal;
    private final List<String> classes;
    private EarlierVerdicts earlier;

    private DetectionFolder(
            Path folder,
            Path state,
            FolderLock lock,
            FolderLock verdicts,
            OutputFolder output,
            EventJournal journal,
            List<String> classes)
            throws IOException {
        this.folder = folder;
        this.state = state;
        this.lock = lock;
        this.verdicts = verdicts;
        this.output = output;
        this.journal = journal;
        this.classes = classes;
        earlier = DetectionState.earlier(folder);
    }

    /**
     * Opens a folder for writing, without a command line for the manifest.
     *
     * @throws InputException if another run is writing to it, or if it holds events found with other settings or
     *                        unrelated files
     * @throws IOException    if the folder cannot be written
     */
    public static DetectionFolder open(Path folder, DetectionSettings settings) throws IOException {
        return open(folder, settings, List.of());
    }

    /**
     * Opens a folder for writing and creates it if needed.
     *
     * @param command the command line, beginning with the program's name
     * @throws InputException if another run is writing to it, or if it holds events found with other settings or
     *                        unrelated files
     * @throws IOException    if the folder cannot be written
     */
    public static DetectionFolder open(Path folder, DetectionSettings settings, List<String> command)
            throws IOException {
        return open(folder, settings, command, false);
    }

    /**
     * Opens a folder for writing, as above.
     *
     * @param replace whether events that the same command found with other settings are dropped, unless a listener has
     *                judged some
     */
    public static DetectionFolder open(Path folder, DetectionSettings settings, List<String> command, boolean replace)
            throws IOException {
        if (RegularFile.exists(folder) && !RegularFile.isFolder(folder)) {
            throw new InputException("detect: " + folder + " is a file: name a folder for the events");
        }
        Path state = folder.resolve(STATE);
        if (!RegularFile.exists(state) && RegularFile.isFolder(folder)) {
            requireEmpty(folder);
        }
        Files.createDirectories(state);
        FolderLock lock;
        try {
            lock = FolderLock.acquire(folder, LOCK);
        } catch (FolderLock.HeldException e) {
            throw new InputException("detect: " + e.getMessage(), e);
        }
        OutputFolder output = null;
        FolderLock verdicts = null;
        try {
            verdicts = DetectionState.verdictLock(folder);
            clear(state);
            output = OutputFolder.of(folder, command);
            boolean others = DetectionState.require(folder, state, settings, replace);
            output.change();
            if (others) {
                DetectionState.drop(folder, state);
                settings.write(state.resolve(SETTINGS));
            }
            // The run record says that the results are complete, which is no longer true until this run ends.
            if (Files.deleteIfExists(folder.resolve(RunRecord.FILE))) {
                TemporaryFile.forceFolder(folder);
            }
            List<String> classes = List.copyOf(settings.thresholds().keySet());
            EventJournal journal = EventJournal.open(state.resolve(JOURNAL));
            return new DetectionFolder(folder, state, lock, verdicts, output, journal, classes);
        } catch (IOException | RuntimeException e) {
            try (lock;
                    FolderLock _ = verdicts;
                    OutputFolder _ = output) {
                throw e;
            }
        }
    }

    /** Whether a folder was written by {@code unmute detect}. */
    public static boolean isOne(Path folder) throws IOException {
        return RegularFile.isFolder(folder.resolve(STATE));
    }

    /**
     * Lets the verdicts of earlier reviews decide which events are listed. If others did so far, all tables are written
     * anew; no recording is read again.
     *
     * @throws IOException if the verdicts cannot be stored
     */
    public void decideBy(EarlierVerdicts verdicts) throws IOException {
        if (!verdicts.equals(earlier)) {
            takePlaces(); // so that a killed run writes the tables anew, too
            verdicts.write(state.resolve(DetectionState.EARLIER));
            earlier = verdicts;
        }
    }

    /**
     * The highest frequency in Hz that reached the encoder by which events were found; NaN if that is not known.
     *
     * @throws InputException if the settings of the folder are damaged
     * @throws IOException if they cannot be read
     */
    public static double highestHertz(Path folder) throws IOException {
        Path state = folder.resolve(STATE);
        return RegularFile.isFile(state.resolve(SETTINGS)) ? settings(state).highestHertz() : Double.NaN;
    }

    private static void requireEmpty(Path folder) throws IOException {
        List<String> others = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                others.add(file.getFileName().toString());
            }
        }
        if (!others.isEmpty()) {
            throw new InputException("detect: " + folder + " holds " + others.size()
                    + " files that are no events of 'unmute detect', such as " + others.getFirst()
                    + ": name a new or empty folder");
        }
    }

    /**
     * Deletes files that a killed process left unfinished; acquiring the lock has already removed those in the folder
     * itself.
     */
    private static void clear(Path state) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(state, "*.tmp")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /**
     * @throws InputException if the settings of the folder are damaged
     * @throws IOException if they cannot be read
     */
    static DetectionSettings settings(Path state) throws IOException {
        return DetectionSettings.read(state.resolve(SETTINGS));
    }

    /** The folder that holds the tables. */
    public Path path() {
        return folder;
    }

    /** Bytes of results that were dropped because they were damaged or a killed process left them unfinished. */
    public long lost() {
        return journal.lost();
    }

    /** Ids of the recordings whose events are known. */
    public Set<String> recordings() {
        return journal.ids();
    }

    /** How much of a recording was read; null if its events are not known. */
    public ReadOutcome read(String id) {
        RecordingResult result = journal.find(id);
        return result == null ? null : result.read();
    }

    /**
     * A recording with events that were found otherwise than by detection, as a search does.
     *
     * @param clip a whole recording
     * @param sha256 of its file
     * @param read its rate and length, as far as they are known
     * @param events of the recording, in any order
     */
    public record Found(AudioClip clip, String sha256, ReadOutcome read, List<Event> events) {
        /** Sorts the events as they are stored. */
        public Found {
            events = events.stream().sorted(EventCodec.ORDER).toList();
        }
    }

    /**
     * Stores events that were found otherwise, and writes their tables. Those that an earlier run with the same
     * settings has stored are not stored again. Tables of recordings whose time or place is another one now are written
     * anew.
     *
     * @param classes names of the classes of the events
     * @param places  when and where recordings were made
     * @return number of recordings that were stored now
     * @throws IOException if the folder cannot be written
     */
    public int store(Set<OutputFormat> formats, List<String> classes, List<Found> recordings, FieldLog places)
            throws IOException {
        FieldLog placesBefore = takePlaces();
        int stored = 0;
        List<AudioClip> clips = recordings.stream().map(Found::clip).toList();
        try (EventTables tables = tables(formats, clips, classes, places)) {
            for (Found one : recordings) {
                Path file = one.clip().path();
                String stamp = RegularFile.isFile(file) ? RecordingResult.stampOf(file) : "";
                RecordingResult result = new RecordingResult(
                        one.clip().id(),
                        one.sha256(),
                        stamp,
                        one.read(),
                        one.events().size());
                EventJournal.Source source = taker -> {
                    for (Event event : one.events()) {
                        taker.accept(event);
                    }
                };
                if (!places.of(one.clip()).equals(placesBefore.find(one.clip().id()))) {
                    tables.forget(one.clip());
                }
                if (!result.equals(journal.find(result.id()))) {
                    tables.forget(one.clip());
                    journal.append(result, source);
                    stored++;
                }
                DecidedEvents events = decided(result, source);
                tables.single(one.clip(), one.read(), events);
                tables.add(one.clip(), one.read(), events);
            }
            tables.finish();
        }
        journal.force();
        putPlaces(places);
        return stored;
    }

    /** Receives events. */
    @FunctionalInterface
    public interface Taker {
        void accept(Event event) throws IOException;
    }

    /**
     * Passes on the listed events of a recording whose events are known, ordered by onset, offset and class.
     *
     * @throws IOException if the events cannot be read
     */
    public void events(String id, Taker taker) throws IOException {
        decided(id).forEach(taker);
    }

    /** The listed events of a recording whose events are known, with what a listener confirmed among them. */
    public DecidedEvents decided(String id) {
        return decided(journal.find(id), taker -> journal.events(id, taker));
    }

    DecidedEvents decided(RecordingResult result, EventJournal.Source found) {
        return new DecidedEvents(found, earlier, classes, result);
    }

    EventJournal journal() {
        return journal;
    }

    EventSpool spool() {
        return new EventSpool(state.resolve("spool"));
    }

    ReadingLog reading(AudioClip clip) throws IOException {
        return ReadingLog.open(state, clip);
    }

    /** Deletes the notes on partly read recordings, except for skipped ones that a later run may resume. */
    void forgetReadings(Set<String> leftOut) throws IOException {
        Set<Path> kept = new HashSet<>();
        leftOut.forEach(id -> kept.add(ReadingLog.file(state, id)));
        for (Path file : ReadingLog.filesIn(state)) {
            if (!kept.contains(file)) {
                Files.delete(file);
            }
        }
    }

    EventTables tables(Set<OutputFormat> formats, List<AudioClip> clips, List<String> classes, FieldLog places)
            throws IOException {
        return new EventTables(folder, state.resolve("table"), formats, clips, classes, places, !earlier.isEmpty());
    }

    /**
     * What the tables of single recordings say about time and place. It is deleted, since tables change from now on;
     * nothing if a run has not ended.
     */
    FieldLog takePlaces() throws IOException {
        Path file = state.resolve(PLACES);
        FieldLog before = new FieldLog(null);
        if (RegularFile.exists(file)) {
            try {
                before = FieldLog.read(file);
            } catch (InputException e) {
                before = new FieldLog(null); // the tables are written anew, and so is the file
            }
            Files.delete(file);
            TemporaryFile.forceFolder(state);
        }
        return before;
    }

    void putPlaces(FieldLog places) throws IOException {
        places.write(state.resolve(PLACES));
    }

    /**
     * Marks the run as ended, after its record has been written.
     *
     * @throws IOException if a file cannot be read, or the manifest cannot be written
     */
    public void finish() throws IOException {
        Set<String> own = new HashSet<>();
        for (OutputFormat format : OutputFormat.values()) {
            own.add(format.combined());
            own.add(format.folder());
        }
        own.add(EventTables.REJECTED);
        // Tables of recordings read by a killed run are not written again.
        output.finish(name -> own.contains(name)
                || name.startsWith(STATE + "/")
                || name.contains("/") && own.contains(name.substring(0, name.indexOf('/'))));
    }

    @Override
    public void close() throws IOException {
        try (lock;
                verdicts;
                output) {
            journal.close();
        }
    }
}
