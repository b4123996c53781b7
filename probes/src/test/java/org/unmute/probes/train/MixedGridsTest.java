package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeChecks;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.ParameterGroup;

/** Clips of different grids in one batch. */
class MixedGridsTest {
    private static final int DIM = 16;
    private static final int CLASSES = 3;
    private static final int FREQ = 2;
    /** Numbers of rows of the clips: three grids, mixed. */
    private static final int[] ROWS = {5, 3, 5, 1, 3, 5, 3, 1, 5, 3, 5, 1};

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private static Features clip(SplittableRandom random, int rows, int freq) {
        TokenMap[] maps = new TokenMap[3];
        for (int l = 0; l < maps.length; l++) {
            float[] tokens = new float[rows * freq * DIM];
            float[] cls = new float[DIM];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = (float) random.nextGaussian();
            }
            for (int i = 0; i < DIM; i++) {
                cls[i] = (float) random.nextGaussian();
            }
            maps[l] = new TokenMap(rows, freq, DIM, tokens, cls);
        }
        return new Features(maps[2], List.of(maps), null);
    }

    private static TokenSet clips(int... rows) {
        SplittableRandom random = new SplittableRandom(8);
        List<Features> clips = new ArrayList<>();
        float[] targets = new float[rows.length * CLASSES];
        for (int i = 0; i < rows.length; i++) {
            clips.add(clip(random, rows[i], FREQ));
            for (int c = 0; c < CLASSES; c++) {
                targets[i * CLASSES + c] = random.nextInt(2);
            }
        }
        return new TokenSet(TokenSource.ofFeatures(clips), targets, CLASSES);
    }

    private static Probe probe(Backend backend, String name, TokenSet clips, String option) {
        return Probes.create(backend, name, clips.tokens().layout(), CLASSES, ProbeChecks.parse(option), 3);
    }

    /** Every probe that is trained by gradients; probes that draw at random or depend on other clips of the batch are configured not to. */
    static Stream<Arguments> clipByClip() {
        return Stream.concat(
                ProbeChecks.probes().filter(a -> !a.get()[0].equals("knn")),
                Stream.of(
                        Arguments.of("conv", "pool=max activation=gelu"),
                        Arguments.of("linpre", "pool=logsumexp"),
                        Arguments.of("simpool", "gamma=1.25"),
                        Arguments.of("protobin", "topk=2"),
                        Arguments.of("proto", "preset=birdmae"),
                        Arguments.of("cgp", "total=9 dropout=0 middle=mean")));
    }

    private Map<String, double[]> gradients(Probe probe, TokenSet clips, int[] order, int from, int to)
            throws IOException {
        BatchReader.Batch batch = BatchReader.of(probe, clips.tokens(), null).read(order, from, to);
        Map<String, double[]> gradients = new LinkedHashMap<>();
        Tensor loss =
                ProbeTrainer.loss(probe, clips, TrainingSettings.paper("protobin"), batch, new SplittableRandom(1));
        Gradients.of(loss, probe.parameters()).byName().forEach((name, g) -> gradients.put(name, g.toDoubles()));
        gradients.put("loss", loss.toDoubles());
        return gradients;
    }

    @ParameterizedTest
    @MethodSource("clipByClip")
    void lossAndGradientsAreTheMeanOfThoseOfTheClips(String name, String option) throws IOException {
        TokenSet clips = clips(ROWS);
        Probe probe = probe(scalar, name, clips, option);
        int[] order = {7, 2, 10, 0, 5, 1, 9, 3};
        Map<String, double[]> together = gradients(probe, clips, order, 1, 8);
        Map<String, double[]> mean = new LinkedHashMap<>();
        for (int i = 1; i < 8; i++) {
            gradients(probe, clips, order, i, i + 1).forEach((key, g) -> {
                double[] sum = mean.computeIfAbsent(key, _ -> new double[g.length]);
                Arrays.setAll(sum, k -> sum[k] + g[k] / 7);
            });
        }
        together.forEach((key, g) -> {
            double scale = Arrays.stream(g).map(Math::abs).max().orElse(0);
            assertThat(mean.get(key)).as(key).containsExactly(g, within(4e-6 * scale + 1e-9));
        });
    }

    static Stream<Arguments> everyProbe() {
        return Stream.concat(
                clipByClip(),
                Stream.of(
                        Arguments.of("ep", "norm=batch"),
                        Arguments.of("simpool", "norm=batch"),
                        Arguments.of("abmilp", "norm=batch"),
                        Arguments.of("abmilp-sa", "norm=batch"),
                        Arguments.of("mhca", "token-norm=batch"),
                        Arguments.of("simpool", "gamma=1.25 minimum=batch"),
                        Arguments.of("protobin", "dropout=0.3"),
                        Arguments.of("cgp", "total=9 dropout=0.3")));
    }

    /** Batch statistics, dropout and minima over the batch do not depend on how a batch is split into parts. */
    @ParameterizedTest
    @MethodSource("everyProbe")
    void aBatchInPartsIsTheBatch(String name, String option) throws IOException {
        TokenSet clips = clips(3, 3, 3, 3, 3);
        Probe whole = probe(scalar, name, clips, option);
        Probe parted = probe(scalar, name, clips, option);
        TokenBatch all = batch(whole, clips, 0, 5);
        List<TokenBatch> parts =
                List.of(batch(parted, clips, 0, 2), batch(parted, clips, 2, 3), batch(parted, clips, 3, 5));
        float[] expected =
                whole.trainingLogits(List.of(all), new SplittableRandom(4)).toFloats();
        assertThat(parted.trainingLogits(parts, new SplittableRandom(4)).toFloats())
                .containsExactly(expected, within(1e-6f));
        Map<String, Tensor> buffers = parted.buffers();
        whole.buffers()
                .forEach((key, b) ->
                        assertThat(buffers.get(key).toFloats()).as(key).containsExactly(b.toFloats(), within(1e-6f)));
    }

    private static TokenBatch batch(Probe probe, TokenSet clips, int from, int to) throws IOException {
        return BatchReader.of(probe, clips.tokens(), null)
                .read(new int[] {0, 1, 2, 3, 4}, from, to)
                .parts()
                .getFirst();
    }

    /** The trainer's work for clips of one grid, spelled out: one tensor per batch, one loss, one step. */
    @ParameterizedTest
    @ValueSource(strings = {"linear", "mhca", "conv", "protobin"})
    void clipsOfOneGridTrainAsOneTensorDoes(String name) throws IOException {
        Backend backend = Backends.current();
        TokenSet clips = clips(4, 4, 4, 4, 4, 4, 4);
        TrainingSettings settings = TrainingSettings.paper(name).withEpochs(1).withBatch(3);
        Probe trained = probe(backend, name, clips, "");
        double[] losses = ProbeTrainer.train(trained, clips, settings).losses().steps();
        Probe probe = probe(backend, name, clips, "");
        AdamW optimizer = new AdamW(
                List.of(new ParameterGroup(probe.parameters(), settings.rate(), settings.decay())),
                settings.schedule(3));
        int[] order = ProbeTrainer.order(settings, clips.clips(), 0);
        for (int step = 0; step < 3; step++) {
            int[] own = Arrays.copyOfRange(order, step * 3, Math.min(7, step * 3 + 3));
            TokenBatch batch = TokenBatch.of(
                    backend,
                    Arrays.stream(own).mapToObj(i -> map(clips.tokens(), i)).toList());
            float[] targets = clips.subset(own).targets();
            Tensor loss = Objective.ASL
                    .loss()
                    .of(
                            probe.trainingLogits(List.of(batch), new SplittableRandom(0)),
                            Tensor.of(backend, targets, own.length, CLASSES));
            assertThat(loss.item()).isEqualTo(losses[step]);
            optimizer.step(Gradients.of(loss, probe.parameters()));
        }
        probe.parameters()
                .forEach((key, p) -> assertThat(trained.parameters().get(key).toFloats())
                        .as(key)
                        .isEqualTo(p.toFloats()));
    }

    private static TokenMap map(TokenSource source, int clip) {
        TokenGrid grid = source.grid(clip);
        float[] tokens = new float[grid.tokens() * DIM];
        float[] cls = new float[DIM];
        try {
            source.read(clip, tokens, 0, cls, 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new TokenMap(grid.time(), grid.freq(), DIM, tokens, cls);
    }

    private static TrainedProbe trained(Probe probe) {
        return new ProbeTrainer.Result(null, null, Throughput.NONE)
                .trained(probe, List.of("a", "b", "c"), true, Objective.ASL, "", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear-mean", "linearc-freqconcat", "mhca", "protobin"})
    void clipsAreScoredInTheirOrder(String name) throws IOException {
        TokenSet clips = clips(ROWS);
        TrainedProbe probe = trained(probe(scalar, name, clips, ""));
        float[][] scores = Scorer.rawScores(probe, clips.tokens(), 5);
        for (int i = 0; i < ROWS.length; i++) {
            assertThat(scores[i]).as("clip " + i).containsExactly(probe.scores(map(clips.tokens(), i)), within(1e-6f));
        }
    }

    @Test
    void poolingOnceForAllEpochsKeepsTheClipsInOrder() throws IOException {
        TokenSet clips = clips(ROWS);
        Probe probe = probe(scalar, "linear-mean", clips, "");
        BatchReader plain = BatchReader.of(probe, clips.tokens(), null);
        BatchReader small = plain.condensed(probe, 5);
        assertThat(small).isNotSameAs(plain);
        int[] order = IntStream.range(0, ROWS.length).toArray();
        BatchReader.Batch all = small.read(order, 0, order.length);
        assertThat(all.parts()).hasSize(1);
        assertThat(all.parts().getFirst().tokens().requiresGradient())
                .as("frozen tokens")
                .isFalse();
        assertThat(all.clips()).isEqualTo(order);
        for (int i = 0; i < ROWS.length; i++) {
            float[] mean = plain.read(order, i, i + 1)
                    .parts()
                    .getFirst()
                    .tokens()
                    .mean(1)
                    .toFloats();
            assertThat(all.parts().getFirst().tokens().select(0, i).toFloats())
                    .as("clip " + i)
                    .isEqualTo(mean);
        }
    }

    @Test
    void everyTokenOfEveryClipCountsInTheStatistics() throws IOException {
        TokenSet clips = clips(5, 1, 3);
        float[] all = {};
        for (int i = 0; i < 3; i++) {
            float[] own = map(clips.tokens(), i).tokens();
            all = Arrays.copyOf(all, all.length + own.length);
            System.arraycopy(own, 0, all, all.length - own.length, own.length);
        }
        double sum = 0;
        for (int n = 0; n < 9 * FREQ; n++) {
            sum += all[n * DIM + 5];
        }
        float[] mean = clips.tokens().statistics().tokenMean();
        assertThat(mean[5]).isCloseTo((float) (sum / (9 * FREQ)), within(1e-6f));
    }

    private static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    void resumedRunsAreBitIdentical(@TempDir Path folder) throws IOException {
        Backend backend = Backends.current();
        TokenSet clips = clips(ROWS);
        TrainingSettings settings =
                TrainingSettings.paper("protobin").withEpochs(4).withBatch(5).withStandardize(true);
        Probe undisturbed = probe(backend, "protobin", clips, "dropout=0.2");
        ProbeTrainer.Result expected = ProbeTrainer.train(undisturbed, clips, settings);
        assertThat(expected.throughput().clips()).isEqualTo(4 * 12);
        assertThat(expected.throughput().clipsPerSecond()).isPositive();
        Path checkpoint = folder.resolve("checkpoint.safetensors");
        assertThatThrownBy(() -> ProbeTrainer.train(
                        probe(backend, "protobin", clips, "dropout=0.2"), clips, settings, checkpoint, step -> {
                            assertThat(step.throughput().clips())
                                    .isEqualTo(12 * (step.epoch() - 1) + Math.min(12, 5 * step.step()));
                            if (step.epoch() == 3) {
                                throw new Interrupted();
                            }
                        }))
                .isInstanceOf(Interrupted.class);
        Probe resumed = probe(backend, "protobin", clips, "dropout=0.2");
        ProbeTrainer.Result rest = ProbeTrainer.train(resumed, clips, settings, checkpoint, TrainingProgress.SILENT);
        assertThat(rest.losses().steps()).isEqualTo(expected.losses().steps());
        assertThat(rest.throughput().clips()).isEqualTo(2 * 12);
        resumed.parameters()
                .forEach((key, p) -> assertThat(p.toFloats())
                        .as(key)
                        .isEqualTo(undisturbed.parameters().get(key).toFloats()));
        Probe complete = probe(backend, "protobin", clips, "dropout=0.2");
        assertThat(ProbeTrainer.train(complete, clips, settings, checkpoint, TrainingProgress.SILENT)
                        .throughput())
                .isEqualTo(Throughput.NONE);
    }

    @Test
    void whatClipsMustShareIsChecked() {
        TokenMap first = new TokenMap(2, 2, 4, new float[16], new float[4]);
        assertThatThrownBy(() -> TokenSource.of(List.of(first, new TokenMap(2, 2, 5, new float[20], new float[5]))))
                .hasMessageContainingAll("clip 1 is [2, 2, 5] with cls", "one encoder");
        assertThatThrownBy(() -> TokenSource.of(List.of(first, new TokenMap(2, 2, 4, new float[16], null))))
                .hasMessageContaining("without cls");
        TokenSource columns = TokenSource.of(List.of(first, new TokenMap(2, 3, 4, new float[24], new float[4])));
        assertThat(columns.layout().freq()).isZero();
        assertThat(clips(ROWS).tokens().layout().freq()).isEqualTo(FREQ);
        assertThatThrownBy(() ->
                        Probes.create(scalar, "linearc-freqconcat", columns.layout(), 2, ProbeOptions.DEFAULTS, 0))
                .hasMessageContaining("option freq");
    }
}
