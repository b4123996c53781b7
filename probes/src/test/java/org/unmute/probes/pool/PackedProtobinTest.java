package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.files.MalformedFileException;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredType;

class PackedProtobinTest {
    private final Backend scalar = Backends.open("scalar", 1).backend();

    private TrainedProbe trained(int dim, int classes, int each, boolean singleLabel, Standardization standardization) {
        return trained(probe(dim, classes, each, false), singleLabel, standardization);
    }

    private Probe probe(int dim, int classes, int each, boolean extremes) {
        ProbeOptions options = ProbeOptions.DEFAULTS.with("prototypes", each);
        return Probes.create(
                scalar, "protobin", dim, classes, true, extremes ? options.with("extremes", true) : options, 5);
    }

    private static TrainedProbe trained(Probe probe, boolean singleLabel, Standardization standardization) {
        List<String> names =
                IntStream.range(0, probe.classes()).mapToObj(i -> "class " + i).toList();
        return new TrainedProbe(probe, names, true, singleLabel, standardization, "encoder", "front end");
    }

    private Probe withPrototypes(float[] vectors, int dim) {
        int count = vectors.length / dim;
        Map<String, Tensor> p = new LinkedHashMap<>();
        p.put("prototype_vectors", Tensor.of(scalar, vectors, count, dim));
        float[] weight = new float[count];
        for (int j = 0; j < count; j++) {
            weight[j] = j - 1.5f;
        }
        p.put("fc.weight", Tensor.of(scalar, weight, 1, count));
        p.put("fc.bias", Tensor.of(scalar, new float[] {0.25f}, 1));
        return Probes.of("protobin", p, true, ProbeOptions.DEFAULTS);
    }

