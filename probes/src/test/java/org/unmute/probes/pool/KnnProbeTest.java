package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** {@code knn} beside plain loops in double precision. */
class KnnProbeTest {
    private static final int DIM = 6;
    private static final int CLASSES = 3;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    @TempDir
    Path folder;

    private static List<TokenMap> clips(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TokenMap> maps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int time = 1 + i % 3; // grids of several sizes
            float[] tokens = new float[time * 2 * DIM];
            for (int n = 0; n < tokens.length; n++) {
                tokens[n] = (float) random.nextGaussian();
            }
            maps.add(new TokenMap(time, 2, DIM, tokens, null));
        }
        return maps;
    }

    private static float[] targets(int clips, boolean single, double unknown) {
        SplittableRandom random = new SplittableRandom(5);
        float[] targets = new float[clips * CLASSES];
        for (int i = 0; i < clips; i++) {
            int one = random.nextInt(CLASSES);
            for (int c = 0; c < CLASSES; c++) {
                targets[i * CLASSES + c] = single ? (c == one ? 1 : 0) : random.nextInt(2);
                if (random.nextDouble() < unknown) {
                    targets[i * CLASSES + c] = Float.NaN;
                }
            }
        }
        return targets;
    }

    private TrainedProbe trained(List<TokenMap> maps, float[] targets, Objective objective, String... options)
            throws IOException {
        Probe probe =
                Probes.create(scalar, "knn", new TokenLayout(DIM, 2, false), CLASSES, ProbeOptions.parse(options), 0);
        TrainingSettings settings =
                TrainingSettings.paper("knn").withObjective(objective).withBatch(4);
        ProbeTrainer.Result result = ProbeTrainer.train(probe, TokenSet.of(maps, targets, CLASSES), settings);
        assertThat(result.losses().epochs()).hasSize(1);
        assertThat(result.losses().epochs()[0]).isFinite().isNotNegative();
        return result.trained(probe, List.of("a", "b", "c"), false, objective, "", "");
    }

    private static double[] mean(TokenMap map) {
        double[] mean = new double[DIM];
        for (int n = 0; n < map.tokens().length; n++) {
            mean[n % DIM] += map.tokens()[n];
        }
        double norm = Math.sqrt(Arrays.stream(mean).map(x -> x * x).sum());
        return Arrays.stream(mean).map(x -> x / norm).toArray();
    }

    private static double cosine(TokenMap a, TokenMap b) {
        double[] x = mean(a);
        double[] y = mean(b);
        return IntStream.range(0, DIM).mapToDouble(i -> x[i] * y[i]).sum();
    }

    /** The weighted shares by a plain loop. */
    private static double[] shares(TokenMap clip, List<TokenMap> maps, float[] targets, int k, double temperature) {
        double[] shares = new double[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            int label = c;
            List<Integer> nearest = IntStream.range(0, maps.size())
                    .filter(i -> !Float.isNaN(targets[i * CLASSES + label]))
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -cosine(clip, maps.get(i))))
                    .limit(k)
                    .toList();
            double sum = 0;
            double found = 0;
            for (int i : nearest) {
                double weight = temperature == 0 ? 1 : Math.exp(cosine(clip, maps.get(i)) / temperature);
                sum += weight;
                found += weight * targets[i * CLASSES + c];
            }
            shares[c] = sum == 0 ? 0.5 : found / sum;
        }
        return shares;
    }

    @ParameterizedTest
    @CsvSource({"5, 0.07, 0", "5, 0, 0", "1, 0.5, 0", "200, 0.1, 0", "7, 0.07, 0.4", "7, 0, 0.4"})
    void scoresAreThoseOfAPlainLoop(int k, double temperature, double unknown) throws IOException {
        List<TokenMap> maps = clips(37, 1);
        float[] targets = targets(maps.size(), false, unknown);
        String weights = temperature == 0 ? "weights=equal" : "temperature=" + temperature;
        TrainedProbe probe = trained(maps, targets, Objective.ASL, "k=" + k, weights);
        for (TokenMap clip : clips(11, 2)) {
            double[] shares = shares(clip, maps, targets, k, temperature);
            float[] scores = probe.rawScores(clip);
            for (int c = 0; c < CLASSES; c++) {
                assertThat((double) scores[c]).isCloseTo(shares[c], within(3e-6));
            }
        }
    }

    @Test
    void scoresOfOneClassAClipAreTheSharesTheySumTo() throws IOException {
        List<TokenMap> maps = clips(25, 1);
        float[] targets = targets(maps.size(), true, 0);
        TrainedProbe probe = trained(maps, targets, Objective.CE, "k=6");
        for (TokenMap clip : clips(9, 2)) {
            double[] shares = shares(clip, maps, targets, 6, 0.07);
            float[] scores = probe.rawScores(clip);
            assertThat(scores[0] + scores[1] + scores[2]).isCloseTo(1, within(1e-6f));
            for (int c = 0; c < CLASSES; c++) {
                assertThat((double) scores[c]).isCloseTo(shares[c], within(3e-6));
            }
        }
    }

    /** Cosines 1, 0.8 and 0 with three clips: with k = 2, equal weights and labels a; a, b; c, a has 1 and b 1/2. */
    @Test
    void anExampleByHand() throws IOException {
        List<TokenMap> maps = List.of(
                new TokenMap(1, 1, DIM, new float[] {2, 0, 0, 0, 0, 0}, null),
                new TokenMap(1, 1, DIM, new float[] {4, 3, 0, 0, 0, 0}, null),
                new TokenMap(1, 1, DIM, new float[] {0, 0, 5, 0, 0, 0}, null));
        float[] targets = {1, 0, 0, 1, 1, 0, 0, 0, 1};
        TokenMap clip = new TokenMap(1, 2, DIM, new float[] {3, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0}, null);
        float[] equal =
                trained(maps, targets, Objective.ASL, "k=2", "weights=equal").rawScores(clip);
        assertThat(equal).containsExactly(new float[] {1, 0.5f, 0}, within(2e-6f));
        float[] warm =
                trained(maps, targets, Objective.ASL, "k=2", "temperature=0.2").rawScores(clip);
        double share = Math.exp(0.8 / 0.2) / (Math.exp(1 / 0.2) + Math.exp(0.8 / 0.2));
        assertThat((double) warm[1]).isCloseTo(share, within(1e-5));
    }

    @Test
    void aClipIsNotItsOwnNeighbourInTheLoss() throws IOException {
        List<TokenMap> maps = clips(12, 3);
        float[] targets = targets(12, false, 0);
        Remembering knn =
                (Remembering) trained(maps, targets, Objective.ASL, "k=1").probe();
        float[] own = knn.logitsOfKept(new int[] {4}).toFloats();
        List<TokenMap> others = new ArrayList<>(maps);
        float[] rest = new float[11 * CLASSES];
        others.remove(4);
        System.arraycopy(targets, 0, rest, 0, 4 * CLASSES);
        System.arraycopy(targets, 5 * CLASSES, rest, 4 * CLASSES, 7 * CLASSES);
        double[] shares = shares(maps.get(4), others, rest, 1, 0.07);
        for (int c = 0; c < CLASSES; c++) {
            assertThat(own[c] > 0).isEqualTo(shares[c] == 1);
        }
    }

    @Test
    void aSavedProbeScoresTheSameAndItsFileIsAsLargeAsItsVectors() throws IOException {
        List<TokenMap> maps = clips(30, 1);
        for (Objective objective : List.of(Objective.ASL, Objective.CE)) {
            TrainedProbe probe = trained(
                    maps,
                    targets(30, objective.isSingleLabel(), objective.isSingleLabel() ? 0 : 0.2),
                    objective,
                    "k=4");
            Path file = folder.resolve(objective.loss().name());
            probe.save(file);
            TrainedProbe opened = TrainedProbe.load(file, scalar);
            assertThat(opened.probe().options()).isEqualTo(probe.probe().options());
            assertThat(opened.rawScores(clips(8, 2))).isDeepEqualTo(probe.rawScores(clips(8, 2)));
            assertThat(Files.size(file)).isBetween(30L * 4 * (DIM + CLASSES), 30L * 4 * (DIM + CLASSES) + 4096);
        }
    }

    @Test
    void noMoreThanSoManyClipsAreKept() throws IOException {
        List<TokenMap> maps = clips(40, 1);
        float[] targets = targets(40, false, 0);
        TrainedProbe probe = trained(maps, targets, Objective.ASL, "keep=9");
        assertThat(probe.probe().buffers().get("vectors").shape().dim(0)).isEqualTo(9);
        assertThat(trained(maps, targets, Objective.ASL, "keep=9").rawScores(maps.get(0)))
                .isEqualTo(probe.rawScores(maps.get(0)));
        Remembering knn = (Remembering) probe.probe();
        assertFails(() -> knn.remember(new float[10 * DIM], new float[10 * CLASSES], false), "it takes 1 to 9 clips");
        assertThat(probe.probe().parameterCount()).isZero();
    }

    @Test
    void whatCannotBeIsRefused() throws IOException {
        List<TokenMap> maps = clips(5, 1);
        float[] targets = targets(5, false, 0);
        assertFails(() -> trained(maps, targets, Objective.ASL, "k=0"), "k");
        Probe probe = Probes.create(scalar, "knn", new TokenLayout(DIM, 2, false), CLASSES, ProbeOptions.DEFAULTS, 0);
        TrainingSettings stretches = TrainingSettings.paper("knn").withStretch(2);
        assertThatThrownBy(() -> ProbeTrainer.train(probe, TokenSet.of(maps, targets, CLASSES), stretches))
                .hasMessageContaining("keeps clips as a whole");
        assertFails(() -> PackedProtobin.pack(trained(maps, targets, Objective.ASL)), "pack: probe knn");
        float[] broken = new float[2 * DIM];
        broken[3] = Float.NaN;
        List<TokenMap> withNaN = List.of(maps.get(0), new TokenMap(1, 2, DIM, broken, null));
        assertFails(() -> trained(withNaN, new float[2 * CLASSES], Objective.ASL), "mean token of clip 1");
    }
}
