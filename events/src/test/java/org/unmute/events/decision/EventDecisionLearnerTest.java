package org.unmute.events.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unmute.events.decision.EventEvidence.State;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.interval.Rate;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventDecisions.OneClass;
import org.unmute.probes.decision.EventThresholdRule;

class EventDecisionLearnerTest {
    private static final EventDecisions.Stretches STRETCHES = new EventDecisions.Stretches(1, 0.1, 0, 0, 0);
    private static final double ROW = 0.5;

    private static EventEvidence evidence(String... classes) {
        return new EventEvidence(List.of(classes), PostProcessing.NONE);
    }

    /** A clip of half seconds in which each class has these scores. */
    private static FrameScores clip(float[]... byClass) {
        float[][] scores = new float[byClass[0].length][byClass.length];
        for (int c = 0; c < byClass.length; c++) {
            for (int i = 0; i < scores.length; i++) {
                scores[i][c] = byClass[c][i];
            }
        }
        double[] times = new double[scores.length + 1];
        Arrays.setAll(times, i -> i * ROW);
        return new FrameScores("clip", times, scores);
    }

    /** An hour in which single rows have these scores and all others nearly none. */
    private static FrameScores hour(float... peaks) {
        float[] scores = new float[7200];
        Arrays.fill(scores, 0.001f);
        for (int i = 0; i < peaks.length; i++) {
            scores[3 + 7 * i] = peaks[i];
        }
        return clip(scores);
    }

    private static EventDecisions learned(EventEvidence evidence, String rule, double perHour) {
        return EventDecisionLearner.of(evidence, EventThresholdRule.parse(rule), perHour)
                .learn(STRETCHES, "split 'val'");
    }

    private static State[] of(State state) {
        return new State[] {state};
    }

    /** Each second counts: what rises in a second without the class is an alarm, though the clip has the class. */
    @Test
    void secondsOfWhichItIsKnownWhenTheClassSoundsCountAsClips() {
        EventEvidence evidence = evidence("wren");
        float[] scores = {0.1f, 0.9f, 0.8f, 0.7f, 0.6f, 0.1f, 0.5f, 0.5f, 0.1f};
        float[] targets = {0, 1, 0.75f, 0.25f, 0, 0, 0.25f, 0, Float.NaN};
        evidence.addSeconds("a", clip(scores), targets);
        assertThat(evidence.recordings()).isEqualTo(1);
        assertThat(evidence.clips().stream().map(c -> c.states()[0]))
                .containsExactly(State.PRESENT, State.PRESENT, State.ABSENT, State.UNKNOWN, State.UNKNOWN);
        assertThat(evidence.clips().stream().map(EventEvidence.Clip::seconds)).containsExactly(1.0, 1.0, 1.0, 1.0, 0.5);
        EventDecisions decisions = learned(evidence, "f1", Double.NaN);
        OneClass wren = decisions.classes().getFirst();
        assertThat(wren.threshold()).isBetween(0.6, 0.8);
        assertThat(wren.positives()).isEqualTo(2);
        assertThat(wren.found()).isEqualTo(2);
        assertThat(wren.absentAlarms()).isZero();
    }

    @Test
    void alarmsAnHourAreTheLowestThresholdThatIsShown() {
        EventEvidence evidence = evidence("wren");
        evidence.add("a", clip(new float[] {0.2f, 0.95f}), of(State.PRESENT));
        evidence.add("b", clip(new float[] {0.2f, 0.45f}), of(State.PRESENT));
        // With ten hours, five alarms are allowed: 10.51 / 10 h is above 1, 9.15 / 10 h is below.
        assertThat(Rate.upper(5, 10, 0.95)).isGreaterThan(1);
        assertThat(Rate.upper(4, 10, 0.95)).isLessThan(1);
        evidence.addBackground("night", hour(0.9f, 0.8f, 0.7f, 0.6f, 0.5f, 0.4f, 0.3f));
        for (int i = 0; i < 9; i++) {
            evidence.addBackground("night " + i, hour());
        }
        EventDecisions decisions = learned(evidence, "alarms=1/h", Double.NaN);
        OneClass wren = decisions.classes().getFirst();
        assertThat(wren.threshold()).isBetween(0.5, 0.6);
        assertThat(wren.backgroundAlarms()).isEqualTo(4);
        assertThat(wren.absentAlarms()).isZero();
        assertThat(wren.found()).isEqualTo(1);
        assertThat(wren.positives()).isEqualTo(2);
        assertThat(wren.isShown()).isTrue();
        assertThat(decisions.learned().backgroundHours()).isEqualTo(10);
        assertThat(decisions.toString()).contains("at most 1 alarm an hour and class", "split 'val'");
    }

