package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.op.Unary;
import org.unmute.tensor.optim.AdamW;
import org.unmute.tensor.optim.Gradients;
import org.unmute.tensor.optim.ParameterGroup;

/** Unknown targets, which are NaN. */
class UnknownTargetsTest {
    private static final int DIM = 8;
    private static final int CLASSES = 3;
    private static final float NAN = Float.NaN;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private static TokenSource tokens(int clips) {
        SplittableRandom random = new SplittableRandom(7);
        List<TokenMap> maps = new ArrayList<>();
        for (int c = 0; c < clips; c++) {
            float[] tokens = new float[6 * DIM];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = (float) random.nextGaussian();
            }
            maps.add(new TokenMap(3, 2, DIM, tokens, null));
        }
        return TokenSource.of(maps);
    }

    /** Most clips have some unknown targets; every third clip has only unknown ones. */
    private static float[] partlyKnown(int clips) {
        SplittableRandom random = new SplittableRandom(8);
        float[] targets = new float[clips * CLASSES];
        for (int i = 0; i < targets.length; i++) {
            boolean known = i / CLASSES % 3 > 0 && random.nextInt(4) > 0;
            targets[i] = known ? random.nextInt(2) : NAN;
        }
        return targets;
    }

    private Probe probe(String name) {
        return Probes.create(scalar, name, DIM, CLASSES, false, ProbeOptions.DEFAULTS, 1);
    }

    private static TrainingSettings settings(String probe, int batch) {
        return TrainingSettings.paper(probe)
                .withEpochs(3)
                .withBatch(batch)
                .withRate(1e-2)
                .withObjective(Objective.BCE);
    }

    /** Binary cross-entropy with a mask of zeros on unknown elements, in the order of training. */
    private double[] trainMasked(Probe probe, TokenSet clips, TrainingSettings settings) throws IOException {
        int steps = Math.ceilDiv(clips.clips(), settings.batch());
        AdamW optimizer = new AdamW(
                List.of(new ParameterGroup(probe.parameters(), settings.rate(), settings.decay())),
                settings.schedule((long) settings.epochs() * steps));
        BatchReader reader = BatchReader.of(probe, clips.tokens(), null);
        List<Double> losses = new ArrayList<>();
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            int[] order = ProbeTrainer.order(settings, clips.clips(), epoch);
            for (int from = 0; from < order.length; from += settings.batch()) {
                try (TensorScope _ = new TensorScope()) {
                    BatchReader.Batch batch = reader.read(order, from, Math.min(order.length, from + settings.batch()));
                    float[] y = clips.targets(batch.clips());
                    float[] mask = new float[y.length];
                    int known = 0;
                    for (int i = 0; i < y.length; i++) {
                        mask[i] = Float.isNaN(y[i]) ? 0 : 1;
                        known += Float.isNaN(y[i]) ? 0 : 1;
                        y[i] = Float.isNaN(y[i]) ? 0.25f : y[i];
                    }
                    if (known == 0) {
                        losses.add(Double.NaN);
                        continue;
                    }
                    Tensor x = probe.trainingLogits(batch.parts(), new SplittableRandom(0));
                    Tensor target = Tensor.of(scalar, y, x.shape().toArray());
                    Tensor loss = x.unary(Unary.LOG_SIGMOID)
                            .times(target)
                            .plus(x.times(-1).unary(Unary.LOG_SIGMOID).times(target.affine(-1, 1)))
                            .times(Tensor.of(scalar, mask, x.shape().toArray()))
                            .sum()
                            .times(-1.0 / known);
                    losses.add(loss.item());
                    optimizer.step(Gradients.of(loss, probe.parameters()));
                }
            }
        }
        return losses.stream().mapToDouble(d -> d).toArray();
    }

    /** A batch of one clip may have no known target; a batch of 20 always has one. */
    @ParameterizedTest
    @CsvSource({"linear-mean,20", "linear-mean,4", "linear-mean,1", "linpre,4"})
    void unknownTargetsHaveNoInfluence(String name, int batch) throws IOException {
        TokenSet clips = new TokenSet(tokens(20), partlyKnown(20), CLASSES);
        TrainingSettings settings = settings(name, batch);
        Probe trained = probe(name);
        Probe masked = probe(name);
        LossHistory history = ProbeTrainer.train(trained, clips, settings).losses();
        double[] expected = trainMasked(masked, clips, settings);
        assertThat(Arrays.stream(history.steps()).filter(Double::isNaN).count())
                .isEqualTo(Arrays.stream(expected).filter(Double::isNaN).count());
        assertThat(batch > 1 || Arrays.stream(expected).anyMatch(Double::isNaN)).isTrue();
        for (int i = 0; i < expected.length; i++) {
            assertThat(Double.isNaN(history.steps()[i])).isEqualTo(Double.isNaN(expected[i]));
            assertThat(Double.isNaN(expected[i]) ? 0 : history.steps()[i])
                    .isCloseTo(Double.isNaN(expected[i]) ? 0 : expected[i], within(1e-6));
        }
        for (double loss : history.epochs()) {
            assertThat(loss).isFinite();
        }
        float[] untrained = probe(name).parameters().get("fc.weight").toFloats();
        assertThat(trained.parameters().get("fc.weight").toFloats()).isNotEqualTo(untrained);
        trained.parameters()
                .forEach((parameter, p) -> assertThat(p.toFloats())
                        .as(parameter)
                        .containsExactly(masked.parameters().get(parameter).toFloats(), within(1e-6f)));
    }

    /** Skipped steps also have a loss of NaN in the checkpoint. */
    @Test
    void aRunWithBatchesOfNothingResumes(@TempDir Path folder) throws IOException {
        TokenSet clips = new TokenSet(tokens(20), partlyKnown(20), CLASSES);
        TrainingSettings settings = settings("linear-mean", 1);
        Probe whole = probe("linear-mean");
        List<Double> epochs = new ArrayList<>();
        LossHistory expected = ProbeTrainer.train(
                        whole, clips, settings, null, TrainingProgress.SILENT, epoch -> !epochs.add(epoch.loss()))
                .losses();
        assertThat(epochs).hasSize(3).allMatch(Double::isFinite);
        Path file = folder.resolve("checkpoint");
        assertThatThrownBy(() -> ProbeTrainer.train(probe("linear-mean"), clips, settings, file, step -> {
                    if (step.epoch() == 2) {
                        throw new IllegalStateException("stopped");
                    }
                }))
                .hasMessage("stopped");
        Probe resumed = probe("linear-mean");
        int[] steps = {0};
        LossHistory history = ProbeTrainer.train(resumed, clips, settings, file, _ -> steps[0]++)
                .losses();
        assertThat(steps[0]).isEqualTo(40);
        assertThat(history.steps()).isEqualTo(expected.steps()).hasSize(60).contains(Double.NaN);
        assertThat(resumed.parameters().get("fc.weight").toFloats())
                .isEqualTo(whole.parameters().get("fc.weight").toFloats());
    }

    @Test
    void anotherTargetThatIsNotKnownIsAnotherRun() {
        float[] targets = partlyKnown(20);
        float[] fewer = targets.clone();
        fewer[
                IntStream.range(0, targets.length)
                        .filter(i -> !Float.isNaN(targets[i]))
                        .findFirst()
                        .orElseThrow()] = NAN;
        TokenSource tokens = tokens(20);
        assertThat(new TokenSet(tokens, fewer, CLASSES).fingerprint())
                .isNotEqualTo(new TokenSet(tokens, targets, CLASSES).fingerprint());
    }

    @Test
    void whatCannotBeTrainedIsNamed() {
        TokenSource tokens = tokens(2);
        TokenSet nothing = new TokenSet(tokens, new float[] {NAN, NAN, NAN, NAN, NAN, NAN}, CLASSES);
        assertThatThrownBy(() -> ProbeTrainer.train(probe("linear-mean"), nothing, settings("linear-mean", 2)))
                .hasMessage("training: none of the 6 targets is known: there is nothing to learn from: label some"
                        + " clips");
        TokenSet single = new TokenSet(tokens, new float[] {0, 1, 0, 1, 0, NAN}, CLASSES);
        TrainingSettings ce = settings("linear-mean", 2).withObjective(Objective.CE);
        assertThatThrownBy(() -> ProbeTrainer.train(probe("linear-mean"), single, ce))
                .hasMessage("training: cross-entropy needs every target, that of clip 1, class 2 is not known: use asl"
                        + " or bce, or leave the clip out");
        assertThatThrownBy(() -> new TokenSet(tokens, new float[] {0, 1, 0, 1, 0, 1.5f}, CLASSES))
                .hasMessageContaining("target of clip 1, class 2 must lie in [0, 1]");
    }

    /** An unknown class of a clip does not influence the part to which the clip is assigned. */
    @Test
    void aSplitCountsWhatIsKnown() {
        float[] targets = new float[100 * 2];
        float[] known = new float[100 * 2];
        for (int i = 0; i < 100; i++) {
            targets[2 * i] = i % 4 == 0 ? 1 : 0;
            targets[2 * i + 1] = i % 2 == 0 ? 0 : NAN;
            known[2 * i] = targets[2 * i];
        }
        ValidationSplit split = ValidationSplit.of(targets, 2, 0.2, 3);
        assertThat(split.validation())
                .isEqualTo(ValidationSplit.of(known, 2, 0.2, 3).validation())
                .hasSize(20);
        assertThat(Arrays.stream(split.validation()).filter(i -> i % 4 == 0)).hasSize(5);
    }
}
