package org.unmute.bench.gpu.rows;

import java.util.Map;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/** EAT's network with random weights, from the normalized fbank to the last block's tokens. */
final class EatWork implements Case.Work {
    private static final int MEL = 128;
    private static final int PATCH = 16;

    private final TensorScope weights = new TensorScope();
    private final Encoder eat;
    private final Tensor input;

    private EatWork(Backend backend, int batch, int dim, int depth, int frames) {
        eat = Encoders.build(RandomEat.of(dim, depth), EncoderSettings.AUTHORS.withFrames(frames));
        input = Tensor.of(backend, RandomNumbers.of("x", batch * frames * MEL, 1), batch, frames, MEL);
    }

    static Case row(int batch, int dim, int depth, int frames) {
        double patches = (double) frames / PATCH * (MEL / PATCH);
        double tokens = patches + 1;
        double block = 24.0 * tokens * dim * dim + 4 * tokens * tokens * dim;
        return new Case(
                "eat-b" + batch,
                (dim == 768 && depth == 12 ? "EAT-base" : "EAT " + dim + " x " + depth) + " forward, " + batch
                        + (batch == 1 ? " clip of " : " clips of ") + frames + " frames",
                "eat batch=" + batch + " dim=" + dim + " depth=" + depth + " frames=" + frames,
                batch * (2 * patches * PATCH * PATCH * dim + depth * block),
                // Weights, input and result; intermediate results are not counted.
                4
                        * (12.0 * depth * dim * dim
                                + PATCH * PATCH * dim
                                + (double) batch * frames * MEL
                                + batch * tokens * dim),
                1e-3,
                Case.Precision.FP32,
                backend -> new EatWork(backend, batch, dim, depth, frames));
    }

    private Tensor forward() {
        return Grad.withoutRecording(() -> eat.network().forward(input, Trace.NONE));
    }

    @Override
    public void run() {
        try (TensorScope _ = new TensorScope()) {
            forward();
        }
    }

    @Override
    public Map<String, float[]> results() {
        try (TensorScope _ = new TensorScope()) {
            return Map.of("y", forward().toFloats());
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
