package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** The loss of clips that a training does not see. */
class HeldOutLossTest {
    private static final int DIM = 8;
    private static final int CLASSES = 3;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    /** Clips of the first two classes; with the third one too in those that are held out. */
    private static TokenSet clips(int count, long seed, int classes) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TokenMap> maps = new ArrayList<>();
        float[] targets = new float[count * CLASSES];
        for (int c = 0; c < count; c++) {
            float[] tokens = new float[6 * DIM];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = (float) random.nextGaussian() + (i % DIM == c % classes ? 2 : 0);
            }
            targets[c * CLASSES + c % classes] = 1;
            maps.add(new TokenMap(3, 2, DIM, tokens, null));
        }
        return TokenSet.of(maps, targets, CLASSES);
    }

    private final TokenSet train = clips(10, 7, 2);
    private final TokenSet heldOut = clips(7, 8, 3);

    private Probe probe(String name) {
        ProbeOptions options = name.equals("protobin")
                ? ProbeOptions.DEFAULTS.with("dropout", "0.3")
                : name.equals("simpool") ? ProbeOptions.DEFAULTS.with("norm", "batch") : ProbeOptions.DEFAULTS;
        return Probes.create(scalar, name, DIM, CLASSES, false, options, 1);
    }

    private static TrainingSettings settings(String name, int epochs) {
        return TrainingSettings.converging(name).withEpochs(epochs).withBatch(4).withObjective(Objective.BCE);
    }

    private static List<float[]> state(Probe probe) {
        List<float[]> all = new ArrayList<>();
        probe.parameters().values().forEach(p -> all.add(p.toFloats()));
        probe.buffers().values().forEach(p -> all.add(p.toFloats()));
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"protobin", "mhca", "linear-mean", "simpool"})
    void trainingHasTheSameBitsAndARunThatWasKilledTheSameCurve(String name, @TempDir Path folder) throws IOException {
        TrainingSettings settings = settings(name, 25);
        Probe alone = probe(name);
        LossHistory losses = ProbeTrainer.train(alone, train, settings).losses();
        Path file = folder.resolve("whole");
        Probe observed = probe(name);
        ProbeTrainer.Result whole =
                ProbeTrainer.train(observed, train, heldOut, settings, file, TrainingProgress.SILENT);
        assertThat(whole.losses()).isEqualTo(losses);
        assertThat(state(observed)).usingRecursiveComparison().isEqualTo(state(alone));
        assertThat(whole.heldOut().points())
                .extracting(HeldOutCurve.Point::epoch)
                .containsExactly(3, 5, 8, 10, 13, 15, 18, 20, 23, 25);
        assertThat(whole.heldOut().points().getFirst().steps()).isEqualTo(9);

        Path cut = folder.resolve("cut");
        assertThatThrownBy(() -> ProbeTrainer.train(probe(name), train, heldOut, settings, cut, step -> {
                    if (step.epoch() == 14) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");
        ProbeTrainer.Result resumed =
                ProbeTrainer.train(probe(name), train, heldOut, settings, cut, TrainingProgress.SILENT);
        assertThat(resumed.heldOut()).isEqualTo(whole.heldOut());
        assertThat(cut).hasSameBinaryContentAs(file);
        // A complete run trains nothing, and has it all the same.
        assertThat(ProbeTrainer.train(probe(name), train, heldOut, settings, cut, TrainingProgress.SILENT)
                        .heldOut())
                .isEqualTo(whole.heldOut());
    }

    @Test
    void theLastPointIsTheLossOfTheTrainedProbeInWhichUnseenClassesHaveNoPart() throws IOException {
        Probe probe = probe("protobin");
        TrainingSettings settings = settings("protobin", 12);
        ProbeTrainer.Result result = ProbeTrainer.train(probe, train, heldOut, settings, null, TrainingProgress.SILENT);
        float[][] scores = Scorer.rawScores(
                result.trained(probe, List.of("a", "b", "c"), false, Objective.BCE, "", ""), heldOut.tokens(), 3);
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int c = 0; c < 2; c++) { // no training clip has the third class
                sum -= Math.log(heldOut.targets()[i * CLASSES + c] == 1 ? scores[i][c] : 1 - scores[i][c]);
            }
        }
        assertThat(result.heldOut().targets()).isEqualTo(14);
        assertThat(result.heldOut().points().getLast().loss()).isCloseTo(sum / 14, within(1e-6));
    }

    @Test
    void aShortTrainingHasAPointAnEpochAndOneFromAnOlderCheckpointNone(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("checkpoint");
        TrainingSettings settings = settings("mhca", 3);
        assertThat(ProbeTrainer.train(probe("mhca"), train, heldOut, settings, null, TrainingProgress.SILENT)
                        .heldOut()
                        .points())
                .extracting(HeldOutCurve.Point::epoch)
                .containsExactly(1, 2, 3);
        ProbeTrainer.train(probe("mhca"), train, settings, file, TrainingProgress.SILENT);
        byte[] without = Files.readAllBytes(file);
        assertThat(ProbeTrainer.train(probe("mhca"), train, heldOut, settings, file, TrainingProgress.SILENT)
                        .heldOut())
                .isNull();
        assertThat(Files.readAllBytes(file)).isEqualTo(without);
    }

    @Test
    void theMeanOfCurvesCountsTargetsAlike() {
        HeldOutCurve mean = HeldOutCurve.mean(List.of(curve(10, 4, 2, 3), curve(30, 8, 6, 3)));
        assertThat(mean.targets()).isEqualTo(40);
        assertThat(mean.points()).extracting(HeldOutCurve.Point::loss).containsExactly(7.0, 5.0, 3.0);
        assertThat(curve(10, 4, 2, 3).inWords())
                .isEqualTo("loss of left-out clips 3.0000 after 3 steps; its lowest, 2.0000, after 2");
        assertThat(mean.inWords()).isEqualTo("loss of left-out clips 3.0000 after 3 steps, its lowest");
    }

    @Test
    void isStillFallingOnlyIfMoreStepsWouldNotFitTheTrainingClipsAlone() {
        HeldOutCurve falling = curve(1, 9, 8, 7, 6, 5.2, 5.1, 5.05, 5.02, 5.01, 5);
        assertThat(falling.isStillFalling(2.5)).isTrue();
        assertThat(falling.isStillFalling(2.4)).isFalse();
        assertThat(curve(1, 9, 8, 7, 6, 5.04, 5.1, 5.05, 5.02, 5.01, 5).isStillFalling(5))
                .isFalse();
        assertThat(curve(1, 9, 8, 7, 6, 5.2, 5.1, 5.05, 5, 4.99, 5).isStillFalling(5))
                .isFalse();
        assertThat(curve(1, 5).isStillFalling(5)).isFalse();
        assertThat(curve(1, 6, 5).isStillFalling(5)).isTrue();
    }

    private static HeldOutCurve curve(long targets, double... losses) {
        List<HeldOutCurve.Point> points = new ArrayList<>();
        for (double loss : losses) {
            points.add(new HeldOutCurve.Point(points.size() + 1, points.size() + 1, loss));
        }
        return new HeldOutCurve(points, targets);
    }
}
