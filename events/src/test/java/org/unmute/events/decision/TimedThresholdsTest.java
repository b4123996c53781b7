package org.unmute.events.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.playback.Speed;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.Collar;
import org.unmute.metrics.event.EventFigures;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.SegmentBased;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.decision.Logit;
import org.unmute.probes.truth.RowTargets;

class TimedThresholdsTest {
    private static final int CLIPS = 40;
    private static final int ROWS = 200;
    private static final double ROWS_PER_SECOND = 10;
    private static final List<String> CLASSES = List.of("wren", "owl");

    private final Random random = new Random(3);
    private final float[][] targets = new float[CLIPS][ROWS * CLASSES.size()];
    private final List<FrameScores> scores = new ArrayList<>();

    /** Scores in and outside of sounds, as logits. */
    @FunctionalInterface
    private interface Logits {
        double of(int c, boolean sounds, int rowOfSound);
    }

    /** Clips of 20 s, each with one sound of each class. */
    private void clips(int length, Logits logits) {
        for (int i = 0; i < CLIPS; i++) {
            float[][] own = new float[ROWS][CLASSES.size()];
            for (int c = 0; c < CLASSES.size(); c++) {
                int from = random.nextInt(ROWS - length);
                for (int t = 0; t < ROWS; t++) {
                    boolean sounds = t >= from && t < from + length;
                    targets[i][t * CLASSES.size() + c] = sounds ? 1 : 0;
                    own[t][c] = (float) Logit.toScore(logits.of(c, sounds, t - from));
                }
            }
            scores.add(FrameScores.atRate("clip" + i, own, ROWS_PER_SECOND));
        }
    }

    private Optional<TimedThresholds.Choice> chosen(boolean[] timed, Collar right) throws IOException {
        RowTargets rows = new RowTargets() {
            @Override
            public boolean read(int clip, int count, float[] to, int at) {
                System.arraycopy(targets[clip], 0, to, at, to.length - at);
                return timed[clip];
            }

            @Override
            public String fingerprint() {
                return "";
            }
        };
        List<String> ids = scores.stream().map(FrameScores::file).toList();
        return new TimedThresholds(CLASSES, ids, rows, right, Speed.NORMAL).choose(scores::get);
    }

    private TimedThresholds.Choice chosen() throws IOException {
        return chosen(Collar.DCASE);
    }

    private TimedThresholds.Choice chosen(Collar right) throws IOException {
        boolean[] all = new boolean[CLIPS];
        Arrays.fill(all, true);
        return chosen(all, right).orElseThrow();
    }

    private static EventReference truth(FrameScores of, float[] targets) {
        List<SoundEvent> events = new ArrayList<>();
        for (int c = 0; c < CLASSES.size(); c++) {
            int from = 0;
            for (int t = 1; t <= ROWS; t++) {
                boolean ends = t == ROWS || targets[t * 2 + c] != targets[from * 2 + c];
                if (ends && targets[from * 2 + c] == 1) {
                    events.add(new SoundEvent(of.file(), of.times()[from], of.times()[t], CLASSES.get(c)));
                }
                from = ends ? t : from;
            }
        }
        return new EventReference(CLASSES, Map.of(of.file(), of.times()[ROWS]), events);
    }

    /** Of each threshold the numbers are those of the events that detection finds with it. */
    @ParameterizedTest
    @CsvSource({
        "1, 0.2, 0.1, 0, 0.2",
        "0.5, 0.2, 0.1, 1.5, 0.2",
        "0, 0, 0, 0, 0.2",
        "0.3, 1, 0.5, 3, 0.2",
        "0.3, 1, 0.5, 3, NaN"
    })
    void countsAreThoseOfDetection(double median, double gap, double shortest, double drop, double share) {
        Collar collar = new Collar(0.2, share, true);
        clips(30, (_, sounds, _) -> (sounds ? 1 : -1) + 2 * random.nextGaussian());
        PostProcessing rules = new PostProcessing(median, gap, shortest, drop);
        LevelCounts counts = new LevelCounts(CLASSES.size(), 1, rules, collar, Speed.NORMAL);
        long[][][] expected = new long[LevelCounts.LEVELS][CLASSES.size()][6];
        for (int i = 0; i < CLIPS; i++) {
            FrameScores own = scores.get(i);
            EventReference truth = truth(own, targets[i]);
            FrameScores filtered = PostProcessing.filtered(own, rules.medianFrames(1 / ROWS_PER_SECOND));
            for (int c = 0; c < CLASSES.size(); c++) {
                counts.add(c, 0, filtered, truth.events(own.file(), CLASSES.get(c)));
            }
            for (int level = 0; level < LevelCounts.LEVELS; level++) {
                double threshold = Logit.toScore(LevelCounts.logit(level));
                List<SoundEvent> found = PostProcessing.events(
                        own, CLASSES, rules.rules(new double[] {threshold, threshold}, 1 / ROWS_PER_SECOND));
                add(expected[level], collar.compare(truth, found), 0);
                add(expected[level], SegmentBased.compare(truth, found, 1), 3);
            }
        }
        long right = 0;
        for (int level = 0; level < LevelCounts.LEVELS; level++) {
            for (int c = 0; c < CLASSES.size(); c++) {
                int[] own = LevelCounts.none();
                counts.addTo(own, c, level, 0);
                assertThat(Arrays.stream(own).asLongStream().toArray())
                        .as("level %d", level)
                        .containsExactly(expected[level][c]);
                right += own[2];
            }
        }
        assertThat(right).isPositive();
    }

