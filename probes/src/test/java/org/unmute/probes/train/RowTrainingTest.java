package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.playback.Speed;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.FrameWise;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.score.FrameScorer;
import org.unmute.probes.score.FrameScoring;
import org.unmute.probes.truth.RowTargets;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.optim.Gradients;

class RowTrainingTest {
    private static final int DIM = 8;
    private static final int FREQ = 2;
    private static final int CLASSES = 3;
    private static final int[] ROWS = {6, 7, 2, 6, 7, 6};
    private static final List<String> NAMES = List.of("a", "b", "c");

    private final Backend scalar = Backends.open("scalar", 1).backend();

    /** Rows with a class have its direction; every third clip says only which classes it has. */
    private static TokenSet clips(boolean layers) {
        SplittableRandom random = new SplittableRandom(4);
        List<Features> all = new ArrayList<>();
        float[] targets = new float[ROWS.length * CLASSES];
        float[][] rows = new float[ROWS.length][];
        for (int i = 0; i < ROWS.length; i++) {
            rows[i] = new float[ROWS[i] * CLASSES];
            List<TokenMap> maps = new ArrayList<>();
            for (int n = 0; n < rows[i].length; n++) {
                rows[i][n] = random.nextInt(3) == 0 ? 1 : 0;
                targets[i * CLASSES + n % CLASSES] = Math.max(targets[i * CLASSES + n % CLASSES], rows[i][n]);
            }
            for (int layer = 0; layer < 3; layer++) {
                float[] tokens = new float[ROWS[i] * FREQ * DIM];
                float[] cls = new float[DIM];
                for (int k = 0; k < tokens.length; k++) {
                    int row = k / DIM / FREQ;
                    float own = k % DIM < CLASSES ? rows[i][row * CLASSES + k % DIM] : 0;
                    tokens[k] = (float) (3 * own + random.nextGaussian());
                }
                for (int k = 0; k < DIM; k++) {
                    cls[k] = (float) random.nextGaussian();
                }
                maps.add(new TokenMap(ROWS[i], FREQ, DIM, tokens, cls));
            }
            all.add(new Features(maps.getLast(), layers ? maps : List.of(), null));
        }
        TokenSource source = layers
                ? TokenSource.ofFeatures(all)
                : TokenSource.of(all.stream().map(Features::tokens).toList());
        return new TokenSet(source, targets, CLASSES, new RowTargets() {
            @Override
            public boolean read(int clip, int count, float[] to, int at) {
                if (clip % 3 == 2) {
                    return false;
                }
                System.arraycopy(rows[clip], 0, to, at, count * CLASSES);
                return true;
            }

            @Override
            public String fingerprint() {
                return Integer.toString(Arrays.deepHashCode(rows));
            }
        });
    }

    private static boolean needsLayers(String name) {
        return Probes.type(name).needsLayers();
    }

    private FrameWise probe(String name, String more) {
        ProbeOptions options = ProbeOptions.parse((more + " rows=true").strip().split(" "));
        TokenSet clips = clips(needsLayers(name));
        return (FrameWise) Probes.create(scalar, name, clips.tokens().layout(), CLASSES, options, 5);
    }

