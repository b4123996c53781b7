package org.unmute.bench.gpu;

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
record EatCase(int batch, int dim, int depth, int frames) implements Case {
    private static final int MEL = 128;
    private static final int PATCH = 16;

    @Override
    public String name() {
        return (dim == 768 && depth == 12 ? "EAT-base" : "EAT " + dim + " x " + depth) + " forward, " + batch
                + (batch == 1 ? " clip of " : " clips of ") + frames + " frames";
    }

    @Override
    public String order() {
        return "eat batch=" + batch + " dim=" + dim + " depth=" + depth + " frames=" + frames;
    }

    private double patches() {
        return (double) frames / PATCH * (MEL / PATCH);
    }

    @Override
    public double operations() {
        double tokens = patches() + 1;
        double block = 24.0 * tokens * dim * dim + 4 * tokens * tokens * dim;
        return batch * (2 * patches() * PATCH * PATCH * dim + depth * block);
    }

    /** Weights, input and result; intermediate results are not counted. */
    @Override
    public double bytes() {
        return 4
                * (12.0 * depth * dim * dim
                        + PATCH * PATCH * dim
                        + (double) batch * frames * MEL
                        + batch * (patches() + 1) * dim);
    }

    @Override
    public double tolerance() {
        return 1e-3;
    }

    @Override
    public Work open(Backend backend) {
        TensorScope weights = new TensorScope();
        Encoder eat = Encoders.build(new RandomEat(dim, depth), EncoderSettings.AUTHORS.withFrames(frames));
        Tensor input = Tensor.of(backend, RandomNumbers.of("x", batch * frames * MEL, 1), batch, frames, MEL);
        return new Work() {
            @Override
            public void run() {
                try (TensorScope _ = new TensorScope()) {
                    Grad.withoutRecording(() -> eat.network().forward(input, Trace.NONE));
                }
            }

            @Override
            public Map<String, float[]> results() {
                try (TensorScope _ = new TensorScope()) {
                    return Map.of(
                            "y",
                            Grad.withoutRecording(() -> eat.network().forward(input, Trace.NONE))
                                    .toFloats());
                }
            }

            @Override
            public void close() {
                weights.close();
            }
        };
    }
}
