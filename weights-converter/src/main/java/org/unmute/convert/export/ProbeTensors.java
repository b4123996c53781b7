package org.unmute.convert.export;

import org.jspecify.annotations.Nullable;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;

/** What a trained probe does with tokens, in ops. */
final class ProbeTensors {
    private ProbeTensors() {}

    /** The tokens that a probe pools. */
    static TokenBatch standardized(TrainedProbe trained, TokenBatch batch) {
        Standardization s = trained.standardization();
        if (s == null) {
            return batch;
        }
        Tensor tokens = apply(batch.tokens(), s.tokenMean(), s.tokenDeviation());
        Tensor cls = batch.cls() == null ? null : apply(batch.cls(), s.clsMean(), s.clsDeviation());
        return new TokenBatch(tokens, cls, batch.time(), batch.freq(), batch.layers());
    }

    private static Tensor apply(Tensor x, float @Nullable [] mean, float @Nullable [] deviation) {
        Backend backend = x.backend();
        return x.minus(Tensor.of(backend, mean, mean.length)).over(Tensor.of(backend, deviation, deviation.length));
    }

    /** Logits of clips {@code [batch, classes]}, or of rows {@code [batch, time, classes]}. */
    static Tensor logits(TrainedProbe trained, TokenBatch batch, boolean frames) {
        TokenBatch ready = standardized(trained, batch);
        if (!frames) {
            return trained.probe().logits(ready);
        }
        if (trained.probe() instanceof FrameWise rows) {
            return rows.frameLogits(ready);
        }
        throw new ExportException(
                "export: probe " + trained.probe().name() + " scores clips, not rows: leave out --rows");
    }

    /** Calibrated scores of raw ones, {@link ScoreCalibration#apply(float[])}. */
    static Tensor calibrated(ScoreCalibration calibration, Tensor raw) {
        Backend backend = raw.backend();
        Tensor p = raw.clamp(Float.MIN_NORMAL, 1 - 0x1p-24);
        Tensor logits = p.log().minus(p.affine(-1, 1).log());
        return logits.times(row(backend, calibration.slopes()))
                .plus(row(backend, calibration.offsets()))
                .sigmoid();
    }

    private static Tensor row(Backend backend, double[] values) {
        float[] single = new float[values.length];
        for (int i = 0; i < single.length; i++) {
            single[i] = (float) values[i];
        }
        return Tensor.of(backend, single, single.length);
    }
}
