package org.unmute.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/** Attention of ViT-B on one clip, 12 heads of 64, 513 tokens: the fused op and the ops it replaces. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class AttentionBenchmark {
    private static final int HEADS = 12;
    private static final int TOKENS = 513;
    private static final int HEAD_DIM = 64;
    private Tensor q;
    private Tensor k;
    private Tensor v;

    /** For JMH. */
    public AttentionBenchmark() {}

    /** Views of a packed map, as a block makes them. */
    @Setup
    public void setUp() {
        Tensor packed = Tensor.of(
                        MatmulBenchmark.random(TOKENS * 3 * HEADS * HEAD_DIM, 3), 1, TOKENS, 3, HEADS, HEAD_DIM)
                .permute(2, 0, 3, 1, 4);
        q = packed.select(0, 0);
        k = packed.select(0, 1);
        v = packed.select(0, 2);
    }

    /** Scores never written out. */
    @Benchmark
    public float fused() {
        try (TensorScope _ = new TensorScope()) {
            return first(q.attention(k, v, null, 1 / Math.sqrt(HEAD_DIM)));
        }
    }

    /** Product, softmax, product. */
    @Benchmark
    public float separate() {
        try (TensorScope _ = new TensorScope()) {
            return first(q.matmul(k.transpose(-1, -2))
                    .times(1 / Math.sqrt(HEAD_DIM))
                    .softmax(-1)
                    .matmul(v));
        }
    }

    private static float first(Tensor y) {
        return y.view().host().floats()[(int) y.view().offset()];
    }
}
