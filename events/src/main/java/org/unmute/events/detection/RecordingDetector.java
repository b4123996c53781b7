package org.unmute.events.detection;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.unmute.audio.AudioStream;
import org.unmute.audio.ClipTooShortException;
import org.unmute.audio.Resampler;
import org.unmute.audio.StreamingResampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.events.recording.Excerpt;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.event.Event;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.event.StreamingTagger;
import org.unmute.probes.event.TaggerState;
import org.unmute.probes.score.FrameScorer;

/**
 * Finds the events of recordings, one after the other, in memory that does not depend on their length. It needs an open
 * stream and gives events: where sound comes from and where events go is the caller's matter.
 *
 * <p>A recording that is damaged, or has a sample that is no finite number, is read up to there: the events before are
 * given, as if it ended there, and {@link ReadOutcome#problem} says where and why.
 *
 * <p>Immutable and thread-safe.
 */
public final class RecordingDetector {
    /** Sound that is encoded between two looks at whether a note is due, in units of the time between two notes. */
    private static final double MAX_BLOCK = 2;

    private final Encoder encoder;
    private final FrameScorer scorer;
    private final EventRules rules;
    private final Resampler.Kernel resampling;

    /** Notes of how far a recording was read, from which a later run goes on. */
    interface Notes {
        /** No notes are there, and none are taken. */
        Notes NONE = new Notes() {
            @Override
            public TaggerState from() {
                return TaggerState.START;
            }

            @Override
            public double everySeconds() {
                return Double.POSITIVE_INFINITY;
            }

            @Override
            public void goOn(double seconds) {}

            @Override
            public void take(TaggerState state) {}
        };

        /** Where to go on. */
        TaggerState from();

        /** After so much sound the next note is taken, in seconds; above 0. */
        double everySeconds();

        /** The recording goes on with this second, from the start of the clip. */
        void goOn(double seconds);

        /**
         * Takes a note. All events that are decided have been given.
         *
         * @throws IOException if the recording cannot be read
         */
        void take(TaggerState state) throws IOException;
    }

    /**
     * @param encoder    the encoder of the probe's tokens
     * @param scorer     the probe
     * @param rules      how scores become events, for the probe's classes
     * @param resampling how recordings of another rate are converted: as when the probe was trained
     */
    public RecordingDetector(Encoder encoder, FrameScorer scorer, EventRules rules, Resampler.Kernel resampling) {
        this.encoder = encoder;
        this.scorer = scorer;
        this.rules = rules;
        this.resampling = resampling;
    }

    /** Names of the classes, by {@link Event#label}. */
    public List<String> classes() {
        return scorer.probe().classes();
    }

    /**
     * Finds the events of a recording.
     *
     * @param stream not closed
     * @param events takes each event once, when it is decided: for each class by onset; times count from the start of
     *               the file
     * @param read  is told the seconds of sound that were read, as they pass
     * @throws UnreadableAudioException if the rate cannot be converted
     * @throws IOException              if the source fails, which is not the recording's fault
     */
    public ReadOutcome run(AudioStream stream, Consumer<Event> events, DoubleConsumer read) throws IOException {
        return run(stream, 0, Double.POSITIVE_INFINITY, events, read);
    }

    /**
     * Finds the events of a part of a recording.
     *
     * @param start in seconds
     * @param end   in seconds, above {@code start}; infinite for the end of the recording
     * @throws UnreadableAudioException if the rate cannot be converted, or the recording ends before {@code start}
     * @throws IOException              if the source fails, which is not the recording's fault
     */
    public ReadOutcome run(AudioStream stream, double start, double end, Consumer<Event> events, DoubleConsumer read)
            throws IOException {
        return run(stream, start, end, events, read, Notes.NONE);
    }

