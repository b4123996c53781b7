package org.unmute.events.detection;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.unmute.audio.AudioStream;
import org.unmute.audio.ClipTooShortException;
import org.unmute.audio.Resampler;
import org.unmute.audio.StreamingResampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.events.recording.Excerpt;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderBand;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.ClipSound;
import org.unmute.probes.event.Event;
import org.unmute.probes.event.EventRules;
import org.unmute.probes.event.StreamingTagger;
import org.unmute.probes.event.TaggerState;
import org.unmute.probes.score.FrameScorer;

/**
 * Finds the events of recordings, one after another, in memory that does not depend on their length. It reads an open
 * stream and emits events; the caller decides where sound comes from and where events go.
 *
 * <p>A recording that is damaged, or has a sample that is not finite, is read up to that point: the events before it
 * are emitted, as if the recording ended there, and {@link ReadOutcome#problem} says where and why.
 *
 * <p>Immutable and thread-safe.
 */
public final class RecordingDetector {
    /** Max length of sound encoded between two checks whether a note is due, relative to the interval between notes. */
    private static final double MAX_BLOCK = 2;

    /** The most rows that tokens lack at the end of a recording. */
    private static final int UNPADDED_ROWS = 2;

    private final Encoder encoder;
    private final FrameScorer scorer;
    private final EventRules rules;
    private final Resampler.Kernel resampling;

    /** Notes on the progress within a recording, from which a later run resumes. */
    interface Notes {
        /** Neither supplies nor takes notes. */
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

        /** The state from which to resume. */
        TaggerState from();

        /** Seconds of sound between notes, above 0. */
        double everySeconds();

        /** The recording is resumed at this second, counted from the start of the clip. */
        void goOn(double seconds);

        /**
         * Takes a note. All events decided so far have been emitted.
         *
         * @throws IOException if the recording cannot be read
         */
        void take(TaggerState state) throws IOException;
    }

    /**
     * @param encoder    encoder whose tokens the probe was trained on
     * @param scorer     scores frames with the probe
     * @param rules      rules that turn scores into events, for the probe's classes
     * @param resampling filter for recordings at another rate, the same as for training the probe
     */
    public RecordingDetector(Encoder encoder, FrameScorer scorer, EventRules rules, Resampler.Kernel resampling) {
        this.encoder = encoder;
        this.scorer = scorer;
        this.rules = rules;
        this.resampling = resampling;
    }

    /** Class names, indexed by {@link Event#label}. */
    public List<String> classes() {
        return scorer.probe().classes();
    }

    /**
     * Finds the events of a recording.
     *
     * @param stream is not closed
     * @param events receives each event once, when it is decided, for each class ordered by onset; times count from the
     *     start of the file
     * @param read  receives the seconds of sound as they are read
     * @throws UnreadableAudioException if the rate cannot be converted
     * @throws IOException              if the source fails, through no fault of the recording
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
     * @throws IOException              if the source fails, through no fault of the recording
     */
    public ReadOutcome run(AudioStream stream, double start, double end, Consumer<Event> events, DoubleConsumer read)
            throws IOException {
        return run(stream, start, end, events, read, Notes.NONE);
    }