    private static BatchReader.Batch batch(Probe probe, TokenSet clips) {
        try {
            return BatchReader.of(probe, clips.tokens(), null).read(new int[] {0, 1, 2, 3, 4, 5}, 0, ROWS.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TrainingSettings settings(String name) {
        return TrainingSettings.paper(name)
                .withObjective(Objective.BCE)
                .withBatch(4)
                .withEpochs(40)
                .withRate(0.03);
    }

    @ParameterizedTest
    @CsvSource({
        "linear, ''",
        "linear, norm=layer",
        "linear-mean, ''",
        "mlp, ''",
        "mlp-time, scales=2 hidden=6 dropout=0",
        "linearc-freqconcat, ''",
        "conv, ''",
        "conv, kernel=5 pool=max",
        "protobin, prototypes=3",
        "protofloat, prototypes=3",
        "cgp, total=6 dropout=0",
        "linear-layers, dropout=0",
        "head2toe, dropout=0 lasso=0.1"
    })
    void rowsAreScoredByThemselvesAndAClipHasTheirMaximum(String name, String options) {
        FrameWise probe = probe(name, options);
        TokenSet clips = clips(needsLayers(name));
        assertThat(probe.isOfRows()).isTrue();
        assertThat(probe.options().values()).containsEntry("rows", "true");
        BatchReader.Batch batch = batch(probe, clips);
        double[] training =
                Grad.withoutRecording(() -> probe.trainingFrameLogits(batch.parts(), new SplittableRandom(1))
                        .toDoubles());
        double[] trainedClips = Grad.withoutRecording(() ->
                probe.trainingLogits(batch.parts(), new SplittableRandom(1)).toDoubles());
        int at = 0;
        int clip = 0;
        for (TokenBatch part : batch.parts()) {
            double[] frames =
                    Grad.withoutRecording(() -> probe.frameLogits(part).toDoubles());
            double[] whole = Grad.withoutRecording(() -> probe.logits(part).toDoubles());
            for (int i = 0; i < part.size(); i++, clip++) {
                for (int c = 0; c < CLASSES; c++) {
                    double most = Double.NEGATIVE_INFINITY;
                    for (int t = 0; t < part.time(); t++) {
                        most = Math.max(most, frames[(i * part.time() + t) * CLASSES + c]);
                    }
                    assertThat(whole[i * CLASSES + c]).isCloseTo(most, within(1e-6));
                    assertThat(trainedClips[clip * CLASSES + c]).isCloseTo(most, within(1e-5));
                }
            }
            for (double one : frames) {
                assertThat(training[at++]).isCloseTo(one, within(1e-5));
            }
        }
        assertThat(at).isEqualTo(training.length);
        TokenBatch one = batch.parts().getFirst().rows(0, 4);
        TokenBatch first = TokenBatch.of(scalar, List.of(one.maps().getFirst()));
        if (probe.layers() == 0) {
            for (int c = 0; c < CLASSES; c++) {
                Contributions parts = probe.contributions(first, c).orElseThrow();
                int own = c;
                assertThat(parts.sum())
                        .isCloseTo(
                                Grad.withoutRecording(() -> probe.logits(first).toDoubles())[own], within(1e-4));
                assertThat(parts.parts()).allMatch(p -> p.token() < 4 * FREQ);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linear",
                "linear-mean",
                "mlp",
                "mlp-time",
                "linearc-freqconcat",
                "conv",
                "protofloat",
                "cgp",
                "linear-layers",
                "head2toe"
            })
    void gradientsAreThoseOfCentralDifferences(String name) {
        FrameWise probe = probe(
                name,
                switch (name) {
                    case "cgp" -> "total=6 dropout=0";
                    case "mlp-time", "linear-layers", "head2toe" -> "dropout=0";
                    default -> "";
                });
        TokenSet clips = clips(needsLayers(name));
        TrainingSettings settings = settings(name);
        Tensor loss = ProbeTrainer.loss(probe, clips, settings, batch(probe, clips), new SplittableRandom(1));
        Map<String, Tensor> gradients = Gradients.of(loss, probe.parameters()).byName();
        SplittableRandom random = new SplittableRandom(9);
        double strongest = 0;
        for (Map.Entry<String, Tensor> p : probe.parameters().entrySet()) {
            double[] own = gradients.get(p.getKey()).toDoubles();
            float[] values = p.getValue().toFloats();
            // The entries of a prototype are small at first, and its cosines depend on their ratios.
            double step = p.getKey().startsWith("prototype") ? 2e-4 : 1e-2;
            for (int n = 0; n < 6; n++) {
                int i = random.nextInt(values.length);
                double up = moved(probe, p.getKey(), values, i, step, clips, settings);
                double down = moved(probe, p.getKey(), values, i, -step, clips, settings);
                double difference = (up - down) / (2 * step);
                assertThat(own[i])
                        .as("%s[%d]", p.getKey(), i)
                        .isCloseTo(difference, within(2e-3 + 0.02 * Math.abs(difference)));
                strongest = Math.max(strongest, Math.abs(own[i]));
            }
        }
        assertThat(strongest).as("gradients are far above the tolerance").isGreaterThan(0.02);
    }

    /** Of each feature, the norm of its weights for all classes, times √classes. */
    @Test
    void theGroupLassoIsAddedToTheLossOfRows() {
        TokenSet clips = clips(true);
        double[] losses = new double[2];
        double penalty = 0;
        for (int i = 0; i < 2; i++) {
            FrameWise probe = probe("head2toe", "dropout=0 lasso=" + i);
            losses[i] = ProbeTrainer.loss(
                            probe, clips, settings("head2toe"), batch(probe, clips), new SplittableRandom(1))
                    .item();
            float[] weights = probe.parameters().get("fc.weight").toFloats();
            int features = weights.length / CLASSES;
            penalty = 0;
            for (int f = 0; f < features; f++) {
                double squares = 0;
                for (int c = 0; c < CLASSES; c++) {
                    squares += Math.pow(weights[c * features + f], 2);
                }
                penalty += Math.sqrt(CLASSES * squares);
            }
        }
        assertThat(losses[1] - losses[0]).isCloseTo(penalty, within(1e-4)).isGreaterThan(1);
    }

    private double moved(
            Probe probe, String name, float[] values, int i, double by, TokenSet clips, TrainingSettings settings) {
        Map<String, Tensor> moved = new LinkedHashMap<>(probe.parameters());
        float[] other = values.clone();
        other[i] += (float) by;
        moved.put(
                name,
                Tensor.of(scalar, other, probe.parameters().get(name).shape().toArray()));
        Probe changed = Probes.of(probe.name(), moved, true, probe.options());
        return Grad.withoutRecording(() ->
                        ProbeTrainer.loss(changed, clips, settings, batch(changed, clips), new SplittableRandom(1)))
                .item();
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "conv", "mlp-time", "protobin"})
    void aRunHasTheSameBitsAgainAndResumed(String name, @TempDir Path folder) throws IOException {
        TokenSet clips = clips(false);
        TrainingSettings settings = settings(name);
        FrameWise first = probe(name, "");
        LossHistory losses = ProbeTrainer.train(first, clips, settings).losses();
        FrameWise again = probe(name, "");
        Path file = folder.resolve("checkpoint.safetensors");
        int[] steps = {0};
        assertThatThrownBy(() -> ProbeTrainer.train(again, clips, settings, file, _ -> {
                    if (++steps[0] == 31) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");
        FrameWise resumed = probe(name, "");
        ProbeTrainer.train(resumed, clips, settings, file, TrainingProgress.SILENT);
        first.parameters()
                .forEach((p, tensor) ->
                        assertThat(resumed.parameters().get(p).toFloats()).containsExactly(tensor.toFloats()));
        double[] epochs = losses.epochs();
        assertThat(epochs[epochs.length - 1]).isLessThan(0.7 * epochs[0]);
    }

    @Test
    void aTrainedProbeFindsTheRows(@TempDir Path folder) throws IOException {
        TokenSet clips = clips(false);
        FrameWise probe = probe("linear", "");
        ProbeTrainer.Result result = ProbeTrainer.train(probe, clips, settings("linear"));
        result.trained(probe, NAMES, true, Objective.BCE, "", "").save(folder.resolve("probe"));
        TrainedProbe opened = TrainedProbe.load(folder.resolve("probe"), scalar);
        assertThat(FrameScorer.contextSeconds(opened, Speed.NORMAL)).isZero();
        int[] right = {0, 0};
        for (int i = 0; i < ROWS.length; i++) {
            TokenMap map = map(clips, i);
            float[][] scores = new FrameScorer(opened, 1, 1, null).scores(map);
            float[] truth = new float[ROWS[i] * CLASSES];
            if (!clips.rows().read(i, ROWS[i], truth, 0)) {
                continue;
            }
            for (int n = 0; n < truth.length; n++) {
                right[scores[n / CLASSES][n % CLASSES] > 0.5 == truth[n] > 0.5 ? 0 : 1]++;
            }
        }
        assertThat(right[1]).isLessThan(right[0] / 10);
    }

    private static TokenMap map(TokenSet clips, int i) throws IOException {
        float[] tokens = new float[ROWS[i] * FREQ * DIM];
        float[] cls = new float[DIM];
        clips.tokens().read(i, tokens, 0, cls, 0);
        return new TokenMap(ROWS[i], FREQ, DIM, tokens, cls);
    }

    @ParameterizedTest
    @CsvSource({"conv, ''", "conv, kernel=7", "protobin, ''", "mlp, ''", "mlp-time, scales=3"})
    void rowsHaveTheSameBitsHoweverTheyArrive(String name, String options) {
        TrainedProbe probe = new TrainedProbe(probe(name, options), NAMES, true, false, null, "", "");
        SplittableRandom random = new SplittableRandom(2);
        float[] tokens = new float[700 * FREQ * DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (float) random.nextGaussian();
        }
        TokenMap map = new TokenMap(700, FREQ, DIM, tokens, new float[DIM]);
        FrameScorer scorer = new FrameScorer(probe, 1, 1, null);
        float[][] whole = scorer.scores(map);
        List<float[]> pieces = new ArrayList<>();
        FrameScoring scoring = scorer.stream(row -> pieces.add(row.clone()));
        for (int from = 0; from < 700; ) {
            int to = Math.min(700, from + 1 + random.nextInt(50));
            scoring.accept(new Features(map.rows(from, to)));
            assertThat(scoring.rowsHeld()).isLessThan(20);
            from = to;
        }
        scoring.finish();
        assertThat(pieces.toArray(float[][]::new)).isDeepEqualTo(whole);
        float[] logits = Grad.withoutRecording(() -> ((FrameWise) probe.probe())
                .frameLogits(probe.batch(new Features(map)))
                .toFloats());
        for (int i = 0; i < logits.length; i++) {
            assertThat((double) whole[i / CLASSES][i % CLASSES])
                    .isCloseTo(1 / (1 + Math.exp(-logits[i])), within(1e-6));
        }
    }

    @Test
    void aClipOfWhichOnlyTheClassesAreKnownHasNoPresentRow() throws IOException {
        TokenSet all = clips(false);
        float[] targets = all.targets().clone();
        targets[2 * CLASSES] = 1;
        targets[2 * CLASSES + 1] = 0;
        targets[2 * CLASSES + 2] = Float.NaN;
        TokenSet clips = new TokenSet(all.tokens(), targets, CLASSES, all.rows());
        assertThat(clips.rowTargets(new int[] {2})).containsExactly(Float.NaN, 0, Float.NaN, Float.NaN, 0, Float.NaN);
        TokenSet some = clips.subset(5, 2, 0);
        assertThat(some.rowTargets(new int[] {2})).isEqualTo(clips.rowTargets(new int[] {0}));
        assertThat(some.rowTargets(new int[] {1})).isEqualTo(clips.rowTargets(new int[] {2}));
        assertThat(some.fingerprint()).isNotEqualTo(clips.fingerprint());
        // Background follows the labelled clips: every class is absent in it.
        TokenSet more = new TokenSet(
                TokenSource.joined(List.of(clips.tokens(), clips.subset(0).tokens())),
                Arrays.copyOf(targets, targets.length + CLASSES),
                CLASSES,
                clips.rows().ofFirst(clips.clips()));
        assertThat(more.rowTargets(new int[] {ROWS.length})).containsOnly(0);
        assertThat(more.rowTargets(new int[] {1})).isEqualTo(clips.rowTargets(new int[] {1}));
        // What is known of rows alone is enough to learn from.
        Arrays.fill(targets, Float.NaN);
        FrameWise probe = probe("linear", "");
        ProbeTrainer.train(
                probe,
                new TokenSet(all.tokens(), targets, CLASSES, all.rows()),
                settings("linear").withEpochs(2).withBatch(1));
        assertThatThrownBy(() -> ProbeTrainer.train(
                        probe,
                        new TokenSet(all.tokens(), targets, CLASSES, all.rows()).subset(2, 5),
                        settings("linear")))
                .hasMessageContaining("nothing to learn from");
    }

    @Test
    void clipsAndStretchesAreNoRows() {
        TokenSet clips = clips(false);
        Probe ofClips = Probes.create(scalar, "protobin", clips.tokens().layout(), CLASSES, ProbeOptions.DEFAULTS, 5);
        assertThatThrownBy(() -> ProbeTrainer.train(ofClips, clips, settings("protobin")))
                .hasMessageContainingAll("rows=true", "linear");
        assertThatThrownBy(() -> ProbeTrainer.train(
                        probe("protobin", ""), clips, settings("protobin").withStretch(2)))
                .hasMessageContaining("stretches");
        assertThatThrownBy(() -> probe("mlp", "input=cls")).hasMessageContaining("a row has no cls token");
        assertThatThrownBy(() -> probe("mhca", "")).hasMessageContaining("rows");
        assertThat(ofClips.options().values()).doesNotContainKey("rows");
        TrainedProbe rows = new TrainedProbe(probe("protobin", ""), NAMES, true, false, null, "", "");
        assertThatThrownBy(() -> PackedProtobin.pack(rows)).hasMessageContaining("row by row");
    }
}
