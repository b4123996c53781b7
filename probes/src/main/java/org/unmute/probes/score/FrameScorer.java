package org.unmute.probes.score;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.Unary;

/**
 * Scores of a probe over time: one for each class and row of the grid.
 *
 * <p>A {@link FrameWise} probe (protobin, cgp) scores each row by itself. Other probes score a window of rows, the
 * context, around each row, as if it were a clip; at the ends of a recording the context is cut off. With a stride of
 * several rows, the context of the row {@code stride / 2} behind the first gives the scores of them all. The class
 * token of a context is that of its middle row. So a probe that reads the class token alone ({@code linear}) tells no
 * more about time than the encoder's windows do, and nothing in a token map that was joined already.
 *
 * <p>Immutable and thread-safe.
 */
public final class FrameScorer {
    /** Default context, in seconds. */
    public static final double CONTEXT_SECONDS = 1;
    /** Default stride, in seconds. */
    public static final double STRIDE_SECONDS = 0.1;

    private final TrainedProbe probe;
    private final int half;
    private final int stride;
    private final ScoreCalibration calibration;

    /**
     * A scorer of this probe.
     *
     * @param context     rows of a context, odd; does not matter to a frame-wise probe
     * @param stride      rows from one context to the next; does not matter to a frame-wise probe
     * @param calibration applied to all scores, or null
     * @throws IllegalArgumentException if context or stride is out of range, or the calibration is of other classes
     */
    public FrameScorer(TrainedProbe probe, int context, int stride, ScoreCalibration calibration) {
        if (context < 1 || context % 2 == 0 || stride < 1) {
            throw new IllegalArgumentException("frame scores: the context must be an odd number of rows, the stride at"
                    + " least one row: context " + context + ", stride " + stride);
        }
        int classes = probe.classes().size();
        if (calibration != null && calibration.classes() != classes) {
            throw new IllegalArgumentException(
                    "frame scores: the probe has " + classes + " classes, the calibration " + calibration.classes());
        }
        boolean frameWise = probe.probe() instanceof FrameWise;
        this.probe = probe;
        half = frameWise ? 0 : context / 2;
        this.stride = frameWise ? 1 : stride;
        this.calibration = calibration;
    }

    /**
     * A scorer with contexts of {@value #CONTEXT_SECONDS} s every {@value #STRIDE_SECONDS} s, rounded to rows.
     *
     * @param spec        the encoder of the tokens
     * @param calibration applied to all scores, or null
     */
    public static FrameScorer of(TrainedProbe probe, EncoderSpec spec, ScoreCalibration calibration) {
        return of(probe, spec.rowTimes(), calibration);
    }

    /** {@link #of(TrainedProbe, EncoderSpec, ScoreCalibration)} where only the times of the rows are known. */
    public static FrameScorer of(TrainedProbe probe, RowTimes times, ScoreCalibration calibration) {
        double row = times.rowSeconds();
        int halfContext = (int) Math.round((CONTEXT_SECONDS / row - 1) / 2);
        int rows = (int) Math.round(STRIDE_SECONDS / row);
        return new FrameScorer(probe, 2 * Math.max(0, halfContext) + 1, Math.max(1, rows), calibration);
    }

    /** The probe. */
    public TrainedProbe probe() {
        return probe;
    }

    /** Rows of a context; 1 for a frame-wise probe. */
    public int context() {
        return 2 * half + 1;
    }

    /** Rows that get the scores of one context; 1 for a frame-wise probe. */
    public int stride() {
        return stride;
    }

    /** Max rows after a row that must have arrived before it is scored. */
    public int lookAhead() {
        return Math.max(stride - 1, stride / 2 + half);
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
        return new FrameScoring(this, scores);
    }

    boolean isFrameWise() {
        return probe.probe() instanceof FrameWise;
    }

    /** Scores of the rows of a clip by themselves, {@code [time][classes]}. */
    float[][] ofRows(Features rows) {
        FrameWise frameWise = (FrameWise) probe.probe();
        try (TensorScope _ = new TensorScope()) {
            TokenBatch batch = probe.batch(rows);
            float[] flat = Grad.withoutRecording(
                    () -> probabilities(frameWise.frameLogits(batch)).toFloats());
            float[][] all = new float[rows.tokens().time()][probe.classes().size()];
            for (int t = 0; t < all.length; t++) {
                System.arraycopy(flat, t * all[t].length, all[t], 0, all[t].length);
            }
            return calibrated(all);
        }
    }

    /** Scores of clips with equal grids, {@code [clips][classes]}. */
    float[][] ofClips(List<Features> clips) {
        try (TensorScope _ = new TensorScope()) {
            return calibrated(probe.scores(probe.batch(clips)));
        }
    }

    private Tensor probabilities(Tensor logits) {
        return probe.singleLabel() ? logits.softmax(-1) : logits.unary(Unary.SIGMOID);
    }

    private float[][] calibrated(float[][] scores) {
        for (int i = 0; calibration != null && i < scores.length; i++) {
            scores[i] = calibration.apply(scores[i]);
        }
        return scores;
    }
}
