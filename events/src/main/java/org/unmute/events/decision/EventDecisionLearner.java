package org.unmute.events.decision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.unmute.events.decision.EventEvidence.State;
import org.unmute.metrics.interval.AurocInterval;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventDecisions.OneClass;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.EventThresholdRule.Goal;
import org.unmute.probes.decision.Logit;

/**
 * Chooses thresholds for events. If a rule depends on clips with the class, thresholds from a few clips would be a
 * matter of chance. On logits the threshold is therefore {@code (n * own + k * shared) / (n + k)}, with the threshold
 * shared by all classes and n recordings with the class; k is chosen by cross-validation over recordings. A limit on
 * alarms depends on the background, and there is enough of it, so each class has its own threshold. Classes that are
 * missing from the background must not be mistaken for the class more often than the class is found.
 */
public final class EventDecisionLearner {
    /** Candidate values of k. */
    private static final double[] SHRINKAGES = {0, 1, 2, 4, 8, 16, 32, 64, Double.POSITIVE_INFINITY};

    private static final EventThresholdRule HALF = new EventThresholdRule(Goal.PRECISION, 0.5);

    /** Max number of folds into which recordings are divided. */
    private static final int FOLDS = 8;

    /** Precision at which half of the events right is tried, the first that recordings left out confirm. */
    private static final double[] TARGETS = {0.5, 0.55, 0.6, 0.65, 0.7};

    /** Share of the clips found at max F1 that half of the events right must find, too. */
    private static final double KEPT = 0.5;

    private final EventEvidence evidence;
    private final EventThresholdRule rule;
    private final double eventsPerHour;
    private final int classes;
    private Shrinkage shrinkage;
    private EventDecisionLearner precise;
    /** What {@link Goal#HALF} was decided by, to be appended to the source; empty for other goals. */
    private String comparison = "";

    /** F1 by which stretches are compared; NaN for that of the rule. */
    private double comparedF1 = Double.NaN;

    private EventDecisionLearner(EventEvidence evidence, EventThresholdRule rule, double eventsPerHour) {
        this.evidence = evidence;
        this.rule = rule;
        classes = evidence.names().size();
        this.eventsPerHour = Double.isNaN(eventsPerHour) ? ownRate() : eventsPerHour;
    }

    /**
     * A learner of thresholds.
     *
     * @param evidence      of the validation clips and the background; must not change any more
     * @param rule          goal for which thresholds are chosen
     * @param eventsPerHour events of a class per hour where detection will be used, for computing precision; NaN for
     *                      the rate in the validation clips
     * @throws IllegalArgumentException if there are no labelled clips
     */
    public static EventDecisionLearner of(EventEvidence evidence, EventThresholdRule rule, double eventsPerHour) {
        if (evidence.clips().stream().allMatch(EventEvidence.Clip::background)) {
            throw new IllegalArgumentException("event decisions: there are no labelled clips to learn from");
        }
        return rule.goal() == Goal.HALF
                ? halfRightOrMaxF1(evidence, eventsPerHour)
                : new EventDecisionLearner(evidence, rule, eventsPerHour);
    }

    private static EventDecisionLearner halfRightOrMaxF1(EventEvidence evidence, double eventsPerHour) {
        EventDecisionLearner best = new EventDecisionLearner(evidence, EventThresholdRule.MAX_F1, eventsPerHour);
        Shrinkage most = best.shrinkage();
        // Also with fewer than two recordings, of which nothing can be left out.
        if (!(most.precision < HALF.value())) {
            return best;
        }
        String instead = "at no threshold are half of the events right";
        for (double target : TARGETS) {
            EventDecisionLearner half =
                    new EventDecisionLearner(evidence, new EventThresholdRule(Goal.PRECISION, target), eventsPerHour);
            Shrinkage right = half.shrinkage();
            if (right.recall < KEPT * most.recall) {
                instead = "half right would find less than half of that";
                break;
            }
            if (right.precision >= HALF.value()) {
                half.comparedF1 = most.f1;
                half.comparison = String.format(
                        Locale.ROOT, " (on recordings left out %s; max F1: %s)", right.inWords(), most.inWords());
                return half;
            }
        }
        best.comparison = String.format(Locale.ROOT, " (on recordings left out %s; %s)", most.inWords(), instead);
        return best;
    }