    /**
     * Goes on with a recording, or a part of one, and takes notes of how far it came.
     *
     * @param events takes the events that were not decided yet
     * @param notes  of an earlier run with the same detector
     */
    ReadOutcome run(
            AudioStream stream, double start, double end, Consumer<Event> events, DoubleConsumer read, Notes notes)
            throws IOException {
        int rate = encoder.describe().sampleRate();
        AudioStream own = StreamingResampler.of(Excerpt.of(stream, start, end), rate, resampling);
        StreamingTagger tagger = new StreamingTagger(
                encoder,
                scorer,
                rules,
                start,
                () -> (double) stream.position() / stream.sampleRate(),
                events,
                notes.from());
        float[] block =
                new float[(int) Math.clamp(MAX_BLOCK * notes.everySeconds() * rate, 1, (double) tagger.blockSamples())];
        if (tagger.samples() > 0) {
            goTo(tagger.samples(), own, block);
            notes.goOn((double) tagger.samples() / rate);
        }
        long noted = tagger.samples();
        String problem = null;
        for (int n = 0; n >= 0 && problem == null; ) {
            int length = 0;
            try {
                while (length < block.length && (n = own.read(block, length, block.length - length)) >= 0) {
                    length += n;
                }
            } catch (UnreadableAudioException e) {
                problem = e.reason();
            }
            int finite = finite(block, length);
            if (finite < length) {
                problem = "a sample is " + block[finite];
            }
            tagger.accept(block, 0, finite);
            read.accept((double) finite / rate);
            if (n >= 0 && problem == null && tagger.samples() - noted >= notes.everySeconds() * rate) {
                noted = tagger.samples();
                notes.take(tagger.state());
            }
        }
        return outcome(stream, start, end, tagger, problem);
    }

    /** Goes on with a sample that was read before. */
    private static void goTo(long sample, AudioStream own, float[] block) throws IOException {
        own.seek(sample);
        // A header may state fewer samples than there are.
        while (own.position() < sample) {
            if (own.read(block, 0, (int) Math.min(block.length, sample - own.position())) < 0) {
                throw new UnreadableAudioException(
                        own.name(), "it was read up to sample " + sample + " before and ends at " + own.position());
            }
        }
    }

    private ReadOutcome outcome(AudioStream stream, double start, double end, StreamingTagger tagger, String problem)
            throws IOException {
        double seconds = (double) tagger.samples() / encoder.describe().sampleRate();
        double fileSeconds = fileSeconds(stream, problem == null, end);
        boolean usable = true;
        try {
            tagger.finish();
        } catch (ClipTooShortException e) {
            usable = false;
            problem = problem != null ? problem : seconds == 0 ? "the file holds no samples" : e.getMessage();
        }
        if (usable && problem != null) {
            problem = String.format(
                    Locale.ROOT, "read up to %.3f s, events after that are missing: %s", start + seconds, problem);
        }
        return new ReadOutcome(stream.sampleRate(), fileSeconds, start, seconds, stream.warnings(), problem, usable);
    }

    /** What {@link #run(Features, ClipSound, Consumer)} needs of the encoder. */
    public Features.Request request() {
        int layers = scorer.probe().probe().layers();
        return layers == 0 ? Features.Request.TOKENS : Features.Request.allLayers(layers, false);
    }

    /**
     * Finds the events of a clip that has been encoded already, for its tokens: the same as of its stream.
     *
     * @param features what the encoder made of it, at least what {@link #request} asks for
     * @param sound    as it was read
     * @param events   as of a stream
     * @return whether they were found; otherwise its tokens depend on what else of it was encoded with them, and a
     *     stream of it has to be read
     */
    public boolean run(Features features, ClipSound sound, Consumer<Event> events) {
        double start = sound.clip().start();
        double end = sound.endSeconds();
        StreamingTagger tagger = new StreamingTagger(encoder, scorer, rules, start, () -> end, events);
        if (!tagger.takes(features.tokens())) {
            return false;
        }
        boolean layers = !request().layers().isEmpty();
        tagger.run(layers ? features : new Features(features.tokens()), sound.samples().length);
        return true;
    }

    /** How many samples from the first on are finite. */
    private static int finite(float[] block, int length) {
        int n = 0;
        while (n < length && Float.isFinite(block[n])) {
            n++;
        }
        return n;
    }

    /** Length of the whole file, which a table of several recordings goes on after. */
    private static double fileSeconds(AudioStream stream, boolean sound, double end) throws IOException {
        double read = (double) stream.position() / stream.sampleRate();
        if (sound && end == Double.POSITIVE_INFINITY) {
            return read;
        }
        return stream.frames().isPresent() ? Math.max(read, stream.seconds()) : read;
    }
}