    /**
     * Resumes a recording, or a part of one, and takes notes on its progress.
     *
     * @param events receives the events that were not decided yet
     * @param notes  from an earlier run with the same detector
     */
    ReadOutcome run(
            AudioStream stream, double start, double end, Consumer<Event> events, DoubleConsumer read, Notes notes)
            throws IOException {
        EncoderSpec spec = encoder.describe();
        int rate = spec.sampleRate();
        String unheard = EncoderBand.of(spec).nothingOf(stream.sampleRate());
        if (unheard != null) {
            throw new UnreadableAudioException(stream.name(), unheard);
        }
        AudioStream own = StreamingResampler.of(Excerpt.of(stream, start, end), spec.speed(), rate, resampling);
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
            notes.goOn(spec.seconds(tagger.samples()));
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
            read.accept(spec.seconds(finite));
            if (n >= 0 && problem == null && tagger.samples() - noted >= notes.everySeconds() * rate) {
                noted = tagger.samples();
                notes.take(tagger.state());
            }
        }
        return outcome(stream, start, end, tagger, problem);
    }

    /** Moves to a sample up to which the recording was read before. */
    private static void goTo(long sample, AudioStream own, float[] block) throws IOException {
        own.seek(sample);
        // The header may state fewer samples than there are.
        while (own.position() < sample) {
            if (own.read(block, 0, (int) Math.min(block.length, sample - own.position())) < 0) {
                throw new UnreadableAudioException(
                        own.name(), "it was read up to sample " + sample + " before and ends at " + own.position());
            }
        }
    }

    private ReadOutcome outcome(AudioStream stream, double start, double end, StreamingTagger tagger, String problem)
            throws IOException {
        double seconds = encoder.describe().seconds(tagger.samples());
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

    /** The encoder output that {@link #run(Features, ClipSound, Consumer)} needs. */
    public Features.Request request() {
        int layers = scorer.probe().probe().layers();
        return layers == 0 ? Features.Request.TOKENS : Features.Request.allLayers(layers, false);
    }

    /**
     * Finds the events of a clip that is already encoded for its tokens. The result is the same as from its stream.
     *
     * @param features of the clip, with at least the content of {@link #request}
     * @param sound    the clip as it was read
     * @param events   receives events as for a stream
     * @return whether the events were found; if not, the tokens depend on sound that was encoded with them, and a
     *     stream of the clip has to be read
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

    /**
     * Finds the events of a recording, or of a part of one, in tokens that it was embedded to before. The recording is
     * read to its end, but not encoded.
     *
     * @param tokens of the same sound, with all layers if the probe pools them
     * @return empty, with no event emitted, if a stream of the recording has to be encoded: the tokens depend on sound
     *     that was encoded with them, are of a different length of sound, or the recording is damaged
     */
    Optional<ReadOutcome> run(
            AudioStream stream, double start, double end, Features tokens, Consumer<Event> events, DoubleConsumer read)
            throws IOException {
        EncoderSpec spec = encoder.describe();
        StreamingTagger tagger = new StreamingTagger(
                encoder, scorer, rules, start, () -> (double) stream.position() / stream.sampleRate(), events);
        if (!tagger.takes(tokens.tokens())) {
            return Optional.empty();
        }
        AudioStream own =
                StreamingResampler.of(Excerpt.of(stream, start, end), spec.speed(), spec.sampleRate(), resampling);
        float[] block = new float[tagger.blockSamples()];
        long samples = 0;
        try {
            for (int n; (n = own.read(block, 0, block.length)) >= 0; ) {
                if (finite(block, n) < n) {
                    return Optional.empty();
                }
                samples += n;
                read.accept(spec.seconds(n));
            }
        } catch (UnreadableAudioException e) {
            return Optional.empty();
        }
        int rows = tokens.tokens().sound();
        // An encoder that pads nothing has no row for the last samples.
        if (spec.rowStart(rows - 1) >= samples || spec.rowStart(rows + UNPADDED_ROWS) < samples) {
            return Optional.empty();
        }
        tagger.run(tokens, samples);
        return Optional.of(outcome(stream, start, end, tagger, null));
    }

    /** Number of leading samples that are finite. */
    private static int finite(float[] block, int length) {
        int n = 0;
        while (n < length && Float.isFinite(block[n])) {
            n++;
        }
        return n;
    }

    /** Length of the whole file, after which times continue in a table of several recordings. */
    private static double fileSeconds(AudioStream stream, boolean sound, double end) throws IOException {
        double read = (double) stream.position() / stream.sampleRate();
        if (sound && end == Double.POSITIVE_INFINITY) {
            return read;
        }
        return stream.frames().isPresent() ? Math.max(read, stream.seconds()) : read;
    }
}
