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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * Times kernels of the vector backend one by one: {@code bench/run -p kernel=SOFTMAX,GELU -p threads=1,2
 * KernelBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx6g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {
    /** The kernel to time. */
    @Param
    public KernelCase kernel;

    /** Threads of the backend. */
    @Param({"1", "2"})
    public int threads;

    private Backend backend;
    private Runnable call;

    /** For JMH. */
    public KernelBenchmark() {}

    /** Creates the operands. */
    @Setup
    public void setUp() {
        backend = Backends.open("vector", threads).backend();
        call = kernel.on(backend);
    }

    /** Stops the backend's threads. */
    @TearDown
    public void tearDown() {
        backend.close();
    }

    /** One call of the kernel. */
    @Benchmark
    public void call() {
        call.run();
    }
}
