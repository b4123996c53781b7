package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeChecks;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class ProbeTrainerTest {
    private static final int DIM = 32;
    private static final int CLASSES = 4;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    /**
     * Clips of noise. Each present class adds its direction to one token of 12, scaled so that a max over tokens finds
     * it but a mean over tokens hardly does.
     */
    private static TokenSet planted(int clips, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SplittableRandom directions = new SplittableRandom(99);
        float[][] direction = new float[CLASSES][DIM];
        for (float[] d : direction) {
            for (int i = 0; i < DIM; i++) {
                d[i] = directions.nextBoolean() ? 1 : -1;
            }
        }
        List<TokenMap> maps = new ArrayList<>();
        float[] targets = new float[clips * CLASSES];
        for (int c = 0; c < clips; c++) {
            float[] tokens = new float[12 * DIM];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = (float) random.nextGaussian();
            }
            for (int k = 0; k < CLASSES; k++) {
                if (random.nextInt(3) == 0) {
                    targets[c * CLASSES + k] = 1;
                    int at = random.nextInt(12);
                    for (int i = 0; i < DIM; i++) {
                        tokens[at * DIM + i] += 1.2f * direction[k][i];
                    }
                }
            }
            float[] cls = new float[DIM];
            for (int i = 0; i < DIM; i++) {
                cls[i] = (float) random.nextGaussian();
            }
            maps.add(new TokenMap(4, 3, DIM, tokens, cls));
        }
        return TokenSet.of(maps, targets, CLASSES);
    }

    private Probe probe(String name, String... options) {
        return probe(scalar, name, options);
    }

    private static Probe probe(Backend backend, String name, String... options) {
        return Probes.create(backend, name, DIM, CLASSES, true, ProbeOptions.parse(options), 1);
    }

    private double map(String name) throws IOException {
        Probe probe = probe(name);
        TrainingSettings settings = TrainingSettings.paper(name).withEpochs(30).withBatch(16);
        ProbeTrainer.Result result = ProbeTrainer.train(probe, planted(200, 1), settings);
        double[] epochs = result.losses().epochs();
        assertThat(epochs).hasSize(30);
        assertThat(epochs[29]).isLessThan(epochs[0]);
        TokenSet test = planted(200, 2);
        List<String> names = IntStream.range(0, CLASSES).mapToObj(i -> "c" + i).toList();
        float[][] scores =
                Scorer.rawScores(result.trained(probe, names, true, Objective.ASL, "", ""), test.tokens(), 64);
        return meanAveragePrecision(scores, test.targets());
    }

    /** Mean over classes of the mean precision at the rank of each positive clip; scores have no ties. */
    private static double meanAveragePrecision(float[][] scores, float[] targets) {
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) {
            int label = c;
            int[] ranked = IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(clip -> -scores[clip][label]))
                    .mapToInt(clip -> clip)
                    .toArray();
            double precisions = 0;
            int positives = 0;
            for (int rank = 0; rank < ranked.length; rank++) {
                if (targets[ranked[rank] * CLASSES + label] == 1) {
                    precisions += (double) ++positives / (rank + 1);
                }
            }
            sum += precisions / positives;
        }
        return sum / CLASSES;
    }

    @Test
    void protobinFindsPlantedDirectionsThatTheMeanBuries() throws IOException {
        double protobin = map("protobin");
        double mean = map("linear-mean");
        assertThat(protobin).isGreaterThan(0.95);
        assertThat(mean).isLessThan(protobin - 0.2);
    }

    /**
     * Clips whose classes show in every token, and inversely in the cls token, so that every pooling finds them, even
     * on tokens minus the cls token. A constant score reaches the share of positives, a third.
     */
    private static List<Features> separable(int clips, long seed, float[] targets) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Features> all = new ArrayList<>();
        for (int c = 0; c < clips; c++) {
            float[] tokens = new float[12 * DIM];
            float[] cls = new float[DIM];
            for (int k = 0; k < CLASSES; k++) {
                targets[c * CLASSES + k] = random.nextInt(3) == 0 ? 1 : 0;
            }
            for (int i = 0; i < tokens.length; i++) {
                int k = i % DIM % CLASSES;
                tokens[i] = (float) (0.5 * random.nextGaussian() + (targets[c * CLASSES + k] == 1 ? 1 : -1));
                cls[i % DIM] -= tokens[i] / 12;
            }
            TokenMap last = new TokenMap(4, 3, DIM, tokens, cls);
            all.add(new Features(last, List.of(last, last), null));
        }
        return all;
    }

    static Stream<Arguments> trainable() {
        return Stream.concat(
                ProbeChecks.probes().map(a -> a.get()[0].equals("cgp") ? Arguments.of("cgp", "total=40") : a),
                Stream.of(
                        Arguments.of("ep", "norm=batch"),
                        Arguments.of("mhca", "token-norm=batch"),
                        Arguments.of("proto", "preset=birdmae"),
                        Arguments.of("proto", "connection=all"),
                        Arguments.of("simpool", "gamma=1.25")));
    }

    @ParameterizedTest
    @MethodSource("trainable")
    void everyProbeLearnsWhatIsSeparable(String name, String options) throws IOException {
        Backend backend = Backends.current();
        float[] targets = new float[64 * CLASSES];
        TokenSource source = TokenSource.ofFeatures(separable(64, 1, targets));
        TokenSet clips = new TokenSet(source, targets, CLASSES);
        Probe probe = Probes.create(backend, name, source.layout(), CLASSES, ProbeChecks.parse(options), 1);
        TrainingSettings settings = TrainingSettings.paper(name)
                .withEpochs(20)
                .withBatch(16)
                .withRate(Probes.type(name).hasPrototypes() ? 3e-2 : 7e-3);
        ProbeTrainer.Result result = ProbeTrainer.train(probe, clips, settings);
        float[] truth = new float[64 * CLASSES];
        TokenSource test = TokenSource.ofFeatures(separable(64, 2, truth));
        List<String> names = IntStream.range(0, CLASSES).mapToObj(i -> "c" + i).toList();
        float[][] scores = Scorer.rawScores(result.trained(probe, names, true, Objective.ASL, "", ""), test, 64);
        assertThat(meanAveragePrecision(scores, truth)).isGreaterThan(0.9);
    }

    /** The orthogonality term is part of the loss that training reports and minimizes. */
    @Test
    void regularizationIsAddedToTheLoss() throws IOException {
        TokenSet clips = planted(16, 3);
        TrainingSettings settings =
                TrainingSettings.paper("proto").withEpochs(1).withBatch(16);
        double with = ProbeTrainer.train(probe("proto", "orthogonality=1000"), clips, settings)
                .losses()
                .steps()[0];
        double without = ProbeTrainer.train(probe("proto", "orthogonality=0"), clips, settings)
                .losses()
                .steps()[0];
        double term = probe("proto", "orthogonality=1000")
                .regularization()
                .orElseThrow()
                .item();
        assertThat(term).isGreaterThan(0.1);
        assertThat(with).isCloseTo(without + term, within(1e-4 * with));
        Probe trained = probe("proto", "orthogonality=1000");
        ProbeTrainer.train(trained, clips, settings.withEpochs(20).withRate(5e-2));
        assertThat(trained.regularization().orElseThrow().item()).isLessThan(0.8 * term);
    }

    @Test
    void aProbeOfLayersNeedsThem() {
        float[] targets = new float[4 * CLASSES];
        TokenSource source = TokenSource.ofFeatures(separable(4, 1, targets));
        TokenSet layered = new TokenSet(source, targets, CLASSES);
        Probe cgp = Probes.create(scalar, "cgp", source.layout(), CLASSES, ProbeOptions.parse("total=4"), 1);
        TrainingSettings settings = TrainingSettings.paper("cgp");
        assertFails(() -> ProbeTrainer.train(cgp, planted(4, 1), settings), "2 layers", "embed with layers");
        assertFails(() -> ProbeTrainer.train(cgp, layered, settings.withStandardize(true)), "standardized");
        assertThat(source.layout().layers()).isEqualTo(2);
        assertThat(layered.subset(1, 2).tokens().layers()).isEqualTo(2);
    }

    private static Map<String, float[]> values(Probe probe) {
        Map<String, float[]> values = new TreeMap<>();
        probe.parameters().forEach((name, p) -> values.put(name, p.toFloats()));
        probe.buffers().forEach((name, b) -> values.put(name, b.toFloats()));
        return values;
    }

    private static void assertSame(Probe a, Probe b) {
        Map<String, float[]> other = values(b);
        values(a).forEach((name, v) -> assertThat(v).as(name).isEqualTo(other.get(name)));
    }

    private static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A run that is interrupted twice in the middle of an epoch ends bit-identical to an undisturbed one. */
    @ParameterizedTest
    @CsvSource({
        "scalar,linear,asl",
        "scalar,mhca,bce",
        "scalar,ep,asl",
        "scalar,protobin,asl",
        "auto,linear,asl",
        "auto,mhca,asl",
        "auto,protobin,bce"
    })
    void resumedRunsAreBitIdentical(String backendName, String name, String loss, @TempDir Path folder)
            throws IOException {
        Backend backend = backendName.equals("auto") ? Backends.current() : scalar;
        TokenSet clips = planted(50, 3);
        String[] options = switch (name) {
            case "protobin" -> new String[] {"prototypes=3", "dropout=0.2"};
            case "ep" -> new String[] {"norm=batch"};
            default -> new String[0];
        };
        TrainingSettings settings = TrainingSettings.paper(name)
                .withEpochs(5)
                .withBatch(16)
                .withSeed(11)
                .withObjective(Objective.named(loss))
                .withStandardize(true)
                .withClip(0.5)
                .withDecayAll(false)
                .withWarmUp(3);
        Probe undisturbed = probe(backend, name, options);
        LossHistory expected = ProbeTrainer.train(undisturbed, clips, settings).losses();
        assertThat(expected.steps()).hasSize(5 * 4);

        Path checkpoint = folder.resolve("checkpoint.safetensors");
        for (int stop : new int[] {6, 15}) {
            int[] seen = {0};
            int already = stop == 6 ? 0 : 4;
            assertThatThrownBy(() ->
                            ProbeTrainer.train(probe(backend, name, options), clips, settings, checkpoint, step -> {
                                seen[0]++;
                                if (already + seen[0] == stop) {
                                    throw new Interrupted();
                                }
                            }))
                    .isInstanceOf(Interrupted.class);
        }
        Probe resumed = probe(backend, name, options);
        int[] steps = {0};
        LossHistory history = ProbeTrainer.train(resumed, clips, settings, checkpoint, step -> steps[0]++)
                .losses();
        assertThat(steps[0]).isEqualTo(20 - 12);
        assertThat(history.steps()).isEqualTo(expected.steps());
        assertSame(resumed, undisturbed);

        Probe complete = probe(backend, name, options);
        ProbeTrainer.train(complete, clips, settings, checkpoint, step -> {
            throw new AssertionError("a complete run trains no more");
        });
        assertSame(complete, undisturbed);
    }

    @Test
    void aCheckpointOfAnotherRunIsRefused(@TempDir Path folder) throws IOException {
        TokenSet clips = planted(20, 3);
        TrainingSettings settings = TrainingSettings.paper("linear").withEpochs(1);
        Path checkpoint = folder.resolve("checkpoint.safetensors");
        ProbeTrainer.train(probe("linear"), clips, settings, checkpoint, TrainingProgress.SILENT);
        assertThatThrownBy(() -> ProbeTrainer.train(
                        probe("linear"), clips, settings.withBatch(64), checkpoint, TrainingProgress.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("batch is 64, there it was 128");
        assertThatThrownBy(() -> ProbeTrainer.train(
                        probe("linear"), planted(20, 4), settings, checkpoint, TrainingProgress.SILENT))
                .hasMessageContaining("clips is");
        assertThatThrownBy(
                        () -> ProbeTrainer.train(probe("mhca"), clips, settings, checkpoint, TrainingProgress.SILENT))
                .hasMessageContaining("probe is mhca");
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear-mean", "mhca", "protobin"})
    void theSameSeedGivesTheSameBitsAndAnotherSeedOthers(String name) throws IOException {
        TokenSet clips = planted(40, 5);
        TrainingSettings settings = TrainingSettings.paper(name).withEpochs(2).withBatch(16);
        Probe a = probe(name);
        Probe b = probe(name);
        Probe other = probe(name);
        ProbeTrainer.train(a, clips, settings);
        ProbeTrainer.train(b, clips, settings);
        ProbeTrainer.train(other, clips, settings.withSeed(1));
        assertSame(a, b);
        assertThat(values(a).get("fc.weight")).isNotEqualTo(values(other).get("fc.weight"));
    }

    @Test
    void standardizingInTrainingEqualsStandardizingBefore() throws IOException {
        TokenSet clips = planted(30, 6);
        TrainingSettings settings =
                TrainingSettings.paper("linear").withEpochs(2).withBatch(8);
        Probe inside = probe("linear");
        ProbeTrainer.Result result = ProbeTrainer.train(inside, clips, settings.withStandardize(true));
        List<TokenMap> before = new ArrayList<>();
        for (int i = 0; i < clips.clips(); i++) {
            float[] tokens = new float[12 * DIM];
            float[] cls = new float[DIM];
            clips.tokens().read(i, tokens, 0, cls, 0);
            before.add(result.standardization().of(new TokenMap(4, 3, DIM, tokens, cls)));
        }
        Probe outside = probe("linear");
        ProbeTrainer.train(outside, TokenSet.of(before, clips.targets(), CLASSES), settings);
        assertSame(inside, outside);
        Probe without = probe("linear");
        assertThat(ProbeTrainer.train(without, clips, settings).standardization())
                .isNull();
        assertThat(values(without).get("fc.weight")).isNotEqualTo(values(inside).get("fc.weight"));
    }

    @Test
    void predictionsDoNotDependOnTheBatch() throws IOException {
        Probe probe = probe("protobin");
        var trained = new ProbeTrainer.Result(null, null, Throughput.NONE)
                .trained(probe, List.of("a", "b", "c", "d"), true, Objective.CE, "", "");
        TokenSource clips = planted(11, 7).tokens();
        float[][] all = Scorer.rawScores(trained, clips, 100);
        float[][] three = Scorer.rawScores(trained, clips, 3);
        for (int i = 0; i < 11; i++) {
            assertThat(three[i]).containsExactly(all[i], within(1e-6f));
        }
    }

    @Test
    void aNanLossStopsWithItsPlace() throws IOException {
        TokenSet clips = planted(8, 8);
        float[] tokens = new float[12 * DIM];
        tokens[5] = Float.NaN;
        TokenSet broken =
                TokenSet.of(List.of(new TokenMap(4, 3, DIM, tokens, new float[DIM])), new float[CLASSES], CLASSES);
        TrainingSettings settings = TrainingSettings.paper("protobin").withEpochs(2);
        Probe probe = probe("protobin");
        Map<String, float[]> before = values(probe);
        assertThatThrownBy(() -> ProbeTrainer.train(probe, broken, settings))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageContaining("NaN in epoch 1, step 1, learning rate 0.01");
        values(probe).forEach((name, v) -> assertThat(v).isEqualTo(before.get(name)));
        assertThat(ProbeTrainer.train(probe, clips, settings).losses().steps()).hasSize(2);
    }

    /** No loss is computed after the last step, so parameters may become infinite there unnoticed. */
    @Test
    void aProbeThatTheLastStepBrokeIsNotGivenOut() {
        Probe whole = probe("linear");
        Map<String, Tensor> parameters = new LinkedHashMap<>(whole.parameters());
        Tensor weight = parameters.get("fc.weight");
        float[] values = weight.toFloats();
        values[3] = Float.POSITIVE_INFINITY;
        parameters.put("fc.weight", Tensor.of(scalar, values, weight.shape().toArray()));
        Probe broken = Probes.of("linear", parameters, true, whole.options());
        ProbeTrainer.Result result = new ProbeTrainer.Result(null, null, Throughput.NONE);
        List<String> classes = List.of("a", "b", "c", "d");
        assertThat(result.trained(whole, classes, true, Objective.ASL, "", "").classes())
                .isEqualTo(classes);
        assertThatThrownBy(() -> result.trained(broken, classes, true, Objective.ASL, "", ""))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessage(
                        "training: value 3 of 'fc.weight' is Infinity after the last step: use a lower learning rate");
    }

    @Test
    void badInputIsNamed() {
        TokenSet clips = planted(8, 8);
        Probe wide = Probes.create(scalar, "linear", 16, CLASSES, true, ProbeOptions.DEFAULTS, 0);
        assertFails(() -> ProbeTrainer.train(wide, clips, TrainingSettings.paper("linear")), "dim 16", "dim 32");
        assertThatThrownBy(() -> ProbeTrainer.train(
                        probe("linear"), clips, TrainingSettings.paper("linear").withObjective(Objective.CE)))
                .hasMessageContaining("exactly one class");
        assertFails(() -> Objective.named("mse"), "asl, bce, ce");
        assertFails(() -> TrainingSettings.paper("linear").withRate(0), "rate");
        assertFails(() -> TrainingSettings.paper("linear").withEpochs(0), "epochs");
        assertThatThrownBy(() -> clips.subset(8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertFails(() -> new TokenSet(clips.tokens(), new float[3], CLASSES), "3 targets");
    }

    @Test
    void defaultsAreThePapers() {
        TrainingSettings protobin = TrainingSettings.paper("protobin");
        assertThat(protobin.epochs()).isEqualTo(30);
        assertThat(protobin.batch()).isEqualTo(128);
        assertThat(protobin.rate()).isBetween(2e-3, 8e-2);
        assertThat(TrainingSettings.paper("mhca").rate()).isBetween(1e-4, 7e-3);
    }
}
