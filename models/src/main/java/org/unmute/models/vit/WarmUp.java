package org.unmute.models.vit;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.op.Unary;

/**
 * Has a forward pass compiled before it is needed: a transformer of two small blocks is run on a few tokens until it has become as
 * fast as it gets. Without it the first pass of a large encoder takes seconds longer, most of it in loops that are not compiled yet.
 */
public final class WarmUp {
    /** More than the few queries that attention treats in a way of its own, and a rest beyond whole register tiles. */
    private static final int TOKENS = 30;
    private static final int DIM = 32;
    private static final int HEADS = 2;
    private static final int HIDDEN = 4 * DIM;
    private static final double EPS = 1e-6;
    /** A compiled pass of these few operations takes a tenth of this, one in which a loop is not compiled several times as much. */
    private static final long COMPILED_NANOS = 1_500_000;
    private static final long DEADLINE_NANOS = 5_000_000_000L;
    private static final int SETTLED = 5;
    /** Enough passes for any compiler policy to take notice; beyond them there is only waiting. */
    private static final int PASSES = 400;
    private static final long POLL_NANOS = 2_000_000;

    private WarmUp() {}

    /** Weights of which only the shape matters. */
    private record Constant(Backend backend) implements Weights {
        @Override
        public boolean has(String name) {
            return true;
        }

        @Override
        public Tensor tensor(String name, long... shape) {
            int n = 1;
            for (long size : shape) {
                n *= (int) size;
            }
            float[] values = new float[n];
            java.util.Arrays.fill(values, 1f / DIM);
            return Tensor.of(backend, values, shape).freeze();
        }
    }

    /**
     * Runs small passes on a backend, which may be one opened for this alone: what is compiled is compiled for all of its kind.
     * Returns when they have become fast, or after some seconds.
     */
    public static void run(Backend backend) {
        backend.warmUp();
        Weights w = new Constant(backend);
        LayerNorm norm = LayerNorm.read(w, "norm", DIM, EPS);
        Attention attention = Attention.read(w, "attn", DIM, HEADS);
        Mlp mlp = Mlp.read(w, "mlp", DIM, HIDDEN, Unary.GELU);
        Trunk trunk = new Trunk(List.of(new Block.Pre(norm, attention, norm, mlp), new Block.Post(norm, attention, norm, mlp)));
        float[] values = new float[TOKENS * DIM];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % DIM;
        }
        long end = System.nanoTime() + DEADLINE_NANOS;
        int fast = 0;
        for (int i = 0; fast < SETTLED; i++) {
            long begin = System.nanoTime();
            try (TensorScope _ = new TensorScope()) {
                Tensor x = Tensor.of(backend, values, 1, TOKENS, DIM);
                Grad.withoutRecording(() -> trunk.apply(x, Trace.NONE)).toFloats();
            }
            long now = System.nanoTime();
            fast = now - begin < COMPILED_NANOS ? fast + 1 : 0;
            if (now > end) {
                return;
            }
            if (i > PASSES) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }
}
