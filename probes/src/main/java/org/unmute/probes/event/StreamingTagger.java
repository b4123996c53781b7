package org.unmute.probes.event;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.audio.StreamingResampler;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.StreamingEncoder;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.score.FrameScoring;

/**
 * Detects events while samples arrive from a microphone, a socket or a file of any length, by encoding them, scoring
 * frames and applying rules. Memory depends on the encoder, the context of the scorer and the rules, not on the length
 * of the recording. To find bands, up to two contexts of tokens are held in addition for each class with an open event.
 * The events are those of the whole recording encoded at once, however the samples are split into blocks; {@link
 * StreamingEncoder} states the differences for class tokens and for encoders without windows.
 *
 * <p>Row i of the grid lasts from {@code i * rowSamples / rate} to {@code (i + 1) * rowSamples / rate} seconds; {@link
 * EncoderSpec#rowStart} states the exception. Rows that begin after the last sample are padding and are left out, and
 * no event ends after the last sample.
 *
 * <p>Not thread-safe.
 */
public final class StreamingTagger {
    private final EncoderSpec spec;
    private final StreamingEncoder encoder;
    private final FrameScorer scorer;
    private final FrameScoring scoring;
    private final EventRules rules;
    private final EventDetector detector;
    private final BandFinder bands;
    private final double start;
    private final DoubleSupplier end;
    private final Consumer<Event> events;
    /** Rows that may be the peak of an event not delivered yet, by their middles in seconds. */
    private final TreeMap<Double, Long> peaks = new TreeMap<>();
    /** The tokens that determine the scores of these rows. */
    private final RowStore rows = new RowStore();

    /** The bands of events that were pending when the state was taken. */
    private final Map<Peak, Band> known = new HashMap<>();

    /** The first row that is needed, and the first row that may or may not belong to an event. */
    private final long firstRow;

    private final long firstUndecided;

    /** Number of samples if the recording was passed as tokens; -1 if samples are passed. */
    private long given = -1;

    private long arrived;
    private long scored;
    private boolean finished;

    /** The frame with the max score of an event. */
    private record Peak(int label, double at) {
        static Peak of(Event event) {
            return new Peak(event.label(), event.peak());
        }
    }

    /**
     * A tagger for samples from time 0 on.
     *
     * @param encoder the encoder whose tokens the probe was trained on; {@link
     *     org.unmute.probes.pool.TrainedProbe#requireTokensOf} checks that
     * @param scorer  the probe
     * @param rules   how scores become events
     * @param events receives each event once, by onset within each class
     * @throws IllegalArgumentException if the rules are not for the probe's classes
     */
    public StreamingTagger(Encoder encoder, FrameScorer scorer, EventRules rules, Consumer<Event> events) {
        this(encoder, scorer, rules, 0, () -> Double.POSITIVE_INFINITY, events);
    }

    /**
     * A tagger for a part of a file.
     *
     * @param start position of the first sample in the file, in seconds
     * @param end upper bound of the end of events, in seconds of the file, queried for each event. After resampling,
     *     the last row may end a fraction of a sample after the file.
     * @param events receives each event once, by onset within each class; times count from the start of the file
     * @throws IllegalArgumentException if the rules are not for the probe's classes
     */
    public StreamingTagger(
            Encoder encoder,
            FrameScorer scorer,
            EventRules rules,
            double start,
            DoubleSupplier end,
            Consumer<Event> events) {
        this(encoder, scorer, rules, start, end, events, TaggerState.START);
    }

