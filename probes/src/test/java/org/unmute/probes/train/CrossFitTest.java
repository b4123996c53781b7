package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;

class CrossFitTest {
    private static List<String> recordings(int clips, int each) {
        return IntStream.range(0, clips).mapToObj(i -> "r" + i / each).toList();
    }

    private static float[] targets(int clips, int classes) {
        float[] targets = new float[clips * classes];
        for (int i = 0; i < clips; i++) {
            targets[i * classes + i % classes] = 1;
        }
        return targets;
    }

    @Test
    void noTrainingHearsARecordingThatItLeavesOut() {
        List<String> recordings = recordings(60, 3);
        CrossFolds folds = CrossFolds.of(recordings, targets(60, 4), 4).orElseThrow();
        assertThat(folds.count()).isEqualTo(5);
        assertThat(folds.leftOut()).isEqualTo(5);
        int left = 0;
        for (int fold = 0; fold < 5; fold++) {
            Set<String> heard = heard(folds, fold, recordings);
            for (String recording : recordings) {
                assertThat(heard.contains(recording)).isEqualTo(folds.fold(recording) != fold);
                left += folds.fold(recording) == fold ? 1 : 0;
            }
        }
        assertThat(left).isEqualTo(60);
    }

    @Test
    void whatComesBesideTrainsUnlessItIsOfARecordingThatIsLeftOut() {
        CrossFolds folds = CrossFolds.of(recordings(10, 1), targets(10, 2), 2).orElseThrow();
        int fold = folds.fold("r3");
        List<String> more = new ArrayList<>(recordings(10, 1));
        more.add("background");
        more.add("r3");
        assertThat(folds.fold("background")).isEqualTo(CrossFolds.NONE);
        assertThat(folds.heardBy(fold, more)).contains(10).doesNotContain(3, 11);
    }

    /** Each recording is scored by a probe that has heard half of what the probe of its fold heard, and nothing else. */
    @Test
    void halvesScoreEveryRecordingThatTheyHaveNotHeard() {
        List<String> recordings = recordings(60, 3);
        CrossFolds folds = CrossFolds.of(recordings, targets(60, 4), 4).orElseThrow();
        CrossFolds half = folds.halved().orElseThrow();
        assertThat(half.trainings()).isEqualTo(2);
        for (String recording : recordings) {
            Set<String> heard = heard(half, half.training(recording), recordings);
            assertThat(heard).doesNotContain(recording).hasSizeBetween(7, 9);
            assertThat(heard(folds, folds.training(recording), recordings))
                    .hasSizeBetween(15, 17)
                    .containsAll(heard);
        }
        List<String> more = new ArrayList<>(recordings);
        more.add("background");
        assertThat(half.heardBy(0, more)).contains(60);
        assertThat(half.heardBy(1, more)).contains(60);
        int many = CrossFolds.MOST_CLIPS_OF_ALL_FOLDS + 1;
        CrossFolds one = CrossFolds.of(recordings(many, 1), targets(many, 2), 2)
                .orElseThrow()
                .halved()
                .orElseThrow();
        assertThat(one.trainings()).isEqualTo(1);
        assertThat(heard(one, 0, recordings(many, 1))).allMatch(r -> one.training(r) == CrossFolds.NONE);
        assertThat(CrossFolds.of(recordings(12, 3), targets(12, 2), 2)
                        .orElseThrow()
                        .halved())
                .isEmpty();
    }

    private static Set<String> heard(CrossFolds folds, int training, List<String> recordings) {
        Set<String> heard = new HashSet<>();
        Arrays.stream(folds.heardBy(training, recordings)).forEach(i -> heard.add(recordings.get(i)));
        return heard;
    }

    @Test
    void fewRecordingsMakeFewFoldsAndManyClipsLeaveOneOut() {
        assertThat(CrossFolds.of(recordings(9, 3), targets(9, 2), 2)
                        .orElseThrow()
                        .count())
                .isEqualTo(3);
        assertThat(CrossFolds.of(recordings(9, 9), targets(9, 2), 2)).isEmpty();
        int many = CrossFolds.MOST_CLIPS_OF_ALL_FOLDS + 1;
        CrossFolds one = CrossFolds.of(recordings(many, 1), targets(many, 2), 2).orElseThrow();
        assertThat(one.leftOut()).isEqualTo(1);
        assertThat(recordings(many, 1).stream().filter(r -> one.fold(r) == 0).count())
                .isBetween((long) many / 5 - 5, (long) many / 5 + 5);
    }

    @Test
    void eachClipIsScoredByTheProbeOfItsFold() throws IOException {
        try (TensorScope _ = new TensorScope()) {
            Random random = new Random(1);
            List<TokenMap> maps = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                float[] tokens = new float[2 * 3 * 8];
                for (int k = 0; k < tokens.length; k++) {
                    tokens[k] = (float) random.nextGaussian();
                }
                maps.add(new TokenMap(2, 3, 8, tokens, null));
            }
            TokenSet set = TokenSet.of(maps, targets(12, 2), 2);
            List<String> recordings = recordings(12, 2);
            CrossFolds folds = CrossFolds.of(recordings, set.targets(), 2).orElseThrow();
            List<TrainedProbe> probes = new ArrayList<>();
            for (int fold = 0; fold < folds.leftOut(); fold++) {
                Probe probe = Probes.create(
                        Backends.current(), "linear-mean", set.tokens().layout(), 2, ProbeOptions.DEFAULTS, fold);
                probes.add(new TrainedProbe(probe, List.of("a", "b"), false, false, null, "", ""));
            }
            CrossFit fit = new CrossFit(folds, probes);
            float[][] scores = fit.rawScores(set.tokens(), recordings, 4);
            for (int i = 0; i < 12; i++) {
                assertThat(fit.probe(recordings.get(i))).isSameAs(probes.get(folds.fold(recordings.get(i))));
                float[][] own = Scorer.rawScores(
                        probes.get(folds.fold(recordings.get(i))), set.subset(i).tokens(), 4);
                assertThat(scores[i]).containsExactly(own[0], Offset.offset(1e-6f));
            }
            assertThatThrownBy(() -> fit.probe("elsewhere")).hasMessageContaining("no training left elsewhere out");
        }
    }
}