    /**
     * How good thresholds from some recordings are on others, to compare evidence from stretches of different lengths:
     * the F1 of found and precision, in [0, 1]. With {@link Goal#HALF} it is that of max F1.
     *
     * @return NaN if there are fewer than two recordings
     */
    public double heldOutF1() {
        return Double.isNaN(comparedF1) ? shrinkage().f1 : comparedF1;
    }

    /**
     * Learns thresholds.
     *
     * @param stretches how the scores of the evidence were made
     * @param source    description of the validation clips
     */
    public EventDecisions learn(EventDecisions.Stretches stretches, String source) {
        return learn(stretches, source, null);
    }

    /**
     * Learns what is not chosen already, and what the evidence shows about all.
     *
     * @param stretches how the scores of the evidence were made
     * @param source    description of the validation clips
     * @param chosen    thresholds that {@link TimedThresholds} chose; null for none
     */
    public EventDecisions learn(EventDecisions.Stretches stretches, String source, TimedThresholds.Choice chosen) {
        List<Tradeoff> all = tradeoffs(_ -> true);
        double own = rule.goal() == Goal.ALARMS ? 0 : shrinkage().k;
        Thresholds thresholds = thresholds(all, own, _ -> true);
        if (chosen != null) {
            thresholds = new Thresholds(timed(chosen.thresholds(), thresholds.of), thresholds.shown);
        }
        if (!evidence.isTimed()) {
            raiseDoubtful(thresholds.of, all);
        }
        double k = chosen == null ? own : chosen.shrinkage();
        LeftOutCounts counts = new LeftOutCounts(evidence, leftOut(thresholds.of, own, chosen));
        List<OneClass> decided = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            decided.add(decided(c, thresholds.of[c], thresholds.shown[c], counts));
        }
        List<EventEvidence.Clip> labelled =
                evidence.clips().stream().filter(clip -> !clip.background()).toList();
        double[] lengths = labelled.stream()
                .mapToDouble(EventEvidence.Clip::seconds)
                .sorted()
                .toArray();
        double background = evidence.clips().stream()
                .filter(EventEvidence.Clip::background)
                .mapToDouble(EventEvidence.Clip::seconds)
                .sum();
        EventDecisions.Learned learned = new EventDecisions.Learned(
                rule,
                source + comparison,
                lengths.length,
                lengths[lengths.length / 2],
                background / 3600,
                rule.goal() == Goal.RECALL ? Double.NaN : eventsPerHour,
                k);
        return new EventDecisions(stretches, learned, decided, evidence.calibration());
    }

    /** A class whose ranking may be chance has no threshold of its own below the shared one. */
    private void raiseDoubtful(double[] thresholds, List<Tradeoff> all) {
        Tradeoff.Choice shared =
                rule.goal() == Goal.ALARMS ? null : Tradeoff.together(all).choose(rule, eventsPerHour);
        for (int c = 0; shared != null && c < classes; c++) {
            if (evidence.ranking(c).holdsChance()) {
                thresholds[c] = Math.max(thresholds[c], shared.threshold());
            }
        }
    }

    /** Clips with a class per hour, averaged over classes. */
    private double ownRate() {
        double hours = 0;
        long positives = 0;
        for (EventEvidence.Clip clip : evidence.clips()) {
            if (clip.background()) {
                continue;
            }
            for (State state : clip.states()) {
                positives += state == State.PRESENT ? 1 : 0;
                hours += state == State.UNKNOWN ? 0 : clip.seconds() / 3600;
            }
        }
        return positives == 0 ? 1 : positives / hours;
    }

    private List<Tradeoff> tradeoffs(IntPredicate recordings) {
        return IntStream.range(0, classes)
                .parallel()
                .mapToObj(c -> Tradeoff.of(evidence, c, recordings))
                .toList();
    }

    /**
     * Thresholds for each recording, {@code [recordings][classes]}, learned without its fold of the labelled
     * recordings; those of all for the background and where there is nothing else to learn from.
     */
    private double[][] leftOut(double[] all, double k, TimedThresholds.Choice chosen) {
        double[][] leftOut = new double[evidence.recordings()][];
        Arrays.fill(leftOut, all);
        int[] labelled = evidence.clips().stream()
                .filter(clip -> !clip.background())
                .mapToInt(EventEvidence.Clip::recording)
                .distinct()
                .toArray();
        int folds = Math.min(FOLDS, labelled.length);
        for (int fold = 0; fold < folds && folds > 1; fold++) {
            Set<Integer> without = new HashSet<>();
            for (int i = fold; i < labelled.length; i += folds) {
                without.add(labelled[i]);
            }
            IntPredicate rest = r -> !without.contains(r);
            List<Tradeoff> tradeoffs = tradeoffs(rest);
            double[] of = thresholds(tradeoffs, k, rest).of;
            if (!evidence.isTimed()) {
                raiseDoubtful(of, tradeoffs);
            }
            without.forEach(r -> leftOut[r] = of);
        }
        if (chosen != null) {
            chosen.leftOut().forEach((recording, timed) -> {
                int r = evidence.recording(recording);
                leftOut[r] = timed(timed, leftOut[r]);
            });
        }
        return leftOut;
    }

    private static double[] timed(double[] timed, double[] other) {
        double[] all = new double[timed.length];
        Arrays.setAll(all, c -> Double.isNaN(timed[c]) ? other[c] : timed[c]);
        return all;
    }

    private record Thresholds(double[] of, boolean[] shown) {}

    private Thresholds thresholds(List<Tradeoff> all, double k, IntPredicate recordings) {
        double[] of = new double[classes];
        boolean[] shown = new boolean[classes];
        Tradeoff.Choice shared =
                rule.goal() == Goal.ALARMS ? null : Tradeoff.together(all).choose(rule, eventsPerHour);
        Thresholds half = rule.goal() == Goal.ALARMS ? halfRight(all, recordings) : null;
        for (int c = 0; c < classes; c++) {
            Tradeoff.Choice own = rule.goal() == Goal.ALARMS ? null : all.get(c).choose(rule, eventsPerHour);
            if (rule.goal() == Goal.ALARMS) {
                Tradeoff.Choice quiet = quiet(c, recordings).choose(rule, eventsPerHour);
                of[c] = Math.max(Math.max(quiet.threshold(), bursts(c, recordings, quiet)), half.of[c]);
                shown[c] = quiet.isShown();
            } else if (shared == null) {
                of[c] = 1;
            } else {
                int n = own == null ? 0 : recordingsWith(c, recordings);
                double share = n + k == 0 || Double.isInfinite(k) ? 1 : k / (n + k);
                of[c] = own == null || share == 1
                        ? shared.threshold()
                        : Logit.toScore((1 - share) * Logit.of(own.threshold()) + share * Logit.of(shared.threshold()));
                shown[c] = own != null && meets(all.get(c), of[c]);
            }
        }
        return new Thresholds(of, shown);
    }

    /**
     * Alarms in the background, which shows how often they occur when none of the classes is present; without
     * background, alarms in clips.
     */
    private Tradeoff quiet(int c, IntPredicate recordings) {
        Tradeoff background = Tradeoff.ofBackground(evidence, c, recordings);
        return background.hours() > 0 ? background : Tradeoff.of(evidence, c, recordings);
    }

    /**
     * The threshold that keeps bursts of alarms within the limit; 0 if the evidence is too short to show that the limit
     * holds.
     */
    private double bursts(int c, IntPredicate recordings, Tradeoff.Choice quiet) {
        return quiet.isShown() ? AlarmBursts.threshold(evidence, c, recordings, rule.value()) : 0;
    }

    /**
     * The lowest thresholds at which half of the events are correct, counting confusions with other classes as errors.
     */
    private Thresholds halfRight(List<Tradeoff> all, IntPredicate recordings) {
        precise = precise != null ? precise : new EventDecisionLearner(evidence, HALF, eventsPerHour);
        return precise.thresholds(all, precise.shrinkage().k, recordings);
    }

    private boolean meets(Tradeoff one, double threshold) {
        return switch (rule.goal()) {
            case PRECISION -> one.precision(threshold, eventsPerHour) >= rule.value();
            case RECALL -> one.recall(threshold) >= rule.value() - 1e-9;
            default -> true;
        };
    }

    private int recordingsWith(int c, IntPredicate counts) {
        return (int) evidence.clips().stream()
                .filter(clip -> clip.states()[c] == State.PRESENT && counts.test(clip.recording()))
                .mapToInt(EventEvidence.Clip::recording)
                .distinct()
                .count();
    }

    /** A k, and how good its decisions are on held-out recordings. */
    private record Shrinkage(double k, double f1, double recall, double precision) {
        String inWords() {
            return String.format(Locale.ROOT, "%.0f %% found, %.0f %% right", 100 * recall, 100 * precision);
        }
    }

    private Shrinkage shrinkage() {
        shrinkage = shrinkage != null ? shrinkage : bestShrinkage();
        return shrinkage;
    }

    /** The k with the best decisions on held-out recordings. */
    private Shrinkage bestShrinkage() {
        int folds = Math.min(FOLDS, evidence.recordings());
        if (folds < 2) {
            return new Shrinkage(Double.POSITIVE_INFINITY, Double.NaN, Double.NaN, Double.NaN);
        }
        double[] found = new double[SHRINKAGES.length];
        double[] alarms = new double[SHRINKAGES.length];
        double positives = 0;
        double hours = 0;
        for (int f = 0; f < folds; f++) {
            int fold = f;
            List<Tradeoff> rest = tradeoffs(r -> r % folds != fold);
            List<Tradeoff> left = tradeoffs(r -> r % folds == fold);
            for (Tradeoff one : left) {
                positives += one.positives();
                hours += one.hours();
            }
            for (int i = 0; i < SHRINKAGES.length; i++) {
                double[] thresholds = thresholds(rest, SHRINKAGES[i], r -> r % folds != fold).of;
                for (int c = 0; c < classes; c++) {
                    found[i] += left.get(c).found(thresholds[c]);
                    alarms[i] += left.get(c).alarms(thresholds[c]);
                }
            }
        }
        Shrinkage best = null;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < SHRINKAGES.length; i++) {
            double recall = positives == 0 ? 0 : found[i] / positives;
            double right = eventsPerHour * recall;
            double wrong = hours == 0 ? 0 : alarms[i] / hours;
            double precision = right == 0 ? 0 : right / (right + wrong);
            double merit = merit(recall, precision);
            // Ties go to the larger k: without evidence for individual thresholds, classes share one.
            if (merit >= most) {
                most = merit;
                best = new Shrinkage(SHRINKAGES[i], f1(recall, precision), recall, precision);
            }
        }
        return best;
    }

    /** How well a rule is met on the held-out recordings. */
    private double merit(double recall, double precision) {
        return switch (rule.goal()) {
            case PRECISION -> precision >= rule.value() ? 1 + recall : precision;
            case RECALL -> -Math.abs(recall - rule.value()) + 0.1 * precision;
            default -> f1(recall, precision);
        };
    }

    private static double f1(double recall, double precision) {
        return recall + precision == 0 ? 0 : 2 * recall * precision / (recall + precision);
    }

    private OneClass decided(int c, double threshold, boolean shown, LeftOutCounts counts) {
        AurocInterval auroc = evidence.ranking(c);
        return new OneClass(
                threshold,
                evidence.isTimed() ? auroc.holdsChance() : auroc.auroc() <= 0.5,
                shown,
                counts.positives(c),
                recordingsWith(c, _ -> true),
                counts.found(c),
                counts.absentHours(c),
                counts.absent(c),
                counts.background(c),
                auroc.low(),
                auroc.high(),
                counts.foundSpread(c),
                counts.absentSpread(c),
                counts.backgroundSpread(c));
    }
}
