package org.unmute.bench;

import java.util.Map;
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
import org.unmute.bench.rows.CaseWriter;
import org.unmute.bench.rows.ModelShapes;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/** EAT-base on one 10 s clip: the network alone, and from samples to token map. Random weights. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx6g")
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class EatBenchmark {
    private static final int SECONDS = 10;
    private Encoder eat;
    private Tensor input;
    private float[] samples;

    /** For JMH. */
    public EatBenchmark() {}

    /** Builds the encoder. */
    @Setup
    public void setUp() {
        eat = Encoders.build(RecipeCheckpoint.of("eat", true, 7, ModelShapes.eat(), Map.of()), EncoderSettings.AUTHORS);
        samples = CaseWriter.uniform(7, SECONDS * eat.describe().sampleRate());
        var s = eat.network().frontEnd().apply(samples);
        input = Tensor.of(s.values(), 1, s.frames(), s.bins());
    }

    /** From the normalized fbank to the last block: 513 tokens. */
    @Benchmark
    public float network() {
        try (TensorScope _ = new TensorScope()) {
            Tensor y = Grad.withoutRecording(() -> eat.network().forward(input, Trace.NONE));
            return y.view().host().floats()[(int) y.view().offset()];
        }
    }

    /** Front end and network. */
    @Benchmark
    public TokenMap samplesToTokenMap() {
        return eat.encode(samples);
    }
}
