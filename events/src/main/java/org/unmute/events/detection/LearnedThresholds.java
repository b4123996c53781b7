package org.unmute.events.detection;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.unmute.audio.playback.Speed;
import org.unmute.files.SettingsException;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.TrainedProbe;

/**
 * The thresholds that a probe learned, as far as they are valid for the stretches that are scored. Thresholds learned
 * on clips are not: every logit of a maximum depends on the length over which it is taken.
 *
 * @param events      decisions learned on stretches, if valid; else null
 * @param clips       decisions learned on clips; null if there are none
 * @param thresholds  on the scale of the reported scores: NaN where none was learned, infinite for classes that are
 *                    off; null if none are valid
 * @param lows        what the score must exceed throughout an event, like {@code thresholds}
 * @param calibration of raw scores; null to report raw scores
 */
public record LearnedThresholds(
        EventDecisions events, Decisions clips, double[] thresholds, double[] lows, ScoreCalibration calibration) {
    private static final int NAMED = 8;
    /** Stretches are rounded to rows, so differences up to this many seconds are ignored. */
    private static final double SAME_SECONDS = 1e-6;

    /**
     * Selects the valid thresholds.
     *
     * @throws SettingsException if the probe learned thresholds for stretches of another length and none are given
     */
    static LearnedThresholds of(TrainedProbe probe, DetectionRules wanted, ContextSeconds context) {
        EventDecisions events = probe.eventDecisions();
        Decisions clips = probe.decisions();
        if (events == null) {
            return wanted.anyContext() && clips != null
                    ? new LearnedThresholds(null, clips, clips.calibratedThresholds(), null, clips.calibration())
                    : new LearnedThresholds(null, clips, null, null, null);
        }
        double now = context.contextFor(probe, Speed.NORMAL);
        double then = events.stretches().context();
        if (Math.abs(now - then) > SAME_SECONDS && !wanted.anyContext() && Double.isNaN(wanted.threshold())) {
            throw new SettingsException(String.format(
                    Locale.ROOT,
                    "--context %s: the thresholds of this probe were learned on stretches of %s s and do not hold for"
                            + " others: learn them again (the same 'unmute probe' command with --context %s takes"
                            + " seconds), give --threshold X, or use them all the same with --threshold %s",
                    now,
                    then,
                    now,
                    RuleOptions.LEARNED));
        }
        double[] thresholds = new double[events.classes().size()];
        Arrays.setAll(
                thresholds,
                c -> events.classes().get(c).isOff()
                                && !wanted.only().contains(probe.classes().get(c))
                        ? Double.POSITIVE_INFINITY
                        : events.calibratedThreshold(c));
        double[] lows = thresholds.clone();
        for (int c = 0; c < lows.length; c++) {
            lows[c] = Double.isInfinite(lows[c]) ? lows[c] : events.calibratedLow(c);
        }
        return new LearnedThresholds(events, clips, thresholds, lows, events.calibration());
    }

    /** One line that states the origin of thresholds and scores. */
    String line(int[] chosen, DetectionRules wanted, List<String> classes) {
        if (wanted.byClass().isEmpty() && !Double.isNaN(wanted.threshold())) {
            return "thresholds: as given; " + scale();
        }
        int given = (int) Arrays.stream(chosen)
                .filter(c -> wanted.byClass().containsKey(classes.get(c)))
                .count();
        int rest = chosen.length - given;
        String text = given == 0 ? "" : given + " as given, ";
        if (events == null && thresholds == null) {
            text += DetectionRules.THRESHOLD + " for " + rest + " classes, since "
                    + (clips == null
                            ? "the probe learned none: it had no validation clips"
                            : "those that the probe learned on clips do not hold for shorter stretches (train it again"
                                    + " with this version, or use them all the same with --threshold "
                                    + RuleOptions.LEARNED + ")");
            return "thresholds: " + text + "; " + scale();
        }
        int[] own = Arrays.stream(chosen)
                .filter(c -> !wanted.byClass().containsKey(classes.get(c)))
                .toArray();
        int learned = (int)
                Arrays.stream(own).filter(c -> Math.abs(thresholds[c]) <= 1).count();
        int none = (int)
                Arrays.stream(own).filter(c -> Double.isNaN(thresholds[c])).count();
        text += learned + " learned (" + (events == null ? clips : events) + ")"
                + (none == 0 ? "" : ", " + DetectionRules.THRESHOLD + " for " + none + " others");
        return "thresholds: " + text + off(own, classes) + "; " + scale();
    }

    private String off(int[] chosen, List<String> classes) {
        List<String> names = IntStream.of(chosen)
                .filter(c -> thresholds[c] == Double.POSITIVE_INFINITY)
                .mapToObj(classes::get)
                .toList();
        if (names.isEmpty()) {
            return "";
        }
        return ", " + names.size() + " off, since their ranking may be chance (--classes NAME looks for them): "
                + String.join(", ", names.subList(0, Math.min(NAMED, names.size())))
                + (names.size() > NAMED ? ", …" : "");
    }

    private String scale() {
        if (events != null) {
            return String.format(
                    Locale.ROOT,
                    "scores are probabilities that a clip of %.3g s with such a moment has the class",
                    events.learned().clipSeconds());
        }
        return calibration == null
                ? "scores are the probe's own, not calibrated"
                : "scores are calibrated as those of whole clips";
    }
}
