package org.unmute.events.detection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.data.field.FieldLog;
import org.unmute.events.recording.HashingChannel;
import org.unmute.events.recording.HashingChannel.Beginning;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.cache.FileHashes;
import org.unmute.probes.event.Event;
import org.unmute.probes.event.TaggerState;

/**
 * Finds the events of many recordings, in the order of a list, and writes them to a folder as it proceeds. The same
 * call resumes an interrupted run: a recording that is done is not read again while its bytes are unchanged, and all
 * files end up as if the run had not been interrupted.
 *
 * <p>A recording that cannot be read, or is too short, is reported with the reason, written to {@code skipped.csv} and
 * tried again by the next run. A recording that is damaged at some point keeps its events up to the damage and is
 * written to {@code skipped.csv} too. A strict run stops at either.
 */
public final class DetectionRun {
    /** Seconds of sound between two notes on the progress within a recording. */
    public static final double NOTE_SECONDS = 120;

    private final RecordingDetector detector;
    private final CachedTokens cached;
    private final AudioOpener opener;
    private final boolean strict;
    private final double noteSeconds;
    /** Hashes of files of which several parts are read. */
    private final FileHashes hashes = new FileHashes();

    /** Opens the bytes of a sound file. */
    @FunctionalInterface
    public interface AudioOpener {
        /**
         * Opens one channel, or the mean of all.
         *
         * @param channel from 1, or {@link org.unmute.audio.playback.Mixdown#MEAN}
         * @throws UnreadableAudioException with the reason as text, if the bytes are not a sound file that can be read
         * @throws IOException              if the source fails
         */
        AudioStream open(AudioSource source, int channel) throws IOException;
    }

    /** Receives progress, in the order of the list. */
    public interface Listener {
        /** A recording has been opened and is being read. */
        default void opened(AudioClip clip, AudioStream stream) {}

        /** A recording that an earlier run was reading when it was killed is resumed at this second of the clip. */
        default void goesOn(AudioClip clip, double seconds) {}

        /** A recording is encoded although there are cached tokens for the run; {@code reason} says why. */
        default void encodes(AudioClip clip, String reason) {}

        /** A recording is read from its start although an earlier run left notes on its progress. */
        default void startsAgain(AudioClip clip, String reason) {}

        /** This many more seconds of sound were read. */
        default void read(double seconds) {}

        /** The events of a recording are known; {@code before} if an earlier run found them. */
        default void done(AudioClip clip, RecordingResult result, boolean before) {}

        /** A recording was skipped. */
        default void skipped(AudioClip clip, String reason) {}

        /** A warning about a recording that was read. */
        default void warned(AudioClip clip, String warning) {}
    }

    /**
     * A recording that was skipped, or not read to its end.
     *
     * @param file   id of the clip
     * @param read  seconds whose events are in the tables; 0 if the recording was skipped
     * @param reason why it was not read, or not to its end
     */
    public record Skipped(String file, double read, String reason) {}

    /**
     * Totals of a class over all recordings.
     *
     * @param label   index of the class
     * @param events  number of events
     * @param seconds total length of the events
     * @param score   max score; NaN without events
     * @param confirmed number of events that a listener had confirmed
     * @param rejected number of events that are not among them, since a listener had rejected them
     */
    public record ClassTotal(int label, long events, double seconds, double score, long confirmed, long rejected) {}

    /**
     * The outcome of a run.
     *
     * @param found    number of recordings read in this run
     * @param present  number of recordings whose events were already known
     * @param skipped  recordings that were skipped, or not read to their end
     * @param leftOut  number of recordings that were skipped entirely
     * @param seconds  seconds of sound in the tables
     * @param classes  totals by class
     */
    public record Outcome(
            int found, int present, List<Skipped> skipped, int leftOut, double seconds, List<ClassTotal> classes) {
        /** Total number of events. */
        public long events() {
            return classes.stream().mapToLong(ClassTotal::events).sum();
        }
    }

    /**
     * Creates a run.
     *
     * @param detector    finds the events of a recording
     * @param cached      tokens of recordings, in which events are found; what they lack is encoded. Null for none
     * @param opener      opens recordings
     * @param strict      whether to stop the run at a recording that cannot be read, or not to its end
     * @param noteSeconds seconds of sound between two notes on the progress within a recording that is encoded, above
     *     0; the actual distance is up to twice as much
     */
    public DetectionRun(
            RecordingDetector detector, CachedTokens cached, AudioOpener opener, boolean strict, double noteSeconds) {
        this.detector = detector;
        this.cached = cached;
        this.opener = opener;
        this.strict = strict;
        this.noteSeconds = noteSeconds;
    }

