package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.Standardization;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** Training with an observer, and with statistics and pooling that are computed once for many runs. */
class EpochWatchTest {
    private static final int DIM = 8;
    private static final int CLASSES = 2;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private static TokenSet clips(int count) {
        SplittableRandom random = new SplittableRandom(7);
        List<TokenMap> maps = new ArrayList<>();
        float[] targets = new float[count * CLASSES];
        for (int c = 0; c < count; c++) {
            float[] tokens = new float[6 * DIM];
            float[] cls = new float[DIM];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = 3 + (float) random.nextGaussian();
            }
            for (int i = 0; i < DIM; i++) {
                cls[i] = (float) random.nextGaussian();
            }
            targets[c * CLASSES + c % CLASSES] = 1;
            maps.add(new TokenMap(3, 2, DIM, tokens, cls));
        }
        return TokenSet.of(maps, targets, CLASSES);
    }

    private Probe probe(String name) {
        return Probes.create(scalar, name, DIM, CLASSES, true, ProbeOptions.DEFAULTS, 1);
    }

    private static float[] weights(Probe probe) {
        return probe.parameters().get("fc.weight").toFloats();
    }

    @Test
    void theWatchSeesEveryEpochAndEndsTheTraining() throws IOException {
        TrainingSettings settings = TrainingSettings.paper("mhca").withEpochs(5).withBatch(4);
        Probe whole = probe("mhca");
        double[] losses =
                ProbeTrainer.train(whole, clips(10), settings).losses().epochs();
        List<EpochWatch.Epoch> seen = new ArrayList<>();
        Probe stopped = probe("mhca");
        LossHistory history = ProbeTrainer.train(stopped, clips(10), settings, null, TrainingProgress.SILENT, epoch -> {
                    seen.add(epoch);
                    return epoch.number() == 3;
                })
                .losses();
        assertThat(seen).extracting(EpochWatch.Epoch::number).containsExactly(1, 2, 3);
        assertThat(seen).extracting(EpochWatch.Epoch::epochs).containsOnly(5);
        assertThat(seen).extracting(EpochWatch.Epoch::loss).containsExactly(losses[0], losses[1], losses[2]);
        assertThat(seen.getFirst().probe()).isSameAs(stopped);
        assertThat(history.epochs()).containsExactly(losses[0], losses[1], losses[2]);
    }

    @Test
    void checkpointsMayBeRareAndTheLastStateIsSavedInAnyCase(@TempDir Path folder) throws IOException {
        TrainingSettings settings = TrainingSettings.paper("mhca").withEpochs(6).withBatch(4);
        Probe undisturbed = probe("mhca");
        ProbeTrainer.train(undisturbed, clips(10), settings);

        CheckpointPlace rare = new CheckpointPlace(folder.resolve("rare.safetensors"), Duration.ofHours(1));
        assertThatThrownBy(() ->
                        ProbeTrainer.train(probe("mhca"), clips(10), settings, rare, TrainingProgress.SILENT, epoch -> {
                            assertThat(rare.file()).doesNotExist();
                            if (epoch.number() == 4) {
                                throw new IOException("cut off");
                            }
                            return false;
                        }))
                .hasMessage("cut off");
        assertThat(rare.file()).doesNotExist();

        ProbeTrainer.train(
                probe("mhca"), clips(10), settings, rare, TrainingProgress.SILENT, epoch -> epoch.number() == 2);
        assertThat(Files.size(rare.file())).isPositive();
        List<Integer> after = new ArrayList<>();
        Probe resumed = probe("mhca");
        ProbeTrainer.train(resumed, clips(10), settings, rare, TrainingProgress.SILENT, epoch -> {
            after.add(epoch.number());
            return false;
        });
        assertThat(after).containsExactly(3, 4, 5, 6);
        assertThat(weights(resumed)).containsExactly(weights(undisturbed));
    }

    @Test
    void statisticsComputedOnceGiveTheSameTraining() throws IOException {
        TokenSet clips = clips(12);
        TrainingSettings settings = TrainingSettings.paper("mhca").withEpochs(2).withBatch(4);
        Probe inside = probe("mhca");
        ProbeTrainer.train(inside, clips, settings.withStandardize(true));
        Standardization by = clips.tokens().statistics();
        TokenSource standardized = clips.tokens().standardized(by);
        Probe outside = probe("mhca");
        ProbeTrainer.train(outside, new TokenSet(standardized, clips.targets(), CLASSES), settings);
        assertThat(weights(outside)).containsExactly(weights(inside));
        assertThat(standardized.fingerprint())
                .startsWith(clips.tokens().fingerprint())
                .isNotEqualTo(clips.tokens().fingerprint());
        assertThatThrownBy(() -> clips.tokens()
                        .standardized(new Standardization(by.tokenMean(), by.tokenDeviation(), null, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without cls");
    }

    @Test
    void clipsArePooledOnceWhereThePoolingHasNoParameters() throws IOException {
        TokenSet clips = clips(9);
        TrainingSettings settings =
                TrainingSettings.paper("linear-mean").withEpochs(3).withBatch(4);
        TokenSource small =
                BatchReader.condensed(probe("linear-mean"), clips.tokens()).orElseThrow();
        assertThat(small.clips()).isEqualTo(9);
        assertThat(small.grid().tokens()).isEqualTo(1);
        Probe all = probe("linear-mean");
        Probe pooled = probe("linear-mean");
        ProbeTrainer.train(all, clips, settings);
        ProbeTrainer.train(pooled, new TokenSet(small, clips.targets(), CLASSES), settings);
        assertThat(weights(pooled)).containsExactly(weights(all));
        assertThat(BatchReader.condensed(probe("mhca"), clips.tokens())).isEmpty();
    }
}
