package org.unmute.events.detection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.cache.FileHashes;
import org.unmute.probes.event.Event;

/**
 * Finds the events of many recordings, in the order of a list, and writes them to a folder as recordings pass. The same
 * call resumes a run that was interrupted: a recording that is done is not read again while its bytes are the same,
 * and all files become those of a run without interruption.
 *
 * <p>A recording that cannot be read, or is too short, is reported with the reason, written to {@code skipped.csv} and
 * tried again by the next run. One that is damaged after its beginning keeps its events up to the damage and is written
 * to {@code skipped.csv} too. A strict run stops at either.
 */
public final class DetectionRun {
    private final RecordingDetector detector;
    private final AudioOpener opener;
    private final boolean strict;
    /** Of files of which several parts are read. */
    private final FileHashes hashes = new FileHashes();

    /** Opens the bytes of a sound file. */
    @FunctionalInterface
    public interface AudioOpener {
        /**
         * @throws UnreadableAudioException with the reason in words if it is no sound that is read
         * @throws IOException              if the source fails
         */
        AudioStream open(AudioSource source) throws IOException;
    }

    /** Receives what happens, in the order of the list. */
    public interface Listener {
        /** A recording is being read. */
        default void opened(AudioClip clip, AudioStream stream) {}

        /** So much more sound was read. */
        default void read(double seconds) {}

        /** The events of a recording are known; {@code before}: an earlier run found them. */
        default void done(AudioClip clip, RecordingResult result, boolean before) {}

        /** A recording was left out. */
        default void skipped(AudioClip clip, String reason) {}

        /** A remark about a recording that was read. */
        default void warned(AudioClip clip, String warning) {}
    }

    /**
     * A recording that was left out, or not read to its end.
     *
     * @param file   id of the clip
     * @param read  seconds whose events are in the tables; 0 if it was left out
     * @param reason why
     */
    public record Skipped(String file, double read, String reason) {}

    /**
     * A class over all recordings.
     *
     * @param label   index of the class
     * @param events  how many
     * @param seconds how long together
     * @param score   max score; NaN without events
     */
    public record ClassTotal(int label, long events, double seconds, double score) {}

    /**
     * The outcome of a run.
     *
     * @param found    recordings that were read now
     * @param present  recordings whose events were known
     * @param skipped  recordings that were left out, or not read to their end
     * @param leftOut  how many of them were left out
     * @param seconds  of sound in the tables
     * @param classes  totals by class
     */
    public record Outcome(
            int found, int present, List<Skipped> skipped, int leftOut, double seconds, List<ClassTotal> classes) {
        /** How many events there are. */
        public long events() {
            return classes.stream().mapToLong(ClassTotal::events).sum();
        }
    }

    /**
     * @param detector finds the events of a recording
     * @param opener   opens recordings
     * @param strict   whether a recording that cannot be used, or not to its end, stops the run
     */
    public DetectionRun(RecordingDetector detector, AudioOpener opener, boolean strict) {
        this.detector = detector;
        this.opener = opener;
        this.strict = strict;
    }

    /**
     * Finds the events of all recordings.
     *
     * @param clips   no two with the same id
     * @param folder  gets the results
     * @param formats tables to write
     * @throws InputException in a strict run, at the first recording that cannot be used
     * @throws IOException    if the folder cannot be written
     */
    public Outcome run(List<AudioClip> clips, DetectionFolder folder, Set<OutputFormat> formats, Listener listener)
            throws IOException {
        Totals totals = new Totals(detector.classes().size());
        try (EventTables tables = folder.tables(formats, clips, detector.classes());
                SkippedTable skipped = new SkippedTable(folder.path())) {
            for (AudioClip clip : clips) {
                Recording one = new Recording(clip, folder, tables, listener);
                RecordingResult result = one.find();
                if (result == null) {
                    String reason = one.reason;
                    if (strict) {
                        throw unusable(clip, reason);
                    }
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
                tables.add(clip, read, events -> folder.journal().events(clip.id(), events));
                folder.journal().events(clip.id(), totals::add);
                totals.done(read, one.present);
                listener.done(clip, result, one.present);
            }
            tables.finish();
        }
        // Whoever is told that all is done may rely on it: tables were forced when they were closed.
        folder.journal().force();
        return totals.outcome();
    }

    private static InputException unusable(AudioClip clip, String reason) {
        return new InputException("detect: recording '" + PlainText.of(clip.id())
                + "' cannot be used: " + reason
                + ": remove it, or run without --strict to go on without it");
    }

    /** One recording on its way. */
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

        /** The result, from an earlier run or from now; null if there is none, with {@link #reason}. */
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
                stamp = FileStamp.of(clip.path());
                present = before != null && isOf(before, stamp);
            } catch (IOException e) {
                reason = ClipSound.reason(e);
                return null;
            }
            if (present) {
                tables.single(clip, before.read(), events -> folder.journal().events(clip.id(), events));
                return before;
            }
            tables.forget(clip);
            try (EventSpool spool = folder.spool()) {
                return hear(stamp, spool);
            }
        }

        private boolean isOf(RecordingResult before, String stamp) throws IOException {
            return before.stamp().equals(stamp) || before.sha256().equals(hash());
        }

        /** The file's hash, which is computed once for all its parts. */
        private String hash() throws IOException {
            return clip.whole() ? Sha256.of(clip.path()) : hashes.of(clip.path());
        }

        private RecordingResult hear(String stamp, EventSpool spool) throws IOException {
            ReadOutcome read;
            String sha256;
            try (HashingChannel bytes = new HashingChannel(Files.newByteChannel(clip.path()))) {
                // The channel is closed here: a stream that is refused does not close it.
                AudioSource source = AudioSource.of(bytes, clip.path().toString());
                AudioStream stream = opener.open(source);
                listener.opened(clip, stream);
                read = detector.run(stream, clip.start(), clip.end(), spool::add, listener::read);
                sha256 = clip.whole() ? bytes.sha256() : hash();
            } catch (UncheckedIOException e) {
                throw e.getCause(); // of the folder, not of the recording
            } catch (UnreadableAudioException e) {
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
            tables.single(clip, read, spool::forEach);
            folder.journal().append(result, spool::forEach);
            return result;
        }
    }

    /** What the recordings so far add up to. */
    private static final class Totals {
        private final long[] events;
        private final double[] seconds;
        private final double[] score;
        private final List<Skipped> skipped = new ArrayList<>();
        private int leftOut;
        private int found;
        private int present;
        private double read;

        Totals(int classes) {
            events = new long[classes];
            seconds = new double[classes];
            score = new double[classes];
            Arrays.fill(score, Double.NaN);
        }

        void add(Event event) {
            int c = event.label();
            events[c]++;
            seconds[c] += event.offset() - event.onset();
            score[c] = Double.isNaN(score[c]) ? event.score() : Math.max(score[c], event.score());
        }

        void skip(Skipped one) {
            skipped.add(one);
            leftOut += one.read() == 0 ? 1 : 0;
        }

        void done(ReadOutcome one, boolean before) {
            read += one.seconds();
            if (before) {
                present++;
            } else {
                found++;
            }
        }

        Outcome outcome() {
            List<ClassTotal> classes = new ArrayList<>();
            for (int c = 0; c < events.length; c++) {
                classes.add(new ClassTotal(c, events[c], seconds[c], score[c]));
            }
            return new Outcome(found, present, List.copyOf(skipped), leftOut, read, classes);
        }
    }
}
