package org.unmute.probes.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventDetectorTest {
    private static final double FRAME = 0.1;
    private static final Band BAND = new Band(0, 8000, true);

    private static double time(int frame) {
        return frame / 10.0;
    }

    private static EventDetector detector(EventRules rules, List<Event> events) {
        return new EventDetector(
                rules,
                (label, onset, offset, score, peak) -> events.add(new Event(label, onset, offset, score, peak, BAND)));
    }

    private static List<Event> found(EventRules rules, float[]... frames) {
        List<Event> all = new ArrayList<>();
        EventDetector detector = detector(rules, all);
        for (int i = 0; i < frames.length; i++) {
            detector.accept(time(i), time(i + 1), frames[i]);
        }
        detector.finish();
        detector.finish();
        return all;
    }

    private static float[][] column(float... scores) {
        float[][] frames = new float[scores.length][];
        for (int i = 0; i < scores.length; i++) {
            frames[i] = new float[] {scores[i]};
        }
        return frames;
    }

    /** The detector finds the same events as the separate steps, for random scores of every length. */
    @ParameterizedTest
    @CsvSource({"1, 0, 0", "3, 0.2, 0.3", "7, 0.5, 0.4", "25, 1.0, 0.1", "5, 0, 0.2"})
    void givesWhatTheStepsGive(int median, double gap, double duration) {
        EventRules rules = new EventRules(new double[] {0.6}, new double[] {0.4}, median, gap, duration, 0);
        int events = 0;
        for (int n = 1; n < 120; n++) {
            Random r = new Random(n);
            float[] scores = new float[n];
            double[] times = new double[n + 1];
            float level = 0;
            for (int i = 0; i < n; i++) {
                level = r.nextInt(4) == 0 ? r.nextFloat() : level;
                scores[i] = Math.clamp(level + 0.2f * (float) r.nextGaussian(), 0, 1);
                times[i + 1] = time(i + 1);
            }
            float[] filtered = new MedianFilter(median, MedianFilter.Edges.REFLECT).apply(scores);
            List<Stretch> right = Stretch.above(filtered, times, 0.6, 0.4);
            right = Stretch.lasting(gap > 0 ? Stretch.merged(right, gap) : right, duration);
            List<Stretch> own = found(rules, column(scores)).stream()
                    .map(d -> new Stretch(d.onset(), d.offset()))
                    .toList();
            assertThat(own).as("%d frames", n).isEqualTo(right);
            events += own.size();
        }
        assertThat(events).isGreaterThan(20);
    }

    @Test
    void anEventIsGivenAsSoonAsNothingCanChangeIt() {
        EventRules rules = new EventRules(new double[] {0.5}, new double[] {0.5}, 3, 0.25, 0, 0);
        List<Event> all = new ArrayList<>();
        EventDetector detector = detector(rules, all);
        float[] scores = {0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
        int given = -1;
        for (int i = 0; i < scores.length; i++) {
            detector.accept(time(i), time(i + 1), new float[] {scores[i]});
            given = given < 0 && !all.isEmpty() ? i : given;
        }
        assertThat(all).containsExactly(new Event(0, 0.1, 0.4, 1, 0.15000000000000002, BAND));
        // The event ends at 0.4 s. The first frame that ends more than 0.25 s later ends at 0.7 s, and its median needs
        // one more.
        assertThat(time(given + 1)).isEqualTo(0.8);
    }

    @Test
    void aJoinedEventKeepsItsHighestScore() {
        EventRules rules = new EventRules(new double[] {0.5}, new double[] {0.5}, 1, 0.1, 0, 0);
        List<Event> all = found(rules, column(0.6f, 0, 0.9f, 0.8f, 0, 0, 0.7f));
        assertThat(all).hasSize(2);
        assertThat(all.getFirst().onset()).isZero();
        assertThat(all.getFirst().offset()).isEqualTo(0.4);
        assertThat(all.getFirst().score()).isEqualTo(0.9f);
        assertThat(all.getFirst().peak()).isBetween(0.2, 0.3);
        assertThat(all.getLast().score()).isEqualTo(0.7f);
    }

    @Test
    void onlyTheHighestClassesOfAFrameAreActive() {
        double[] t = {0.5, 0.5, 0.5};
        EventRules rules = new EventRules(t, t, 1, 0, 0, 1);
        List<Event> all = found(rules, new float[] {0.9f, 0.8f, 0.7f}, new float[] {0.6f, 0.8f, 0.1f});
        assertThat(all.stream().map(Event::label)).containsExactly(0, 1);
        assertThat(all.stream().map(Event::onset)).containsExactly(0.0, FRAME);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        EventDetector detector = new EventDetector(EventRules.threshold(2, 0.5), (_, _, _, _, _) -> {});
        detector.accept(0, 1, new float[2]);
        assertFails(() -> detector.accept(2, 3, new float[2]), "from 2.0 to 3.0 s does not follow", "up to 1.0 s");
        assertFails(() -> detector.accept(1, 2, new float[3]), "3 scores");
        assertFails(() -> detector.accept(1, 2, new float[] {0, Float.NaN}), "class 1");
        detector.finish();
        assertThatThrownBy(() -> detector.accept(1, 2, new float[2])).isInstanceOf(IllegalStateException.class);
        assertFails(() -> new EventRules(new double[] {0.2}, new double[] {0.3}, 1, 0, 0, 0), "class 0", "0.3");
        assertThatThrownBy(() -> new EventRules(new double[] {0.2}, new double[] {0.1}, 2, 0, 0, 0))
                .hasMessageContainingAll("odd number of frames", "2 frames");
    }
}