    /**
     * A tagger that resumes from the state of another one with the same encoder, scorer and rules, and delivers the
     * events that were still pending. It expects the samples from {@link #samples} on. Some of these were already
     * passed to the other tagger: those of incomplete windows and contexts, and of half the median filter's window.
     *
     * @param from a result of {@link #state}
     * @throws IllegalArgumentException if the rules or the state are not for the probe's classes
     */
    public StreamingTagger(
            Encoder encoder,
            FrameScorer scorer,
            EventRules rules,
            double start,
            DoubleSupplier end,
            Consumer<Event> events,
            TaggerState from) {
        int classes = scorer.probe().classes().size();
        if (rules.classes() != classes) {
            throw new IllegalArgumentException("tagger: the probe has " + classes
                    + " classes, the event rules have thresholds for " + rules.classes());
        }
        spec = encoder.describe();
        boolean layers = scorer.probe().probe().layers() > 0;
        Features.Request request = layers ? Features.Request.allLayers(spec.depth(), false) : Features.Request.TOKENS;
        firstUndecided = from.decided();
        scored = EventDetector.firstFrameFor(rules, firstUndecided);
        scored -= scored % scorer.stride();
        firstRow = scorer.firstRowFor(scored);
        long window = StreamingEncoder.firstWindowOf(spec, firstRow);
        arrived = StreamingEncoder.firstRowOf(spec, window);
        this.encoder = new StreamingEncoder(encoder, request, this::arrive, window);
        this.scorer = scorer;
        this.rules = rules;
        this.start = start;
        this.end = end;
        this.events = events;
        scoring = scorer.stream(this::frame, scored);
        detector = new EventDetector(rules, this::event, from, scored);
        from.pending().forEach(p -> known.put(Peak.of(p.event()), p.event().band()));
        bands = new BandFinder(scorer.probe(), spec);
    }

    /**
     * The state from which another tagger can resume. Call it between two blocks. It computes the bands of the pending
     * events, which takes some time.
     *
     * @throws IllegalStateException after the end
     */
    public TaggerState state() {
        if (finished) {
            throw new IllegalStateException("tagger: there is no state after the end");
        }
        List<TaggerState.Pending> pending = new ArrayList<>();
        Map<Peak, Band> now = new HashMap<>();
        for (TaggerState.Pending p : detector.pending()) {
            Event e = p.event();
            Band band = band(e.label(), e.peak());
            now.put(Peak.of(e), band);
            pending.add(new TaggerState.Pending(
                    new Event(e.label(), e.onset(), e.offset(), e.score(), e.peak(), band), p.open(), p.exceeded()));
        }
        known.clear();
        known.putAll(now);
        return new TaggerState(detector.filtered(), pending);
    }

    /** A good block size: windows that one block completes are encoded together. */
    public int blockSamples() {
        return encoder.blockSamples();
    }

    /**
     * Processes the next samples and delivers the events that they decide.
     *
     * @param block mono, [-1, 1], at the encoder's rate. Not modified.
     * @param from  index of the first sample
     * @param count number of samples
     * @throws IllegalArgumentException if a sample is NaN or infinite, or the tokens do not fit the probe
     */
    public void accept(float[] block, int from, int count) {
        encoder.accept(block, from, count);
    }

    /**
     * Ends the recording and delivers the remaining events.
     *
     * @throws org.unmute.audio.ClipTooShortException if fewer samples have arrived than the encoder needs
     */
    public void finish() {
        if (finished) {
            return;
        }
        finished = true;
        encoder.finish();
        end();
    }

    /**
     * Tags a stream from its present position to its end, and finishes. If its rate is not the encoder's, it is
     * resampled from its beginning.
     *
     * @param stream     not closed
     * @param resampling resampling kernel, which should be the one used in training
     * @throws org.unmute.audio.UnreadableAudioException if it is damaged or its rate cannot be converted
     * @throws IOException if its source fails
     */
    public void run(AudioStream stream, Resampler.Kernel resampling) throws IOException {
        AudioStream own = StreamingResampler.of(stream, spec.speed(), spec.sampleRate(), resampling);
        float[] block = new float[encoder.blockSamples()];
        int length = 0;
        for (int n; (n = own.read(block, length, block.length - length)) >= 0; ) {
            length += n;
            // Full blocks: the windows that a block completes are encoded together.
            if (length == block.length) {
                accept(block, 0, length);
                length = 0;
            }
        }
        accept(block, 0, length);
        finish();
    }

    /**
     * Whether {@link #run(Features, long)} finds the same events as the recording's samples would, that is, whether
     * tokens do not depend on how much of the recording is encoded at once. They do depend on it for encoders that take
     * recordings as a whole, and for class tokens that are a mean over windows, if the probe reads them.
     *
     * @param tokens tokens of a whole recording
     */
    public boolean takes(TokenMap tokens) {
        return !spec.isWhole()
                && (tokens.cls() == null
                        || tokens.time() <= spec.time()
                        || !scorer.probe().probe().readsCls());
    }

