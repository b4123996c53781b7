package org.unmute.bench;

import java.util.ArrayList;
import java.util.List;
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
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.vit.Trace;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
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
        eat = Encoders.build(new RandomEat(768, 12), EncoderSettings.AUTHORS);
        samples = MatmulBenchmark.random(SECONDS * eat.describe().sampleRate(), 7);
        var s = eat.network().frontEnd().apply(samples);
        input = Tensor.of(s.values(), 1, s.frames(), s.bins());
    }

    /** From the normalised fbank to the last block: 513 tokens. */
    @Benchmark
    public float network() {
        try (TensorScope _ = new TensorScope()) {
            Tensor y = Grad.withoutRecording(() -> eat.network().forward(input, Trace.NONE));
            return y.view().host().floats()[(int) y.view().offset()];
        }
    }

    /** Everything. */
    @Benchmark
    public TokenMap samplesToTokenMap() {
        return eat.encode(samples);
    }

    /** An EAT checkpoint of random numbers. */
    private record RandomEat(int dim, int depth) implements Checkpoint {
        @Override
        public String origin() {
            return "random EAT";
        }

        @Override
        public List<String> names() {
            List<String> names =
                    new ArrayList<>(List.of("model.extra_tokens", "model.fixed_positional_encoder.positions"));
            List<String> maps = new ArrayList<>(List.of("local_encoder.proj", "pre_norm"));
            for (int i = 0; i < depth; i++) {
                for (String part : List.of("norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2")) {
                    maps.add("blocks." + i + "." + part);
                }
            }
            maps.forEach(map -> names.addAll(List.of("model." + map + ".weight", "model." + map + ".bias")));
            return names;
        }

        @Override
        public Shape shape(String name) {
            String n = name.substring("model.".length());
            boolean weight = n.endsWith(".weight");
            if (n.equals("extra_tokens")) {
                return Shape.of(1, 1, dim);
            } else if (n.startsWith("fixed_positional_encoder")) {
                return Shape.of(1, 512, dim);
            } else if (n.equals("local_encoder.proj.weight")) {
                return Shape.of(dim, 1, 16, 16);
            } else if (n.contains("qkv")) {
                return weight ? Shape.of(3L * dim, dim) : Shape.of(3L * dim);
            } else if (n.contains("fc1")) {
                return weight ? Shape.of(4L * dim, dim) : Shape.of(4L * dim);
            } else if (n.contains("fc2")) {
                return weight ? Shape.of(dim, 4L * dim) : Shape.of(dim);
            }
            return weight && n.contains("attn.proj") ? Shape.of(dim, dim) : Shape.of(dim);
        }

        @Override
        public float[] floats(String name) {
            float[] values = MatmulBenchmark.random(Math.toIntExact(shape(name).elements()), name.hashCode());
            for (int i = 0; i < values.length; i++) {
                values[i] *= 0.1f;
            }
            return values;
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }
    }
}
