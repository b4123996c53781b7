package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.files.MalformedFileException;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsWriter;

class TrainedProbeTest {
    private static final List<String> CLASSES = List.of("crow", "Größe, \"laut\"", "rain");

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private static TokenMap map(long seed, int dim) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] tokens = new float[6 * dim];
        float[] cls = new float[dim];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) (3 + 2 * random.nextGaussian());
        }
        for (int i = 0; i < cls.length; i++) {
            cls[i] = (float) random.nextGaussian();
        }
        return new TokenMap(3, 2, dim, tokens, cls);
    }

    private static Standardization standardization(int dim) {
        Standardization.Statistics tokens = new Standardization.Statistics(dim);
        Standardization.Statistics cls = new Standardization.Statistics(dim);
        for (int i = 0; i < 5; i++) {
            TokenMap m = map(i, dim);
            tokens.add(m.tokens(), 0, m.count());
            cls.add(m.cls(), 0, 1);
        }
        return new Standardization(tokens.mean(), tokens.deviation(), cls.mean(), cls.deviation());
    }

    /** Every probe, with the options that change the saved file. */
    static Stream<Arguments> probes() {
        return Stream.concat(
                ProbeChecks.probes(),
                Stream.of(
                        Arguments.of("ep", "norm=batch"),
                        Arguments.of("mhca", "token-norm=batch"),
                        Arguments.of("proto", "preset=birdmae"),
                        Arguments.of("proto", "connection=all"),
                        Arguments.of("mlp", "input=mean hidden=5"),
                        Arguments.of("simpool", "gamma=1.25"),
                        Arguments.of("linpre", "pool=logsumexp"),
                        Arguments.of("conv", "pool=max")));
    }

    private Probe create(String name, String options) {
        return Probes.create(scalar, name, new TokenLayout(12, 2, true), 3, ProbeChecks.parse(options), 4);
    }

    @ParameterizedTest
    @MethodSource("probes")
    void savedAndLoadedProbesScoreTheSame(String name, String options, @TempDir Path folder) throws IOException {
        assumeFalse(
                Probes.type(name).needsLayers(), "token maps have one layer; aProbeOfSeveralLayersIsSavedToo has more");
        Probe probe = create(name, options);
        probe.trainingLogits(List.of(TokenBatch.of(scalar, List.of(map(1, 12), map(2, 12)))), new SplittableRandom(0));
        TrainedProbe before =
                new TrainedProbe(probe, CLASSES, true, name.equals("mhca"), standardization(12), "e1", "");
        Path file = folder.resolve("probe.safetensors");
        before.save(file);
        TrainedProbe after = TrainedProbe.load(file, scalar);
        assertThat(after.classes()).isEqualTo(CLASSES);
        assertThat(after.encoderHash()).isEqualTo("e1");
        assertThat(after.frontEndHash()).isEmpty();
        assertThat(after.singleLabel()).isEqualTo(before.singleLabel());
        assertThat(after.probe().name()).isEqualTo(name);
        assertThat(after.probe().options()).isEqualTo(probe.options());
        assertThat(after.scores(map(9, 12))).isEqualTo(before.scores(map(9, 12)));
        assertThat(after.scores(List.of(map(8, 12), map(9, 12)))[1])
                .isEqualTo(before.scores(List.of(map(8, 12), map(9, 12)))[1]);
        after.save(folder.resolve("again.safetensors"));
        assertThat(folder.resolve("again.safetensors")).hasSameBinaryContentAs(file);
    }

    @Test
    void scoresAreProbabilities() {
        Probe probe = Probes.create(scalar, "linear", 12, 3, true, ProbeOptions.DEFAULTS, 4);
        float[] single = new TrainedProbe(probe, CLASSES, true, true, null, "", "").scores(map(1, 12));
        assertThat(single[0] + single[1] + single[2]).isCloseTo(1, within(1e-6f));
        float[] several = new TrainedProbe(probe, CLASSES, true, false, null, "", "").scores(map(1, 12));
        assertThat(several).isNotEqualTo(single);
    }

    /** cgp scores batches with layers, as in an encoder's features. */
    @Test
    void aProbeOfSeveralLayersIsSavedToo(@TempDir Path folder) throws IOException {
        Probe probe =
                Probes.create(scalar, "cgp", new TokenLayout(12, 2, true, 2), 3, ProbeOptions.parse("total=4"), 4);
        TrainedProbe before = new TrainedProbe(probe, CLASSES, true, false, null, "", "");
        before.save(folder.resolve("p"));
        TrainedProbe after = TrainedProbe.load(folder.resolve("p"), scalar);
        assertThat(after.probe().layers()).isEqualTo(2);
        List<Features> features = List.of(
                new Features(map(2, 12), List.of(map(1, 12), map(2, 12)), null),
                new Features(map(4, 12), List.of(map(3, 12), map(4, 12)), null));
        TokenBatch batch = TokenBatch.ofFeatures(scalar, features);
        assertThat(batch.layers().tokens().select(0, 0).select(0, 1).toFloats())
                .isEqualTo(map(3, 12).tokens());
        assertThat(after.scores(batch)).isEqualTo(before.scores(batch));
        assertThat(after.scores(batch)[0]).isNotEqualTo(after.scores(batch)[1]);
        assertFails(() -> after.scores(map(1, 12)), "2 layers", "last layer only");
    }

    @Test
    void onlyProbesThatWeighTokensHaveAMap() {
        TrainedProbe linear = new TrainedProbe(create("linear", ""), CLASSES, true, false, null, "", "");
        assertFails(UnsupportedOperationException.class, () -> linear.similarityMap(map(1, 12)), "linear");
        TrainedProbe mhca = new TrainedProbe(create("mhca", "heads=4"), CLASSES, true, false, null, "", "");
        assertThat(mhca.similarityMap(map(1, 12)).shape()).isEqualTo(Shape.of(4, 3, 2));
    }

    @Test
    void standardizedTokensHaveMeanZeroAndDeviationOne() {
        Standardization s = standardization(4);
        Standardization.Statistics after = new Standardization.Statistics(4);
        for (int i = 0; i < 5; i++) {
            TokenMap m = s.of(map(i, 4));
            after.add(m.tokens(), 0, m.count());
        }
        assertThat(after.mean()).containsExactly(new float[4], within(1e-5f));
        assertThat(after.deviation()).containsExactly(new float[] {1, 1, 1, 1}, within(1e-5f));
    }

    @Test
    void statisticsAgreeWithTheDefinitionAndAConstantDimensionIsOnlyShifted() {
        Standardization.Statistics s = new Standardization.Statistics(2);
        s.add(new float[] {9, 1e6f, 9, 1e6f + 1}, 0, 2);
        s.add(new float[] {0, 9, 1e6f + 2}, 1, 1);
        assertThat(s.mean()).containsExactly(9, 1e6f + 1);
        assertThat(s.deviation()[0]).isEqualTo(1);
        assertThat(s.deviation()[1]).isCloseTo((float) Math.sqrt(2.0 / 3), within(1e-6f));
        Standardization.Statistics broken = new Standardization.Statistics(1);
        broken.add(new float[] {Float.NaN}, 0, 1);
        assertFails(() -> new Standardization(broken.mean(), broken.deviation(), null, null), "NaN");
    }

    @Test
    void badFilesAndNamesAreRefused(@TempDir Path folder) throws IOException {
        Path other = folder.resolve("other.safetensors");
        new SafetensorsWriter().add("w", Shape.of(1), new float[1]).write(other);
        assertFails(IOException.class, () -> TrainedProbe.load(other, scalar), "unmute-probe-1");
        Files.writeString(other, "no safetensors");
        assertThatThrownBy(() -> TrainedProbe.load(other, scalar)).isInstanceOf(MalformedFileException.class);
        new SafetensorsWriter()
                .metadata("format", "unmute-probe-1")
                .metadata("options", "")
                .metadata("cls", "true")
                .metadata("probe", "linear")
                .add("probe.fc.weight", Shape.of(2, 3), new float[6])
                .write(other);
        assertFails(IOException.class, () -> TrainedProbe.load(other, scalar), "fc.bias is missing");
        Probe probe = Probes.create(scalar, "linear", 4, 2, true, ProbeOptions.DEFAULTS, 0);
        for (List<String> names : List.of(List.of("a"), List.of("a", "a"), List.of("a", "b\nc"))) {
            assertThatThrownBy(() -> new TrainedProbe(probe, names, true, false, null, "", ""))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