    /**
     * Tags a whole recording from its tokens, and finishes.
     *
     * @param features the result of {@link Encoder#features}, with all layers if the probe pools layers
     * @param samples number of samples in the recording, at the encoder's rate
     * @throws IllegalArgumentException if the tagger does not {@linkplain #takes take} them, or they do not fit the
     *     probe
     */
    public void run(Features features, long samples) {
        if (!takes(features.tokens()) || encoder.samples() > 0 || finished) {
            throw new IllegalArgumentException(
                    "tagger: tokens of " + features.tokens().sizes() + " are not those that " + spec.name()
                            + " gives while a recording arrives: give its samples");
        }
        given = samples;
        arrive(features);
        end();
    }

    private void end() {
        finished = true;
        scoring.finish();
        detector.finish();
    }

    /** Position of the next sample that the tagger expects, from the start of the recording. */
    public long samples() {
        return given < 0 ? encoder.samples() : given;
    }

    /**
     * Upper bound of the seconds of sound between the end of an event and its delivery: a window of the encoder, plus
     * the rows that the scorer, half the median filter and the max gap wait for. If scores exceed the low threshold
     * again within the max gap, it counts from the end of those, since they may still join the event. {@link #finish}
     * delivers the last events. Computing time is not included.
     */
    public double latencySeconds() {
        double row = spec.grid().rowSamples();
        double rate = spec.samples(1);
        double gap = 1 + Math.floor((rules.maxGap() + 1e-6) * rate / row);
        double rows = scorer.lookAhead() + rules.medianFrames() / 2 + gap;
        double window = encoder.latencySamples();
        // The excess of windows over their rows.
        double more =
                spec.isWhole() ? 0 : spec.input().hopSamples() % spec.grid().rowSamples();
        return (window + (rows - 1) * row + (1 + rows / spec.time()) * more) / rate;
    }

    /** Max value of {@link #rowsHeld}. */
    int maxRowsHeld() {
        int context = scorer.context() + scorer.stride();
        return 2 * spec.time() + 4 * scorer.lookAhead() + rules.medianFrames() + (2 * rules.classes() + 1) * context;
    }

    /** Number of rows whose tokens are held for contexts and bands, not counting the windows that are being encoded. */
    int rowsHeld() {
        return rows.count() + scoring.rowsHeld();
    }

    /** Processes finished rows of the encoder. */
    private void arrive(Features block) {
        int count = block.tokens().time();
        while (count > 0 && spec.rowStart(arrived + count - 1) >= samples()) {
            count--;
        }
        int skip = Math.clamp(firstRow - arrived, 0, count);
        arrived += skip;
        if (skip == count) {
            return;
        }
        Features own = block.rows(skip, count);
        count -= skip;
        if (bands.isLocal()) {
            rows.add(arrived, own, count);
            for (long row = Math.max(arrived, firstUndecided); row < arrived + count; row++) {
                peaks.put(middle(row), row);
            }
        }
        arrived += count;
        scoring.accept(own);
    }

    /** Processes the scores of the next row. */
    private void frame(float[] scores) {
        detector.accept(seconds(scored), seconds(scored + 1), scores);
        long filtered = scored - rules.medianFrames() / 2;
        scored++;
        if (filtered >= 0 && !peaks.isEmpty()) {
            Set<Double> pending = detector.pendingPeaks();
            SortedMap<Double, Long> decided = peaks.headMap(middle(filtered), true);
            decided.keySet().removeIf(at -> !pending.contains(at));
            rows.keep(decided.values(), filtered + 1, this::context);
        }
    }

    /** Processes an event with times relative to the first sample. */
    private void event(int label, double onset, double offset, float score, double peak) {
        double arrivedEnd = spec.seconds(samples());
        double fileEnd = end.getAsDouble();
        events.accept(new Event(
                label,
                onset + start,
                Math.min(Math.min(offset, arrivedEnd) + start, fileEnd),
                score,
                Math.min(Math.min(peak, arrivedEnd) + start, fileEnd),
                band(label, peak)));
    }

    /** The band of an event, given the time of its peak as {@link #middle} computes it. */
    private Band band(int label, double peak) {
        if (!bands.isLocal()) {
            return bands.full();
        }
        Band before = known.get(new Peak(label, peak));
        return before != null ? before : bands.of(rows.of(context(peaks.get(peak))), label);
    }

    private FrameScorer.Context context(long row) {
        return scorer.contextOf(row, arrived);
    }

    private double seconds(long row) {
        return spec.seconds(spec.rowStart(row));
    }

    /** The middle of a row, as {@link EventDetector} computes it. */
    private double middle(long row) {
        return (seconds(row) + seconds(row + 1)) / 2;
    }
}