    /** Thresholds from some recordings find the class in others if scores tell them apart, whatever the rule. */
    @Test
    void scoresThatTellClassesApartHaveTheHigherF1OnHeldOutRecordings() {
        for (String rule : List.of("f1", "recall=0.9", "precision=0.9")) {
            double[] f1 = new double[2];
            for (int apart = 0; apart < 2; apart++) {
                SplittableRandom random = new SplittableRandom(5);
                EventEvidence evidence = evidence("wren");
                for (int i = 0; i < 40; i++) {
                    boolean has = i % 2 == 0;
                    float score = (float) random.nextDouble(0.1, 0.5) + (has && apart == 1 ? 0.45f : 0);
                    evidence.add("r" + i, clip(new float[] {0.01f, score}), of(has ? State.PRESENT : State.ABSENT));
                }
                f1[apart] = EventDecisionLearner.of(evidence, EventThresholdRule.parse(rule), Double.NaN)
                        .heldOutF1();
            }
            assertThat(f1[1]).as(rule).isGreaterThan(0.8);
            assertThat(f1[0]).as(rule).isBetween(0.0, 0.75);
        }
        EventEvidence one = evidence("wren");
        one.add("a", clip(new float[] {0.2f, 0.95f}), of(State.PRESENT));
        assertThat(EventDecisionLearner.of(one, EventThresholdRule.MAX_F1, Double.NaN)
                        .heldOutF1())
                .isNaN();
    }

    @Test
    void withTooFewHoursNoThresholdIsShownAndNoneOfThemAlarms() {
        EventEvidence evidence = evidence("wren");
        evidence.add("a", clip(new float[] {0.2f, 0.95f}), of(State.PRESENT));
        evidence.addBackground("night", hour(0.9f, 0.3f));
        OneClass wren = learned(evidence, "alarms=1/h", Double.NaN).classes().getFirst();
        assertThat(wren.isShown()).isFalse();
        assertThat(wren.backgroundAlarms()).isZero();
        assertThat(wren.threshold()).isBetween(0.9, 0.95);
        assertThat(wren.found()).isEqualTo(1);
    }

