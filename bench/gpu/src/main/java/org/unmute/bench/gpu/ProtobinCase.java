package org.unmute.bench.gpu;

import java.util.List;
import java.util.Map;
import org.unmute.probes.loss.AsymmetricLoss;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.ParameterGroup;
import org.unmute.tensor.optim.Schedule;

/** A training step of protobin: forward, asymmetric loss, gradients, AdamW. The first steps' losses are compared. */
record ProtobinCase(int batch, int tokens, int dim, int classes, int each) implements Case {
    private static final int COMPARED = 3;
    private static final double RATE = 0x1p-10;
    private static final double DECAY = 0x1p-13;

    @Override
    public String name() {
        return "protobin step, " + batch + " clips of " + tokens + " tokens of " + dim + ", " + classes + " classes of "
                + each;
    }

    @Override
    public String order() {
        return "protobin batch=" + batch + " tokens=" + tokens + " dim=" + dim + " classes=" + classes + " each=" + each
                + " steps=" + COMPARED + " rate=" + RATE + " decay=" + DECAY;
    }

    /** Matching, the gradient of the winners, and the linear layer three times. */
    @Override
    public double operations() {
        double prototypes = (double) classes * each;
        return 2.0 * batch * tokens * dim * prototypes
                + 4.0 * batch * prototypes * dim
                + 6.0 * batch * prototypes * classes;
    }

    /** Tokens are read. Parameters and both moments are read and written; gradients are written and read. */
    @Override
    public double bytes() {
        double parameters = (double) classes * each * (dim + classes);
        return 4 * ((double) batch * tokens * dim + 8 * parameters);
    }

    @Override
    public double tolerance() {
        return 1e-3;
    }

    @Override
    public Work open(Backend backend) {
        TensorScope scope = new TensorScope();
        int prototypes = classes * each;
        Probe probe = Probes.of(
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
        TokenBatch clips = new TokenBatch(random(backend, "x", 1, batch, tokens, dim), null, tokens, 1);
        float[] present = new float[batch * classes];
        for (int i = 0; i < batch; i++) {
            present[i * classes + i % classes] = 1;
        }
        Tensor targets = Tensor.of(backend, present, batch, classes);
        AdamW optimizer = new AdamW(List.of(new ParameterGroup(probe.parameters(), RATE, DECAY)), Schedule.constant());
        return new Training(scope, probe, clips, targets, optimizer);
    }

    private static Tensor random(Backend backend, String name, float scale, int... sizes) {
        int count = 1;
        long[] shape = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            count = Math.multiplyExact(count, sizes[i]);
            shape[i] = sizes[i];
        }
        return Tensor.of(backend, RandomNumbers.of(name, count, scale), shape);
    }

    private record Training(TensorScope scope, Probe probe, TokenBatch clips, Tensor targets, AdamW optimizer)
            implements Work {
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
}
