package org.unmute.probes.score;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.playback.Speed;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Scores of a probe over time: one for each class and row of the grid.
 *
 * <p>A window of rows, the context, around each row is scored as if it were a clip; at the ends of a recording the
 * context is cut off. With a stride of several rows, the context of the row {@code stride / 2} behind the first gives
 * the scores of them all. The class token of a context is that of its middle row. So a probe that reads the class token
 * alone ({@code linear}) tells no more about time than the encoder's windows do, and nothing in a token map that was
 * joined already.
 *
 * <p>A {@link FrameWise} probe (protobin, protofloat, cgp, and every probe that was trained on rows) scores each row by
 * itself, frame by frame, if the context is one row. A {@link MaxPooled} one (protobin, protofloat) looks at each row
 * once, however many contexts it is in.
 *
 * <p>Immutable and thread-safe.
 */
public final class FrameScorer {
    /** Default context, in seconds. */
    public static final double CONTEXT_SECONDS = 1;
    /** Default stride, in seconds. */
    public static final double STRIDE_SECONDS = 0.1;

    private static final int MAX_ROWS = 1 << 28;

    private final TrainedProbe probe;
    private final int half;
    private final int stride;
    private final @Nullable ScoreCalibration calibration;
    private final boolean byRow;
    /** Rows before a row, or before the middle of its context, that its scores need. */
    private final int reach;
    /** The probe, if the descriptor of a context is the max over its rows. */
    private final @Nullable MaxPooled maxPooled;

    /**
     * The rows that the scores of a row come from.
     *
     * @param from   the first
     * @param to     the one after the last
     * @param middle the one whose class token counts
     */
    public record Context(long from, long to, long middle) {}

    /**
     * A scorer of this probe.
     *
     * @param context     rows of a context, odd; 1: a frame-wise probe scores each row by itself, at every row
     * @param stride      rows from one context to the next
     * @param calibration applied to all scores, or null for raw scores
     * @throws IllegalArgumentException if context or stride is out of range, or the calibration is of other classes
     */
    public FrameScorer(TrainedProbe probe, int context, int stride, @Nullable ScoreCalibration calibration) {
        if (context < 1 || context % 2 == 0 || stride < 1) {
            throw new IllegalArgumentException("frame scores: the context must be an odd number of rows, the stride at"
                    + " least one row: context " + context + ", stride " + stride);
        }
        int classes = probe.classes().size();
        if (calibration != null && calibration.classes() != classes) {
            throw new IllegalArgumentException(
                    "frame scores: the probe has " + classes + " classes, the calibration " + calibration.classes());
        }
        this.probe = probe;
        this.calibration = calibration;
        half = context / 2;
        byRow = half == 0 && probe.probe() instanceof FrameWise;
        maxPooled = byRow || !(probe.probe() instanceof MaxPooled own) ? null : own;
        reach = byRow ? ((FrameWise) probe.probe()).reach() : half;
        this.stride = byRow ? 1 : stride;
    }

    /**
     * A scorer as {@code unmute detect} has it: with the contexts and the calibration that the probe learned for
     * events; else contexts of {@link #contextSeconds} every {@value #STRIDE_SECONDS} s, rounded to rows, and raw
     * scores.
     *
     * @param spec the encoder of the tokens
     */
    public static FrameScorer of(TrainedProbe probe, EncoderSpec spec) {
        EventDecisions learned = probe.eventDecisions();
        return of(
                probe,
                spec.rowTimes(),
                contextSeconds(probe, spec.speed()),
                learned == null
                        ? spec.speed().recorded(STRIDE_SECONDS)
                        : learned.stretches().stride(),
                learned == null ? null : learned.calibration());
    }

    /**
     * A scorer with contexts of {@value #CONTEXT_SECONDS} s, or of a single row if the probe was trained on rows, every
     * {@value #STRIDE_SECONDS} s, rounded to rows.
     *
     * @param spec        the encoder of the tokens
     * @param calibration applied to all scores, or null for raw scores
     */
    public static FrameScorer of(TrainedProbe probe, EncoderSpec spec, @Nullable ScoreCalibration calibration) {
        return of(probe, spec.rowTimes(), calibration);
    }

    /** {@link #of(TrainedProbe, EncoderSpec, ScoreCalibration)} where only the times of the rows are known. */
    public static FrameScorer of(TrainedProbe probe, RowTimes times, @Nullable ScoreCalibration calibration) {
        double context = isOfRows(probe) ? 0 : times.speed().recorded(CONTEXT_SECONDS);
        return of(probe, times, context, times.speed().recorded(STRIDE_SECONDS), calibration);
    }

    /**
     * A scorer with other contexts, rounded to rows.
     *
     * @param times       of the encoder's rows
     * @param context     in seconds; 0 for a single row
     * @param stride      in seconds
     * @param calibration applied to all scores, or null for raw scores
     * @throws IllegalArgumentException if context or stride is out of range, or the calibration is of other classes
     */
    public static FrameScorer of(
            TrainedProbe probe, RowTimes times, double context, double stride, @Nullable ScoreCalibration calibration) {
        if (!(context >= 0 && stride >= 0)) {
            throw new IllegalArgumentException("frame scores: the context and the stride must be at least 0 seconds: "
                    + "context " + context + ", stride " + stride);
        }
        double row = times.rowSeconds();
        int halfContext = (int) Math.min(MAX_ROWS, Math.round((context / row - 1) / 2));
        int rows = (int) Math.min(MAX_ROWS, Math.round(stride / row));
        return new FrameScorer(probe, 2 * Math.max(0, halfContext) + 1, Math.max(1, rows), calibration);
    }

    /** The probe. */
    public TrainedProbe probe() {
        return probe;
    }

    /** Rows of a context, odd. */
    public int context() {
        return 2 * half + 1;
    }

