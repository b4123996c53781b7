package org.unmute.events.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.unmute.audio.playback.Speed;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.event.EventRules;

class DetectionRulesTest {
    private static final List<String> CLASSES = List.of("robin", "wren", "rain, heavy");
    /** Rows of 0.08 s. */
    private static final EncoderSpec SPEC = Encoders.embedded().describe();

    private static DetectionRules rules(
            double threshold, Map<String, Double> byClass, double low, double share, Set<String> only) {
        return new DetectionRules(threshold, byClass, low, share, 0.35, 0, 0.2, 0.1, 0, only, false);
    }

    @Test
    void aClassHasTheThresholdThatIsNearestToIt() {
        double[] learned = {0.3, Double.NaN, 0.7};
        EventRules defaults = DetectionRules.DEFAULTS.rules(CLASSES, learned, SPEC);
        assertThat(defaults.high()).containsExactly(0.3, 0.5, 0.7);
        assertThat(defaults.low()).containsExactly(0.3, 0.5, 0.7);
        assertThat(DetectionRules.DEFAULTS.rules(CLASSES, null, SPEC).high()).containsExactly(0.5, 0.5, 0.5);
        assertThat(rules(0.2, Map.of("wren", 0.9), Double.NaN, Double.NaN, Set.of())
                        .rules(CLASSES, learned, SPEC)
                        .high())
                .containsExactly(0.2, 0.9, 0.2);
        EventRules chosen = rules(Double.NaN, Map.of(), Double.NaN, 0.5, Set.of("rain, heavy"))
                .rules(CLASSES, learned, SPEC);
        assertThat(chosen.high()).containsExactly(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0.7);
        assertThat(chosen.low()[2]).isEqualTo(0.35);
    }

    /** What the probe learned about how long events last goes with the thresholds that it learned, and no others. */
    @Test
    void lowThresholdsAreLearnedWithThresholds() {
        double[] learned = {0.3, Double.NaN, 0.7};
        double[] lows = {0.1, Double.NaN, 0.2};
        assertThat(DetectionRules.DEFAULTS.rules(CLASSES, learned, lows, SPEC).low())
                .containsExactly(0.1, 0.5, 0.2);
        assertThat(rules(Double.NaN, Map.of("wren", 0.9), Double.NaN, Double.NaN, Set.of())
                        .rules(CLASSES, learned, lows, SPEC)
                        .low())
                .containsExactly(0.1, 0.9, 0.2);
        assertThat(rules(0.4, Map.of(), Double.NaN, Double.NaN, Set.of())
                        .rules(CLASSES, learned, lows, SPEC)
                        .low())
                .containsOnly(0.4);
        assertThat(rules(Double.NaN, Map.of(), Double.NaN, 1, Set.of())
                        .rules(CLASSES, learned, lows, SPEC)
                        .low())
                .containsExactly(0.3, 0.5, 0.7);
        assertThat(rules(Double.NaN, Map.of(), 0.25, Double.NaN, Set.of())
                        .rules(CLASSES, learned, lows, SPEC)
                        .low())
                .containsOnly(0.25);
    }

    @Test
    void theMedianHasAsManyRowsAsFit() {
        assertThat(DetectionRules.DEFAULTS.medianRows(SPEC)).isEqualTo(11);
        for (double[] c : new double[][] {{0, 1}, {0.079, 1}, {0.16, 1}, {0.24, 3}, {0.4, 5}}) {
            DetectionRules own =
                    new DetectionRules(Double.NaN, Map.of(), Double.NaN, Double.NaN, c[0], 0, 0, 0, 0, Set.of(), false);
            assertThat(own.medianRows(SPEC)).as(c[0] + " s").isEqualTo((int) c[1]);
        }
        DetectionRules rows =
                new DetectionRules(Double.NaN, Map.of(), Double.NaN, Double.NaN, 0.35, 9, 0, 0, 0, Set.of(), false);
        assertThat(rows.medianRows(SPEC)).isEqualTo(9);
    }

    @Test
    void whatIsNotStatedIsAsTheProbeLearnedIt() {
        EventDecisions learned = new EventDecisions(
                new EventDecisions.Stretches(0, 0.1, 4, 0.3, 0.5),
                new EventDecisions.Learned(EventThresholdRule.MAX_F1, "clips", 3, 10, 0, Double.NaN, 0),
                List.of(new EventDecisions.OneClass(0.5, false, true, 1, 1, 1, 1, 0, 0, 0.5, 1, 1, 1, 1)),
                ScoreCalibration.fitWithSharedSlope(new float[][] {{0.2f}, {0.8f}}, new byte[][] {{0}, {1}}));
        DetectionRules all = DetectionRules.DEFAULTS.completed(learned, Speed.NORMAL);
        assertThat(List.of(all.median(), all.maxGap(), all.minDuration())).containsExactly(4.0, 0.3, 0.5);
        assertThat(all.rules(CLASSES, null, SPEC).medianFrames()).isEqualTo(49);
        DetectionRules stated =
                new DetectionRules(Double.NaN, Map.of(), Double.NaN, Double.NaN, 2, 0, 1, 0, 0, Set.of(), false);
        assertThat(stated.completed(learned, Speed.NORMAL)).isEqualTo(stated);
        DetectionRules none = DetectionRules.DEFAULTS.completed(null, Speed.NORMAL);
        assertThat(List.of(none.median(), none.maxGap(), none.minDuration())).containsExactly(1.0, 0.2, 0.1);
        assertThat(DetectionRules.DEFAULTS.rules(CLASSES, null, SPEC))
                .usingRecursiveComparison()
                .isEqualTo(none.rules(CLASSES, null, SPEC));
    }

    @Test
    void whatIsOutOfRangeOrUnknownIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rules(1, Map.of(), Double.NaN, Double.NaN, Set.of()))
                .withMessageContaining("below 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rules(0.5, Map.of("wren", -1.0), Double.NaN, Double.NaN, Set.of()))
                .withMessageContaining("threshold of class 'wren'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rules(0.5, Map.of(), Double.NaN, 1.2, Set.of()))
                .withMessageContaining("100 %");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> rules(0.5, Map.of(), 0.6, Double.NaN, Set.of()).rules(CLASSES, null, SPEC))
                .withMessageContaining("exceeds the threshold 0.5 of class 'robin'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rules(0.5, Map.of(), Double.NaN, Double.NaN, Set.of("wrem"))
                        .rules(CLASSES, null, SPEC))
                .withMessageContaining("did you mean 'wren'?");
    }

    @Test
    void settingsTellEveryThreshold() {
        DetectionRules own = rules(0.25, Map.of("wren", 0.5), 0.125, Double.NaN, Set.of("robin", "wren"));
        Map<String, String> settings = own.settings(own.rules(CLASSES, null, SPEC), CLASSES);
        assertThat(settings)
                .containsEntry("median filter", "3 rows")
                .containsEntry("threshold of class 'robin'", "0.25, low 0.125")
                .containsEntry("threshold of class 'wren'", "0.5, low 0.125")
                .containsEntry("threshold of class 'rain, heavy'", "not looked for");
        DetectionSettings before = new DetectionSettings(settings);
        settings.put("max gap", "1.0 s");
        settings.remove("top-k");
        assertThat(new DetectionSettings(settings).differences(before))
                .containsExactly("max gap was 0.2 s, now is 1.0 s", "top-k was all classes, now is none");
        assertThat(before.differences(before)).isEmpty();
    }
}
