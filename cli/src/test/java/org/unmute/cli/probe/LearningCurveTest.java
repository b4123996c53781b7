package org.unmute.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.metrics.Bootstrap;

class LearningCurveTest {
    private static final String HELP = "more clips will help";
    private static final String LITTLE = "more clips like these bring little";
    private static final String UNKNOWN = "unclear whether more clips help";

    /** Scores of two classes, each higher by some amount where a clip has the class. */
    private static LearningCurve curve(int clips, double half, double all) {
        List<LabelledClip> labelled = IntStream.range(0, clips)
                .mapToObj(i -> new LabelledClip(i + ".wav", "", List.of(i % 4 == 0 ? "a" : "b"), List.of()))
                .toList();
        SplittableRandom random = new SplittableRandom(clips);
        float[][] ofHalf = new float[clips][2];
        float[][] ofAll = new float[clips][2];
        for (int i = 0; i < clips; i++) {
            for (int c = 0; c < 2; c++) {
                double noise = random.nextDouble();
                boolean has = (i % 4 == 0) == (c == 0);
                ofHalf[i][c] = (float) ((noise + (has ? half : 0)) / 3);
                ofAll[i][c] = (float) ((noise + (has ? all : 0)) / 3);
            }
        }
        Manifest truth = new Manifest(labelled, LabelSet.of(List.of("a", "b")));
        Bootstrap bootstrap = Bootstrap.withSeed(0)
                .drawing(labelled.stream().map(LabelledClip::file).toList());
        return LearningCurve.of(ofHalf, ofAll, truth, bootstrap);
    }

    @Test
    void saysWhatMoreClipsWouldBring() {
        assertThat(curve(400, 0.2, 0.6).advice()).isEqualTo(HELP);
        assertThat(curve(400, 0.5, 0.5)).satisfies(c -> {
            assertThat(c.advice()).isEqualTo(LITTLE);
            assertThat(c.low()).isZero();
            assertThat(c.half()).isEqualTo(c.all());
        });
    }

    /** A probe that is hardly better than chance cannot show that more clips bring little. */
    @Test
    void aDifferenceIsLittleOnlyForAProbeThatHasLearned() {
        assertThat(new LearningCurve(0.055, 0.06, -0.005, 0.012).advice()).isEqualTo(UNKNOWN);
        assertThat(new LearningCurve(0.595, 0.6, -0.005, 0.012).advice()).isEqualTo(LITTLE);
        // Half of ten recordings did better by chance.
        assertThat(new LearningCurve(0.876, 0.698, -0.367, -0.06).advice()).isEqualTo(UNKNOWN);
        assertThat(new LearningCurve(0.41, 0.47, 0.02, 0.1))
                .hasToString("half of the clips: mAP 0.410, all: 0.470 (0.020 to 0.100 more): " + HELP);
    }
}