    private static void add(long[][] to, EventFigures figures, int at) {
        for (int c = 0; c < to.length; c++) {
            EventFigures.ClassCounts k = figures.classes().get(c);
            to[c][at] += k.references();
            to[c][at + 1] += k.detections();
            to[c][at + 2] += k.truePositives();
        }
    }

    /** Sounds of 4 s that are loud for a second and then fade, in noise that is as loud as their ends at times. */
    @Test
    void soundsThatFadeLastDownToALowerThreshold() throws IOException {
        clips(
                40,
                (_, sounds, row) -> sounds
                        ? (row < 10 ? 2 : -0.5) + 0.2 * random.nextGaussian()
                        : random.nextInt(40) == 0 ? -0.5 : -4);
        TimedThresholds.Choice choice = chosen();
        assertThat(choice.rules().drop()).isPositive();
        double threshold = choice.thresholds()[0];
        assertThat(Logit.of(threshold)).isBetween(-0.5, 2.0);
        assertThat(Logit.of(threshold) - choice.rules().drop()).isBetween(-4.0, -0.5);
    }

    /** The scores of one class are higher than those of the other, where they sound and where they do not. */
    @Test
    void classesOfOtherScoresHaveOtherThresholds() throws IOException {
        clips(20, (c, sounds, _) -> (c == 0 ? 1 : -4) + (sounds ? 1.5 : -1.5) + 0.2 * random.nextGaussian());
        TimedThresholds.Choice choice = chosen();
        assertThat(Logit.of(choice.thresholds()[0])).isBetween(-0.5, 2.5);
        assertThat(Logit.of(choice.thresholds()[1])).isBetween(-5.5, -2.5);
        assertThat(choice.shrinkage()).isLessThan(Double.POSITIVE_INFINITY);
    }

    /**
     * Most sounds are loud and ring on for 1.5 s; the others stop at once, but are fainter than that ringing. Low
     * thresholds find every onset, and high ones the ends of the loud sounds.
     */
    @Test
    void endsCountUnlessOnsetsAlone() throws IOException {
        boolean[] loud = new boolean[CLASSES.size()];
        clips(40, (c, sounds, row) -> {
            loud[c] = row == 0 ? random.nextInt(10) < 7 : loud[c] && row > 0;
            double ringing = loud[c] && row >= 40 && row < 55 ? 0.5 : -4;
            return (sounds ? loud[c] ? 3 : 0 : ringing) + 0.01 * random.nextGaussian();
        });
        for (double threshold : chosen(Collar.DCASE).thresholds()) {
            assertThat(Logit.of(threshold)).isBetween(0.5, 3.0);
        }
        for (double threshold : chosen(Collar.DCASE.onsetOnly()).thresholds()) {
            assertThat(Logit.of(threshold)).isBetween(-4.0, 0.0);
        }
    }

    @Test
    void aClassThatNeverSoundsHasNoThreshold() throws IOException {
        clips(20, (_, sounds, _) -> sounds ? 2 : -2);
        for (float[] clip : targets) {
            for (int t = 0; t < ROWS; t++) {
                clip[t * 2 + 1] = 0;
            }
        }
        assertThat(chosen().thresholds()[0]).isBetween(0.1, 0.9);
        assertThat(chosen().thresholds()[1]).isNaN();
    }

    @Test
    void nothingIsChosenWithoutTimes() throws IOException {
        clips(20, (_, sounds, _) -> sounds ? 2 : -2);
        boolean[] one = new boolean[CLIPS];
        one[4] = true;
        assertThat(chosen(one, Collar.DCASE)).isEmpty();
        for (float[] clip : targets) {
            Arrays.fill(clip, Float.NaN);
        }
        Arrays.fill(one, true);
        assertThat(chosen(one, Collar.DCASE)).isEmpty();
    }
}