    /**
     * Finds the events of all recordings.
     *
     * @param clips   clips with distinct ids
     * @param folder  receives the results
     * @param formats tables to write
     * @throws InputException in a strict run, at the first recording that cannot be used
     * @throws IOException    if the folder cannot be written
     */
    public Outcome run(List<AudioClip> clips, DetectionFolder folder, Set<OutputFormat> formats, Listener listener)
            throws IOException {
        return run(clips, new FieldLog(null), folder, formats, listener);
    }

    /**
     * Finds the events of all recordings, with when and where these were made in the tables. If that is not what the
     * last run knew, the tables are written anew; no recording is read again for it.
     *
     * @param places when and where recordings were made
     */
    public Outcome run(
            List<AudioClip> clips,
            FieldLog places,
            DetectionFolder folder,
            Set<OutputFormat> formats,
            Listener listener)
            throws IOException {
        FieldLog placesBefore = folder.takePlaces();
        RunTotals totals = new RunTotals(detector.classes().size());
        Set<String> leftOut = new HashSet<>();
        try (EventTables tables = folder.tables(formats, clips, detector.classes(), places);
                EventTables.Skipped skipped = new EventTables.Skipped(folder.path())) {
            for (AudioClip clip : clips) {
                if (!places.of(clip).equals(placesBefore.find(clip.id()))) {
                    tables.forget(clip);
                }
                Recording one = new Recording(clip, folder, tables, listener);
                RecordingResult result = one.find();
                if (result == null) {
                    String reason = one.reason;
                    if (strict) {
                        throw unusable(clip, reason);
                    }
                    leftOut.add(clip.id());
                    skipped.add(clip.id(), 0, reason);
                    totals.skip(new Skipped(clip.id(), 0, reason));
                    listener.skipped(clip, reason);
                    continue;
                }
                ReadOutcome read = result.read();
                if (read.problem() != null) {
                    if (strict) {
                        throw unusable(clip, read.problem());
                    }
                    skipped.add(clip.id(), read.seconds(), read.problem());
                    totals.skip(new Skipped(clip.id(), read.seconds(), read.problem()));
                    listener.warned(clip, read.problem());
                }
                read.warnings().forEach(warning -> listener.warned(clip, warning));
                DecidedEvents events = folder.decided(clip.id());
                tables.add(clip, read, events);
                totals.add(events);
                totals.done(read, one.present);
                listener.done(clip, result, one.present);
            }
            tables.finish();
        }
        // When the run reports completion, the results must be durable; tables were forced when they were closed.
        folder.journal().force();
        folder.forgetReadings(leftOut);
        folder.putPlaces(places);
        return totals.outcome();
    }

    private static InputException unusable(AudioClip clip, String reason) {
        return new InputException("detect: recording '" + PlainText.of(clip.id())
                + "' cannot be used: " + reason
                + ": remove it, or run without --strict to go on without it");
    }

    /** An action on a file of the folder. */
    private interface FolderAction {
        void run() throws IOException;
    }