    @Test
    void aLowThresholdAtWhichEventsGrowTogetherIsNotTaken() {
        // A hum: above 0.1 all the time, with peaks. Below 0.1 it would be a single event of an hour.
        EventEvidence evidence = evidence("wren");
        evidence.add("a", clip(new float[] {0.95f}), of(State.PRESENT));
        float[] scores = new float[7200];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < scores.length; i++) {
            scores[i] = 0.1f + 0.5f * (float) random.nextDouble();
        }
        for (int i = 0; i < 4; i++) {
            evidence.addBackground("hum " + i, clip(scores));
        }
        OneClass wren = learned(evidence, "alarms=1/h", Double.NaN).classes().getFirst();
        assertThat(wren.threshold()).isGreaterThan(0.55);
    }

    @Test
    void whatIsNotKnownIsNeitherFoundNorAnAlarm() {
        EventEvidence evidence = evidence("wren");
        evidence.add("a", clip(new float[] {0.9f, 0.1f}), of(State.PRESENT));
        evidence.add("b", clip(new float[] {0.99f, 0.99f}), of(State.UNKNOWN));
        evidence.add("c", clip(new float[] {0.3f, 0.1f}), of(State.ABSENT));
        OneClass wren = learned(evidence, "f1", Double.NaN).classes().getFirst();
        assertThat(wren.positives()).isEqualTo(1);
        assertThat(wren.absentAlarms()).isZero();
        assertThat(wren.absentHours()).isEqualTo(1.0 / 3600);
        assertThat(wren.threshold()).isBetween(0.3, 0.9);
    }

    @Test
    void rulesOfRecallAndPrecisionAreMet() {
        EventEvidence evidence = evidence("wren");
        float[] heights = {0.9f, 0.8f, 0.7f, 0.6f};
        for (int i = 0; i < heights.length; i++) {
            evidence.add("r" + i, clip(new float[] {heights[i], 0.1f}), of(State.PRESENT));
            evidence.add("r" + i, clip(new float[] {heights[i] - 0.15f, 0.1f}), of(State.ABSENT));
        }
        assertThat(learned(evidence, "recall=0.5", 1).classes().getFirst().threshold())
                .isLessThan(0.8);
        OneClass precise = learned(evidence, "precision=1", 1).classes().getFirst();
        assertThat(precise.threshold()).isBetween(0.75, 0.8);
        assertThat(precise.isShown()).isTrue();
        assertThat(learned(evidence, "precision=1", 1).learned().eventsPerHour())
                .isEqualTo(1);
    }

    /** Thresholds just below the lowest clip find all of these; left out, the lowest recording is missed. */
    @Test
    void foundAndAlarmsAreCountedAtThresholdsOfOtherRecordings() {
        EventEvidence evidence = evidence("wren");
        for (int i = 0; i < 4; i++) {
            evidence.add("r" + i, clip(new float[] {0.6f + 0.1f * i, 0.1f}), of(State.PRESENT));
            evidence.add("s" + i, clip(new float[] {0.1f + 0.1f * i, 0.1f}), of(State.ABSENT));
        }
        OneClass wren = learned(evidence, "recall=1", 1).classes().getFirst();
        assertThat(wren.threshold()).isBetween(0.4, 0.6);
        assertThat(wren.found()).isEqualTo(4);
        assertThat(wren.absentAlarms()).isZero();
        EventEvidence close = evidence("wren");
        for (int i = 0; i < 8; i++) {
            close.add(
                    "r" + i, clip(new float[] {0.2f + 0.1f * i, 0.1f}), of(i % 2 == 0 ? State.ABSENT : State.PRESENT));
        }
        wren = learned(close, "recall=1", 1).classes().getFirst();
        assertThat(wren.threshold()).isLessThan(0.3);
        assertThat(wren.found()).isLessThan(4);
        assertThat(wren.foundSpread()).isGreaterThan(1);
    }

    /** Many classes, one positive clip of each: the threshold that all share is nearer to the truth than each one's. */
    @Test
    void classesWithFewRecordingsShareAThreshold() {
        SplittableRandom random = new SplittableRandom(7);
        int classes = 30;
        String[] names = new String[classes];
        Arrays.setAll(names, c -> "class " + c);
        EventEvidence evidence = evidence(names);
        for (int c = 0; c < classes; c++) {
            float[][] scores = new float[classes][1];
            State[] states = new State[classes];
            for (int k = 0; k < classes; k++) {
                states[k] = k == c ? State.PRESENT : State.ABSENT;
                double z = random.nextGaussian() + (k == c ? 2 : -2);
                scores[k][0] = (float) (1 / (1 + Math.exp(-z)));
            }
            evidence.add("recording " + c, clip(scores), states);
        }
        EventDecisions decisions = learned(evidence, "f1", Double.NaN);
        assertThat(decisions.learned().shrinkage()).isGreaterThanOrEqualTo(8);
        double spread = decisions.classes().stream()
                        .mapToDouble(OneClass::threshold)
                        .max()
                        .orElseThrow()
                - decisions.classes().stream()
                        .mapToDouble(OneClass::threshold)
                        .min()
                        .orElseThrow();
        assertThat(spread).isLessThan(0.2);
    }

    /** Clips of which {@code present} have the class, with scores that grow with {@code lift} where they have it. */
    private static EventEvidence ranked(int clips, int present, double lift, String... names) {
        SplittableRandom random = new SplittableRandom(11);
        EventEvidence evidence = evidence(names);
        for (int i = 0; i < clips; i++) {
            float[][] scores = new float[names.length][1];
            State[] states = new State[names.length];
            for (int c = 0; c < names.length; c++) {
                states[c] = (i + c) % clips < present ? State.PRESENT : State.ABSENT;
                double z = random.nextGaussian() + (states[c] == State.PRESENT ? lift : 0);
                scores[c][0] = (float) (1 / (1 + Math.exp(-z)));
            }
            evidence.add("r" + i, clip(scores), states);
        }
        return evidence;
    }

    @Test
    void aClassWhoseClipsRankNoHigherThanOthersIsOff() {
        EventEvidence evidence = evidence("wren", "noise", "doubtful");
        for (int i = 0; i < 20; i++) {
            boolean present = i % 4 == 0;
            State state = present ? State.PRESENT : State.ABSENT;
            evidence.add(
                    "r" + i,
                    clip(
                            new float[] {present ? 0.9f : 0.2f + i / 200f},
                            new float[] {present ? 0.3f + i / 100f : 0.4f + i / 100f},
                            new float[] {present ? 0.43f + i / 100f : 0.4f + i * 7 % 20 / 100f}),
                    new State[] {state, state, state});
        }
        List<OneClass> classes = learned(evidence, "f1", Double.NaN).classes();
        assertThat(classes).extracting(OneClass::isOff).containsExactly(false, true, false);
        assertThat(classes.get(2).aurocLow()).isLessThan(0.5);
    }

    @Test
    void aClassThatMayBeChanceHasNoThresholdBelowTheSharedOne() {
        // Two classes of their own scales, so that thresholds of their own are best, and one that may be chance.
        EventEvidence evidence = evidence("loud", "soft", "doubtful");
        for (int i = 0; i < 200; i++) {
            boolean loud = i % 4 == 0;
            boolean soft = i % 4 == 1;
            boolean doubtful = i % 50 == 7;
            float low = 0.01f + (i * 7 % 200) / 2000f;
            evidence.add(
                    "r" + i,
                    clip(new float[] {loud ? 0.9f : 0.6f}, new float[] {soft ? 0.5f : 0.3f}, new float[] {
                        doubtful ? Math.max(0.07f, low) : low
                    }),
                    new State[] {
                        loud ? State.PRESENT : State.ABSENT,
                        soft ? State.PRESENT : State.ABSENT,
                        doubtful ? State.PRESENT : State.ABSENT
                    });
        }
        EventDecisions decisions = learned(evidence, "f1", Double.NaN);
        assertThat(decisions.learned().shrinkage()).isLessThan(10);
        List<OneClass> classes = decisions.classes();
        assertThat(classes.get(1).threshold()).isLessThan(0.5);
        assertThat(classes.get(2).aurocLow()).isLessThan(0.5);
        assertThat(classes.get(2).isOff()).isFalse();
        assertThat(classes.get(2).threshold()).isGreaterThan(0.3);
    }

    @Test
    void halfOfTheEventsAreRightWhereThatFindsAtLeastHalfAsMuch() {
        String[] names = {"a", "b", "c", "d"};
        EventDecisions most = learned(ranked(400, 40, 1.2, names), "f1", Double.NaN);
        EventDecisions half = learned(ranked(400, 40, 1.2, names), "half", Double.NaN);
        assertThat(precision(most)).isLessThan(0.5);
        assertThat(precision(half)).isGreaterThanOrEqualTo(0.5);
        assertThat(half.learned().rule().goal()).isEqualTo(EventThresholdRule.Goal.PRECISION);
        assertThat(half.learned().source()).matches(".*on recordings left out \\d+ % found, \\d+ % right; max F1: .*");
        EventDecisions hopeless = learned(ranked(400, 40, 0.4, names), "half", Double.NaN);
        assertThat(hopeless.learned().rule()).isEqualTo(EventThresholdRule.MAX_F1);
        assertThat(hopeless.learned().source()).contains("half right would find less than half of that");
        EventDecisions rare = learned(ranked(400, 4, 0.4, names), "half", Double.NaN);
        assertThat(rare.learned().rule()).isEqualTo(EventThresholdRule.MAX_F1);
        assertThat(rare.learned().source()).contains("at no threshold are half of the events right");
        EventDecisions clear = learned(ranked(400, 40, 5.0, names), "half", Double.NaN);
        assertThat(clear.learned().rule()).isEqualTo(EventThresholdRule.MAX_F1);
        assertThat(clear.learned().source()).isEqualTo("split 'val'");
    }

    private static double precision(EventDecisions decisions) {
        double found = decisions.classes().stream().mapToInt(OneClass::found).sum();
        return found
                / (found
                        + decisions.classes().stream()
                                .mapToInt(OneClass::absentAlarms)
                                .sum());
    }

    @Test
    void backgroundAloneTeachesNothing() {
        EventEvidence evidence = evidence("wren");
        evidence.addBackground("night", hour(0.5f));
        assertFails(IllegalArgumentException.class, () -> learned(evidence, "f1", 1), "no labelled clips");
    }
}