    /** Rows that get the scores of one context. */
    public int stride() {
        return stride;
    }

    /** Whether the probe scores each row by itself, frame by frame. */
    public boolean isByRow() {
        return byRow;
    }

    /**
     * The context of a row, cut off at the ends of the recording.
     *
     * @param row 0 to {@code end - 1}
     * @param end rows of the recording; while it is being read, those that have arrived, which are enough for a row
     *     that is scored already
     */
    public Context contextOf(long row, long end) {
        long middle = Math.min(row - row % stride + stride / 2, end - 1);
        return new Context(Math.max(0, middle - half), Math.min(end, middle + half + 1), middle);
    }

    /** Max rows after a row that must have arrived before it is scored. */
    public int lookAhead() {
        return Math.max(stride - 1, stride / 2 + reach);
    }

    /**
     * Scores of a recording, {@code [time][classes]}, in [0, 1].
     *
     * @throws IllegalArgumentException if the tokens do not fit the probe, or it needs those of all layers
     */
    public float[][] scores(TokenMap map) {
        return scores(new Features(map));
    }

    /**
     * Scores of a recording, {@code [time][classes]}, in [0, 1]; a probe of several layers needs those of all blocks.
     *
     * @throws IllegalArgumentException if tokens or layers do not fit the probe
     */
    public float[][] scores(Features features) {
        List<float[]> all = new ArrayList<>();
        FrameScoring scoring = stream(row -> all.add(row.clone()));
        scoring.accept(features);
        scoring.finish();
        return all.toArray(float[][]::new);
    }

    /**
     * Scores rows while they arrive.
     *
     * @param scores takes the scores of each row in order, {@code [classes]}, in [0, 1]; must not modify them
     */
    public FrameScoring stream(Consumer<float[]> scores) {
        return stream(scores, 0);
    }

    /**
     * Scores rows from a later one on. The first row to give is {@link #firstRowFor} it.
     *
     * @param scores takes the scores of the row {@code from} and of those after it
     * @param from   a multiple of the stride
     */
    public FrameScoring stream(Consumer<float[]> scores, long from) {
        return new FrameScoring(this, scores, from);
    }

    /** The first row to give a scorer that continues with a row: that one, or where its context begins. */
    public long firstRowFor(long row) {
        return byRow
                ? Math.max(0, row - reach)
                : Math.min(row, contextOf(row, Long.MAX_VALUE).from());
    }

    /** Rows before the next one to score that scores to come may need. */
    int reach() {
        return reach;
    }

    /**
     * How much of the sound around a moment the scores of a probe come from by default, in seconds: what
     * its thresholds of events were learned with; else a single row of a probe that was trained on rows, and {@value
     * #CONTEXT_SECONDS} s of others, as they are played to the encoder.
     *
     * @param speed at which recordings are played
     */
    public static double contextSeconds(TrainedProbe probe, Speed speed) {
        EventDecisions learned = probe.eventDecisions();
        return learned != null ? learned.stretches().context() : isOfRows(probe) ? 0 : speed.recorded(CONTEXT_SECONDS);
    }

    /** Whether a probe was made to be trained and scored row by row. */
    public static boolean isOfRows(TrainedProbe probe) {
        return probe.probe() instanceof FrameWise rows && rows.isOfRows();
    }

    /** Whether contexts are scored by the descriptors of their rows. */
    boolean isMaxOfRows() {
        return maxPooled != null;
    }

    /** Scores of the rows of a clip by themselves, {@code [time][classes]}. */
    float[][] ofRows(Features rows) {
        FrameWise frameWise = (FrameWise) probe.probe();
        try (TensorScope _ = new TensorScope()) {
            TokenBatch batch = probe.batchOfRows(List.of(rows));
            return scores(() -> frameWise.frameLogits(batch), rows.tokens().time());
        }
    }

    /** Descriptors of the rows of a clip by themselves, {@code [time][features]}. */
    float[][] descriptors(Features rows) {
        try (TensorScope _ = new TensorScope()) {
            TokenBatch batch = probe.batchOfRows(List.of(rows));
            float[] flat =
                    Grad.withoutRecording(() -> maxPooled.rowDescriptors(batch).toFloats());
            return split(flat, rows.tokens().time());
        }
    }

    /** Scores of clips by their descriptors, {@code [clips][classes]}. */
    float[][] ofDescriptors(List<float[]> descriptors) {
        int features = descriptors.getFirst().length;
        float[] flat = new float[Math.multiplyExact(descriptors.size(), features)];
        for (int i = 0; i < descriptors.size(); i++) {
            System.arraycopy(descriptors.get(i), 0, flat, i * features, features);
        }
        try (TensorScope _ = new TensorScope()) {
            Tensor all = Tensor.of(probe.backend(), flat, descriptors.size(), features);
            return scores(() -> maxPooled.classify(all), descriptors.size());
        }
    }

    /** Scores of clips with equal grids, {@code [clips][classes]}. */
    float[][] ofClips(List<Features> clips) {
        try (TensorScope _ = new TensorScope()) {
            return calibrated(probe.rawScores(probe.batchOfRows(clips)));
        }
    }

    private float[][] scores(Supplier<Tensor> logits, int count) {
        float[] flat =
                Grad.withoutRecording(() -> probe.rawScoresOf(logits.get()).toFloats());
        return calibrated(split(flat, count));
    }

    private static float[][] split(float[] flat, int count) {
        float[][] all = new float[count][flat.length / count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(flat, i * all[i].length, all[i], 0, all[i].length);
        }
        return all;
    }

    private float[][] calibrated(float[][] scores) {
        for (int i = 0; calibration != null && i < scores.length; i++) {
            scores[i] = calibration.apply(scores[i]);
        }
        return scores;
    }
}
