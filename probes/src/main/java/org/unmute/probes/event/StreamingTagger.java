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
 * Finds events while samples arrive, of a microphone, a socket or a file of any length: encoder, frame scores, events.
 * Memory depends on the encoder, the context of the scorer and the rules, not on the length of the recording: where
 * bands are found, up to two contexts of tokens for each class with an open event are held in addition. The
 * events are those of the whole recording encoded at once, however the samples are split into blocks; {@link
 * StreamingEncoder} says what is different about class tokens, and about encoders without windows.
 *
 * <p>Row i of the grid lasts from {@code i * rowSamples / rate} to {@code (i + 1) * rowSamples / rate} seconds; {@link
 * EncoderSpec#rowStart} states the exception. Rows that begin after the last sample stand for padding and are left out,
 * and no event ends after it.
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
    /** Rows at which an event that is not given yet may have its peak, by their middles in seconds. */
    private final TreeMap<Double, Long> peaks = new TreeMap<>();
    /** What the scores of these rows come from. */
    private final RowStore rows = new RowStore();

    /** The bands of events that were pending when a state was taken. */
    private final Map<Peak, Band> known = new HashMap<>();

    /** The row that is first needed, and the first one of which it is not known whether it belongs to an event. */
    private final long firstRow;

    private final long firstUndecided;

    /** Samples of a recording whose tokens were given; -1 where samples are. */
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
     * A tagger of samples from time 0 on.
     *
     * @param encoder the encoder whose tokens the probe was trained on; {@link
     *     org.unmute.probes.pool.TrainedProbe#requireTokensOf} checks that
     * @param scorer  the probe
     * @param rules   how scores become events
     * @param events  takes each event once, for each class by onset
     * @throws IllegalArgumentException if the rules are not for the probe's classes
     */
    public StreamingTagger(Encoder encoder, FrameScorer scorer, EventRules rules, Consumer<Event> events) {
        this(encoder, scorer, rules, 0, () -> Double.POSITIVE_INFINITY, events);
    }

    /**
     * A tagger of a part of a file.
     *
     * @param start where the first sample lies in the file, in seconds
     * @param end   no event ends later, in seconds of the file; asked at each event. After resampling, the last row may
     *     end a fraction of a sample after the file.
     * @param events takes each event once, for each class by onset; times count from the start of the file
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
     * A tagger that goes on where another one of the same encoder, scorer and rules was, and gives the events that the
     * other one had still to give. It takes the samples from {@link #samples} on, and needs some that the other one had
     * before: those of the windows and contexts that are not complete, and of half of the median filter's window.
     *
     * @param from what {@link #state} gave
     * @throws IllegalArgumentException if rules or state are not for the probe's classes
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
     * From where another tagger can go on: to be asked for between two blocks. Bands of the events that are not given
     * yet are looked for, so it takes some time.
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

    /** A good size for blocks: the windows that a block completes are encoded together. */
    public int blockSamples() {
        return encoder.blockSamples();
    }

    /**
     * Takes the next samples and gives the events that they decide.
     *
     * @param block mono, [-1, 1], at the encoder's rate. Not modified.
     * @param from  index of the first sample
     * @param count how many there are
     * @throws IllegalArgumentException if a sample is NaN or infinite, or the tokens do not fit the probe
     */
    public void accept(float[] block, int from, int count) {
        encoder.accept(block, from, count);
    }

    /**
     * Says that no sample follows, and gives the events that were waiting.
     *
     * @throws org.unmute.audio.ClipTooShortException if fewer samples than the encoder needs have arrived
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
     * Tags a stream from its present position to its end, and finishes. At another rate than the encoder's it is
     * resampled, from its beginning.
     *
     * @param stream     not closed
     * @param resampling how another rate is converted: as when the probe was trained
     * @throws org.unmute.audio.UnreadableAudioException if it is damaged or its rate cannot be converted
     * @throws IOException if its source fails
     */
    public void run(AudioStream stream, Resampler.Kernel resampling) throws IOException {
        AudioStream own = StreamingResampler.of(stream, spec.sampleRate(), resampling);
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
     * Whether {@link #run(Features, long)} gives the events of the recording's samples: its tokens do not depend on how
     * much of it is encoded at once. They do where an encoder takes recordings as a whole, and class tokens do that are
     * a mean over windows.
     *
     * @param tokens of a whole recording
     */
    public boolean takes(TokenMap tokens) {
        return !spec.isWhole() && (tokens.cls() == null || tokens.time() <= spec.time());
    }

    /**
     * Tags a whole recording that has been encoded already, and finishes.
     *
     * @param features what {@link Encoder#features} made of it, with all layers if the probe looks at layers
     * @param samples  how many it has, at the encoder's rate
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

    /** Samples from the start of the recording up to the next one that the tagger takes. */
    public long samples() {
        return given < 0 ? encoder.samples() : given;
    }

    /**
     * How much sound after the end of an event must have arrived, at most, until the event is given, in seconds: a
     * window of the encoder, and the rows that the scorer, half of the median filter and the max gap wait for. Where
     * scores above the low threshold begin again within the max gap, it counts from the end of those: they may still
     * join the event. The last events are given by {@link #finish}. The time to compute is not counted.
     */
    public double latencySeconds() {
        double row = spec.grid().rowSamples();
        double rate = spec.sampleRate();
        double gap = 1 + Math.floor((rules.maxGap() + 1e-6) * rate / row);
        double rows = scorer.lookAhead() + rules.medianFrames() / 2 + gap;
        double window = encoder.latencySamples();
        // What windows are longer than their rows.
        double more =
                spec.isWhole() ? 0 : spec.input().hopSamples() % spec.grid().rowSamples();
        return (window + (rows - 1) * row + (1 + rows / spec.time()) * more) / rate;
    }

    /** Max {@link #rowsHeld}. */
    int maxRowsHeld() {
        int context = scorer.context() + scorer.stride();
        return 2 * spec.time() + 4 * scorer.lookAhead() + rules.medianFrames() + (2 * rules.classes() + 1) * context;
    }

    /** Rows whose tokens are held for contexts and bands, in addition to the windows that are being encoded. */
    int rowsHeld() {
        return rows.count() + scoring.rowsHeld();
    }

    /** Takes finished rows of the encoder. */
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

    /** Takes the scores of the next row. */
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

    /** Takes an event in the time of the samples. */
    private void event(int label, double onset, double offset, float score, double peak) {
        double arrivedEnd = (double) samples() / spec.sampleRate();
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
        return (double) spec.rowStart(row) / spec.sampleRate();
    }

    /** As {@link EventDetector} computes it. */
    private double middle(long row) {
        return (seconds(row) + seconds(row + 1)) / 2;
    }
}
