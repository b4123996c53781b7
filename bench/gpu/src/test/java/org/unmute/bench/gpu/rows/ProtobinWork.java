package org.unmute.bench.gpu.rows;

import java.util.List;
import java.util.Map;
import org.unmute.probes.loss.AsymmetricLoss;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/** A training step of protobin: forward, asymmetric loss, gradients, AdamW. The first steps' losses are compared. */
final class ProtobinWork implements Case.Work {
    private static final int COMPARED = 3;
    private static final double RATE = 0x1p-10;
    private static final double DECAY = 0x1p-13;

    private final TensorScope scope = new TensorScope();
    private final Probe probe;
    private final TokenBatch clips;
    private final Tensor targets;
    private final AdamW optimizer;

    private ProtobinWork(Backend backend, int batch, int tokens, int dim, int classes, int each) {
        int prototypes = classes * each;
        probe = Probes.of(
                "protobin",
                Map.of(
                        "prototype_vectors",
                        random(backend, "prototypes", 0x1p-5f, prototypes, dim).parameter(),
                        "fc.weight",
                        random(backend, "weight", 0x1p-5f, classes, prototypes).parameter(),
                        "fc.bias",
                        random(backend, "bias", 0x1p-5f, classes).parameter()),
                true,
                ProbeOptions.DEFAULTS);
        clips = new TokenBatch(random(backend, "x", 1, batch, tokens, dim), null, tokens, 1);
        float[] present = new float[batch * classes];
        for (int i = 0; i < batch; i++) {
            present[i * classes + i % classes] = 1;
        }
        targets = Tensor.of(backend, present, batch, classes);
        optimizer = new AdamW(List.of(new ParameterGroup(probe.parameters(), RATE, DECAY)), Schedule.constant());
    }

    static Case row(int batch, int tokens, int dim, int classes, int each) {
        double prototypes = (double) classes * each;
        return new Case(
                "step-protobin",
                "protobin step, " + batch + " clips of " + tokens + " tokens of " + dim + ", " + classes
                        + " classes of " + each,
                "protobin batch=" + batch + " tokens=" + tokens + " dim=" + dim + " classes=" + classes + " each="
                        + each + " steps=" + COMPARED + " rate=" + RATE + " decay=" + DECAY,
                // Matching, the gradient of the winners, and the linear layer three times.
                2.0 * batch * tokens * dim * prototypes
                        + 4.0 * batch * prototypes * dim
                        + 6.0 * batch * prototypes * classes,
                // Tokens are read. Parameters and both moments are read and written; gradients are written and read.
                4 * ((double) batch * tokens * dim + 8 * prototypes * (dim + classes)),
                1e-3,
                Case.Precision.FP32,
                backend -> new ProtobinWork(backend, batch, tokens, dim, classes, each));
    }

    private static Tensor random(Backend backend, String name, float scale, long... sizes) {
        Shape shape = Shape.of(sizes);
        return Tensor.of(backend, RandomNumbers.of(name, Math.toIntExact(shape.elements()), scale), sizes);
    }

    private float step(boolean tell) {
        try (TensorScope _ = new TensorScope()) {
            Tensor loss = AsymmetricLoss.DEFAULT.of(probe.logits(clips), targets);
            optimizer.step(Gradients.of(loss, probe.parameters()));
            return tell ? (float) loss.item() : 0;
        }
    }

    @Override
    public void run() {
        step(false);
    }

    @Override
    public Map<String, float[]> results() {
        float[] losses = new float[COMPARED];
        for (int i = 0; i < COMPARED; i++) {
            losses[i] = step(true);
        }
        return Map.of("loss", losses);
    }

    @Override
    public void close() {
        scope.close();
    }
}