    private static TokenMap map(int time, int freq, int dim, long seed, double size) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] tokens = new float[time * freq * dim];
        float[] cls = new float[dim];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) (size * random.nextGaussian());
        }
        return new TokenMap(time, freq, dim, tokens, cls);
    }

    @ParameterizedTest
    @CsvSource({"768,4,20,1", "64,3,5,1", "13,2,3,1", "1,1,1,1", "7,5,2,1e-6", "8,2,4,1e6", "100,3,7,1e-30"})
    void scoresAreTheTrainedProbes(int dim, int classes, int each, double size) {
        for (int variant = 0; variant < 4; variant++) {
            TrainedProbe trained = trained(probe(dim, classes, each, variant > 1), variant % 2 == 0, null);
            PackedProtobin packed = PackedProtobin.pack(trained);
            for (int seed = 0; seed < 5; seed++) {
                TokenMap map = map(4, 3, dim, seed, size);
                assertThat(packed.scores(map)).containsExactly(trained.scores(map), within(1e-6f));
            }
        }
    }

    @Test
    void standardizationComesAlong() {
        float[] mean = {1, -2, 0, 3, 0, 0, 1};
        float[] deviation = {1, 2, 3, 4, 5, 6, 7};
        TrainedProbe trained = trained(7, 3, 4, false, new Standardization(mean, deviation, mean, deviation));
        PackedProtobin packed = PackedProtobin.pack(trained);
        TokenMap map = map(3, 2, 7, 1, 5);
        assertThat(packed.scores(map)).containsExactly(trained.scores(map), within(1e-6f));
        PackedProtobin without = PackedProtobin.pack(trained(7, 3, 4, false, null));
        assertThat(packed.descriptor(map)).isNotEqualTo(without.descriptor(map));
    }

    /** Zeros of both signs and the smallest numbers follow the sign convention; zero tokens have cosine 0. */
    @Test
    void edges() {
        int dim = 16;
        float[] vectors = new float[4 * dim];
        for (int d = 0; d < dim; d++) {
            vectors[d] = d % 2 == 0 ? -0.0f : 0.0f;
            vectors[dim + d] = d % 3 == 0 ? Float.MIN_VALUE : -Float.MIN_VALUE;
            vectors[2 * dim + d] = d % 2 == 0 ? Float.MAX_VALUE : -1;
            vectors[3 * dim + d] = -1;
        }
        TrainedProbe trained = trained(withPrototypes(vectors, dim), false, null);
        PackedProtobin packed = PackedProtobin.pack(trained);
        float[] tokens = map(2, 2, dim, 3, 1).tokens();
        java.util.Arrays.fill(tokens, dim, 2 * dim, 0);
        for (TokenMap map : List.of(
                new TokenMap(2, 2, dim, tokens, new float[dim]),
                new TokenMap(2, 2, dim, new float[4 * dim], new float[dim]),
                map(1, 1, dim, 4, 1))) {
            assertThat(packed.scores(map)).containsExactly(trained.scores(map), within(1e-6f));
        }
        float[] ones = new float[dim];
        java.util.Arrays.fill(ones, 2);
        double[] cosines = packed.descriptor(new TokenMap(1, 1, dim, ones, new float[dim]));
        assertThat(cosines[0]).isCloseTo(1, within(1e-7));
        assertThat(cosines[1]).isCloseTo((6 - 10) / 16.0, within(1e-7));
        assertThat(cosines[2]).isCloseTo(0, within(1e-7));
        assertThat(cosines[3]).isCloseTo(-1, within(1e-7));
        ones[3] = Float.NaN;
        assertThat(packed.scores(new TokenMap(1, 1, dim, ones, new float[dim]))).containsOnly(Float.NaN);
        ones[3] = Float.POSITIVE_INFINITY;
        assertThat(packed.scores(new TokenMap(1, 1, dim, ones, new float[dim]))).containsOnly(Float.NaN);
    }

    @Test
    void theBankTakesAThirtySecond() throws IOException {
        TrainedProbe trained = trained(768, 10, 20, false, null);
        long floats = 4
                * trained.probe().parameters().get("prototype_vectors").shape().elements();
        PackedProtobin packed = PackedProtobin.pack(trained);
        assertThat(floats).isEqualTo(614_400);
        assertThat(packed.bankBytes() * 32).isEqualTo(floats);
        assertThat(PackedProtobin.pack(trained(9, 1, 3, false, null)).bankBytes())
                .isEqualTo(3 * 2);
    }

    @Test
    void savedAndLoadedItScoresTheSame(@TempDir Path folder) throws IOException {
        float[] mean = new float[13];
        float[] deviation = new float[13];
        java.util.Arrays.fill(deviation, 2);
        PackedProtobin packed =
                PackedProtobin.pack(trained(13, 3, 4, true, new Standardization(mean, deviation, mean, deviation)));
        Path path = folder.resolve("packed.safetensors");
        packed.save(path);
        PackedProtobin loaded = PackedProtobin.load(path);
        TokenMap map = map(3, 2, 13, 1, 1);
        assertThat(loaded.scores(map)).isEqualTo(packed.scores(map));
        assertThat(loaded.classes()).isEqualTo(packed.classes());
        assertThat(loaded.encoderHash()).isEqualTo("encoder");
        assertThat(loaded.frontEndHash()).isEqualTo("front end");
        assertThat(loaded.dim()).isEqualTo(13);
        assertThat(loaded.prototypeCount()).isEqualTo(12);
        loaded.save(folder.resolve("again"));
        assertThat(folder.resolve("again")).hasSameBinaryContentAs(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.entry("prototype_bits").type()).isEqualTo(StoredType.U8);
            assertThat(file.shape("prototype_bits")).isEqualTo(Shape.of(12, 2));
        }
    }

    /** Ends of channels need no bits: the linear layer is wider, and the bank as large as without. */
    @Test
    void extremesComeAlong(@TempDir Path folder) throws IOException {
        TrainedProbe trained = trained(probe(13, 3, 4, true), false, null);
        PackedProtobin packed = PackedProtobin.pack(trained);
        Path path = folder.resolve("packed.safetensors");
        packed.save(path);
        PackedProtobin loaded = PackedProtobin.load(path);
        assertThat(loaded.bankBytes())
                .isEqualTo(PackedProtobin.pack(trained(13, 3, 4, false, null)).bankBytes());
        assertThat(loaded.prototypeCount()).isEqualTo(12);
        TokenMap map = map(3, 2, 13, 1, 1);
        assertThat(loaded.scores(map)).isEqualTo(packed.scores(map));
        TrainedProbe back = loaded.unpacked(scalar);
        assertThat(back.scores(map)).isEqualTo(trained.scores(map));
        TokenBatch clip = trained.batch(new Features(map));
        assertThat(loaded.descriptor(map))
                .hasSize(12 + 2 * 13)
                .containsExactly(trained.probe().descriptor(clip).toDoubles(), within(1e-6));
        Contributions own = trained.probe().contributions(clip, 1).orElseThrow();
        List<Contributions.Part> parts = loaded.contributions(map, 1).parts();
        for (int j = 0; j < parts.size(); j++) {
            Contributions.Part part = own.parts().get(j);
            assertThat(parts.get(j).name()).isEqualTo(part.name());
            assertThat(parts.get(j).token()).as(part.name()).isEqualTo(part.token());
            assertThat(parts.get(j).contribution()).isCloseTo(part.contribution(), within(1e-6));
        }
        assertThat(parts.getLast().name()).isEqualTo("channel 12 low");
        double[][] all = loaded.similarityMap(map, new int[] {12, 25});
        for (int n = 0; n < map.count(); n++) {
            assertThat(all[0][n]).as("both ends of channel 0").isEqualTo(-all[1][n]);
        }
    }

    @Test
    void whatBitsCannotSayIsRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] vectors = {1, -1, bad, 1};
            assertThatThrownBy(() -> PackedProtobin.pack(trained(withPrototypes(vectors, 2), false, null)))
                    .hasMessageContaining("prototype 1 has " + bad + " in dimension 0");
        }
        Probe real = Probes.create(scalar, "protofloat", 4, 2, true, ProbeOptions.DEFAULTS, 1);
        assertFails(() -> PackedProtobin.pack(trained(real, false, null)), "protofloat");
        assertFails(() -> PackedProtobin.pack(trained(4, 2, 2, false, null)).scores(map(1, 1, 5, 1, 1)), "dim 5", "4");
        assertThatThrownBy(() -> PackedProtobin.pack(trained(4, 2, 2, false, null))
                        .scores(new TokenMap(1, 1, 4, new float[4], null)))
                .hasMessageContainingAll("with cls", "without cls");
        CacheKey other = new CacheKey("e", "another", "f", "front end", DType.F32);
        assertFails(() -> PackedProtobin.pack(trained(4, 2, 2, false, null)).requireTokensOf(other), "another encoder");
    }

    @Test
    void badFilesAreRefused(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("p");
        trained(8, 2, 2, false, null).save(path);
        assertFails(IOException.class, () -> PackedProtobin.load(path), "unmute-packed-protobin-1");
        Files.writeString(path, "no safetensors");
        assertThatThrownBy(() -> PackedProtobin.load(path)).isInstanceOf(MalformedFileException.class);
        assertFails(() -> load(path, "12", 1, 3, (byte) 0), "sizes do not fit");
        assertFails(() -> load(path, "4", 1, 1, (byte) 0x10), "bits beyond dim 4");
        assertFails(() -> load(path, "-1", 1, 1, (byte) 0), "dim");
        assertThat(load(path, "4", 1, 1, (byte) 0x0f)
                        .descriptor(new TokenMap(1, 1, 4, new float[] {1, 1, 1, 1}, new float[4]))[0])
                .isCloseTo(1, within(1e-7));
    }

    private static PackedProtobin load(Path path, String dim, int count, int row, byte last) throws IOException {
        byte[] bits = new byte[count * row];
        bits[bits.length - 1] = last;
        new SafetensorsWriter()
                .metadata("format", "unmute-packed-protobin-1")
                .metadata("dim", dim)
                .metadata("classes", "a")
                .metadata("cls", "true")
                .metadata("single_label", "false")
                .metadata("encoder_hash", "")
                .metadata("front_end_hash", "")
                .add(
                        "prototype_bits",
                        StoredType.U8,
                        Shape.of(count, row),
                        java.lang.foreign.MemorySegment.ofArray(bits))
                .add("fc.weight", Shape.of(1, count), new float[count])
                .add("fc.bias", Shape.of(1), new float[1])
                .write(path);
        return PackedProtobin.load(path);
    }
}
