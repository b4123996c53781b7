package org.unmute.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/** The four linear maps of ViT-B on 512 tokens: our backend with frozen weights and with changing ones, and EJML. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatmulBenchmark {
    private static final int TOKENS = 512;

    /** Input and output width. */
    @Param({"768x768", "768x2304", "768x3072", "3072x768"})
    public String shape;

    private Tensor x;
    private Tensor frozen;
    private Tensor changing;
    private FMatrixRMaj ejmlX;
    private FMatrixRMaj ejmlW;
    private FMatrixRMaj ejmlY;

    /** For JMH. */
    public MatmulBenchmark() {}

    /** Random operands. */
    @Setup
    public void setUp() {
        int in = Integer.parseInt(shape.substring(0, shape.indexOf('x')));
        int out = Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
        float[] a = random(TOKENS * in, 1);
        float[] w = random(out * in, 2);
        x = Tensor.of(a, TOKENS, in);
        frozen = Tensor.of(w, out, in).freeze();
        changing = Tensor.of(w, out, in);
        ejmlX = new FMatrixRMaj(TOKENS, in, true, a);
        ejmlW = new FMatrixRMaj(out, in, true, w);
        ejmlY = new FMatrixRMaj(TOKENS, out);
    }

    static float[] random(int n, long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        float[] a = new float[n];
        for (int i = 0; i < n; i++) {
            a[i] = (float) r.nextDouble(-0.5, 0.5);
        }
        return a;
    }

    /** Weights packed once, as an encoder's are. */
    @Benchmark
    public float linearFrozen() {
        return run(frozen);
    }

    /** Weights packed on every call, as in training. */
    @Benchmark
    public float linearChanging() {
        return run(changing);
    }

    private float run(Tensor w) {
        try (TensorScope _ = new TensorScope()) {
            Tensor y = x.linear(w, null);
            return y.view().host().floats()[(int) y.view().offset()];
        }
    }

    /** EJML's {@code C = A Bᵀ}, one thread. */
    @Benchmark
    public float ejml() {
        CommonOps_FDRM.multTransB(ejmlX, ejmlW, ejmlY);
        return ejmlY.data[0];
    }
}