    /** Runs an action; the recording is not to blame if it fails. */
    private static void folderWrites(FolderAction action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A recording that is being processed. */
    private final class Recording {
        private final AudioClip clip;
        private final DetectionFolder folder;
        private final EventTables tables;
        private final Listener listener;
        private boolean present;
        private String reason;

        Recording(AudioClip clip, DetectionFolder folder, EventTables tables, Listener listener) {
            this.clip = clip;
            this.folder = folder;
            this.tables = tables;
            this.listener = listener;
        }

        /** The result from an earlier run or from this one; null if there is none, with the {@link #reason}. */
        RecordingResult find() throws IOException {
            String stamp;
            RecordingResult before = folder.journal().find(clip.id());
            try {
                if (!RegularFile.isFile(clip.path())) {
                    reason = RegularFile.exists(clip.path())
                            ? "no file but something else: " + clip.path()
                            : "the file does not exist: " + clip.path();
                    return null;
                }
                stamp = RecordingResult.stampOf(clip.path());
                present = before != null && isOf(before, stamp);
            } catch (IOException e) {
                reason = ClipSound.reason(e);
                return null;
            }
            if (present) {
                tables.single(clip, before.read(), folder.decided(clip.id()));
                return before;
            }
            tables.forget(clip);
            try (EventSpool spool = folder.spool();
                    ReadingLog log = folder.reading(clip)) {
                return hear(stamp, spool, log);
            }
        }

        private boolean isOf(RecordingResult before, String stamp) throws IOException {
            return before.stamp().equals(stamp) || before.sha256().equals(hash());
        }

        /** The hash of the file, computed once for all its parts. */
        private String hash() throws IOException {
            return clip.whole() ? Sha256.of(clip.path()) : hashes.of(clip.path());
        }

        private RecordingResult hear(String stamp, EventSpool spool, ReadingLog log) throws IOException {
            ReadOutcome read;
            String sha256;
            try {
                Optional<CachedTokens.Found> known = cached == null
                        ? Optional.empty()
                        : cached.find(detector, opener, clip, this::hash, spool::add, listener);
                if (known.isPresent()) {
                    read = known.get().read();
                    sha256 = known.get().sha256();
                } else {
                    try (HashingChannel bytes = new HashingChannel(Files.newByteChannel(clip.path()))) {
                        read = encode(bytes, spool, log);
                        sha256 = clip.whole() ? bytes.sha256() : hash();
                    }
                }
            } catch (UncheckedIOException e) {
                throw e.getCause(); // the folder failed, not the recording
            } catch (UnreadableAudioException e) {
                log.delete();
                reason = e.reason();
                return null;
            } catch (IOException | IllegalArgumentException e) {
                reason = ClipSound.reason(e);
                return null;
            } catch (OutOfMemoryError e) {
                reason = "it needs more memory than the "
                        + (Runtime.getRuntime().maxMemory() >> 20) + " MiB of this program: -Xmx";
                return null;
            }
            if (!read.usable()) {
                reason = read.problem();
                tables.leave(clip, read);
                return null;
            }
            RecordingResult result = new RecordingResult(clip.id(), sha256, stamp, read, spool.count());
            tables.single(clip, read, folder.decided(result, spool::forEach));
            folder.journal().append(result, spool::forEach);
            if (log.exists()) {
                folder.journal().force(); // the log's content must not be lost when it is deleted
                log.delete();
            }
            return result;
        }

        private ReadOutcome encode(HashingChannel bytes, EventSpool spool, ReadingLog log) throws IOException {
            TaggerState from = goOn(bytes, spool, log);
            // The channel is closed by the caller because a stream that is rejected does not close it.
            AudioSource source = AudioSource.of(bytes, clip.path().toString());
            AudioStream stream = opener.open(source, clip.channel());
            listener.opened(clip, stream);
            Consumer<Event> events = event -> {
                spool.add(event);
                log.add(event);
            };
            RecordingDetector.Notes notes = new RecordingDetector.Notes() {
                @Override
                public TaggerState from() {
                    return from;
                }

                @Override
                public double everySeconds() {
                    return noteSeconds;
                }

                @Override
                public void goOn(double seconds) {
                    listener.goesOn(clip, seconds);
                }

                @Override
                public void take(TaggerState state) throws IOException {
                    Beginning beginning = clip.whole() ? bytes.beginning() : new Beginning(bytes.size(), hash());
                    ReadingLog.Note note = new ReadingLog.Note(bytes.size(), beginning, state);
                    folderWrites(() -> log.take(note));
                }
            };
            return detector.run(stream, clip.start(), clip.end(), events, listener::read, notes);
        }

        /** The state from which the tagger continues; adds the events found before to the spool. */
        private TaggerState goOn(HashingChannel bytes, EventSpool spool, ReadingLog log) throws IOException {
            String problem = log.problem();
            ReadingLog.Note note = log.last();
            if (note != null && !isOf(note, bytes)) {
                problem = "the file changed";
                folderWrites(log::restart);
            }
            if (problem != null) {
                listener.startsAgain(clip, problem);
            }
            if (log.last() == null) {
                return TaggerState.START;
            }
            folderWrites(() -> log.events(spool::add));
            return note.state();
        }

        private boolean isOf(ReadingLog.Note note, HashingChannel bytes) throws IOException {
            return note.size() == bytes.size()
                    && (clip.whole()
                            ? bytes.beginsWith(note.beginning())
                            : note.beginning().sha256().equals(hash()));
        }
    }
}
