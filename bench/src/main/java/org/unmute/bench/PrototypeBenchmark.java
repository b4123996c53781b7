package org.unmute.bench;

import java.util.concurrent.TimeUnit;
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
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Binarized prototype matching over the tokens of a batch: the fused op against the ops it replaces, forward alone and
 * forward with the prototypes' gradient (a training step without the classifier).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx6g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PrototypeBenchmark {
    private static final int TOKENS = 512;
    private static final int DIM = 768;

    /** Clips a batch. */
    @Param({"1", "8"})
    public int batch;

    /** Prototypes: urban (200), 50 classes of 20 (1000). */
    @Param({"200", "1000"})
    public int prototypes;

    private Tensor tokens;
    private Tensor bank;

    /** For JMH. */
    public PrototypeBenchmark() {}

    /** Random tokens and prototypes. */
    @Setup
    public void setUp() {
        tokens = Tensor.of(MatmulBenchmark.random(batch * TOKENS * DIM, 4), batch, TOKENS, DIM);
        bank = Tensor.of(MatmulBenchmark.random(prototypes * DIM, 5), prototypes, DIM)
                .parameter();
    }

    /** One op, similarities never written out. */
    @Benchmark
    public double forwardFused() {
        try (TensorScope _ = new TensorScope()) {
            return Grad.withoutRecording(() -> fused().sum().item());
        }
    }

    /** Normalise, multiply, maximum. */
    @Benchmark
    public double forwardUnfused() {
        try (TensorScope _ = new TensorScope()) {
            return Grad.withoutRecording(() -> unfused().sum().item());
        }
    }

    /** Forward and gradient, fused: only winners take part in the gradient. */
    @Benchmark
    public double stepFused() {
        try (TensorScope _ = new TensorScope()) {
            return Grad.of(fused().sum()).wrt(bank).sum().item();
        }
    }

    /** Forward and gradient through the separate ops. */
    @Benchmark
    public double stepUnfused() {
        try (TensorScope _ = new TensorScope()) {
            return Grad.of(unfused().sum()).wrt(bank).sum().item();
        }
    }

    private Tensor fused() {
        return tokens.prototypeMaxPool(bank.binarizeStraightThrough()).values();
    }

    private Tensor unfused() {
        Tensor p = bank.binarizeStraightThrough().l2Normalize(-1);
        return tokens.l2Normalize(-1).matmul(p.transpose(0, 1)).max(1).values();
    }
}
