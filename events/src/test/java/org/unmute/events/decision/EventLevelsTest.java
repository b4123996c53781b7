package org.unmute.events.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unmute.probes.event.EventDetector;
import org.unmute.probes.event.EventRules;

class EventLevelsTest {
    private static final int ALL = Integer.MAX_VALUE - 1;

    private static double[] times(int frames, double row) {
        double[] times = new double[frames + 1];
        Arrays.setAll(times, i -> i * row);
        return times;
    }

    /** The number of events that detection finds at one threshold. */
    private static int detected(float[] scores, double[] times, double gap, double least, double threshold) {
        int[] events = {0};
        EventRules rules = new EventRules(new double[] {threshold}, new double[] {threshold}, 1, gap, least, 0);
        EventDetector detector = new EventDetector(rules, (_, _, _, _, _) -> events[0]++);
        for (int i = 0; i < scores.length; i++) {
            detector.accept(times[i], times[i + 1], new float[] {scores[i]});
        }
        detector.finish();
        return events[0];
    }

    @Test
    void countsWhatDetectionFindsAtEveryThreshold() {
        SplittableRandom random = new SplittableRandom(1);
        for (int run = 0; run < 400; run++) {
            int frames = 1 + random.nextInt(60);
            double row = List.of(0.1, 0.16, 0.02).get(random.nextInt(3));
            double gap = random.nextInt(4) * 0.1;
            double least = random.nextInt(4) * 0.1;
            float[] scores = new float[frames];
            for (int i = 0; i < frames; i++) {
                // Few distinct values, so that ties occur, and 0 and 1 among them.
                scores[i] = random.nextInt(9) / 8f;
            }
            double[] times = times(frames, row);
            EventLevels levels = EventLevels.of(scores, times, gap, least, ALL);
            for (double t = -0.0625; t < 1.1; t += 0.0625) {
                assertThat(levels.above(t))
                        .as("%s at %s, gap %s, at least %s, rows of %s", Arrays.toString(scores), t, gap, least, row)
                        .isEqualTo(detected(scores, times, gap, least, t));
            }
        }
    }

    @Test
    void theHighestLevelIsWhereTheFirstEventBegins() {
        double[] times = times(5, 0.1);
        float[] scores = {0.9f, 0.1f, 0.5f, 0.5f, 0.2f};
        assertThat(EventLevels.of(scores, times, 0, 0, ALL).highest()).isEqualTo(0.9f);
        // A single row is shorter than 0.2 s; two of them are not.
        assertThat(EventLevels.of(scores, times, 0, 0.2, ALL).highest()).isEqualTo(0.5f);
        assertThat(EventLevels.of(scores, times, 0, 0.6, ALL).highest()).isEqualTo(Float.NEGATIVE_INFINITY);
        // With a gap of one row, the first three rows become one event.
        assertThat(EventLevels.of(scores, times, 0.1, 0.4, ALL).highest()).isEqualTo(0.5f);
    }

    @Test
    void levelsWithTooManyEventsAreLeftOut() {
        float[] scores = new float[99];
        for (int i = 0; i < scores.length; i += 2) {
            scores[i] = 1 - i / 200f;
        }
        EventLevels levels = EventLevels.of(scores, times(scores.length, 0.1), 0, 0, 3);
        assertThat(levels.counts()).containsExactly(1, 2, 3, 4);
        assertThat(levels.above(0)).isEqualTo(4);
    }
}
