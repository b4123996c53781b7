package org.unmute.events.decision;

import java.util.Arrays;
import java.util.List;
import org.unmute.events.decision.EventEvidence.Clip;
import org.unmute.events.decision.EventEvidence.State;

/**
 * What is found, and how many alarms there are, if each recording has thresholds that were learned without it. Counted
 * at thresholds that were chosen on the same recordings, more would be found than in others.
 */
final class LeftOutCounts {
    private final EventEvidence evidence;
    private final double[][] thresholds;
    private final Clustering found;
    private final Clustering absent;
    private final Clustering backgroundMinutes;
    private final Clustering backgroundRecordings;

    /** @param thresholds {@code [recordings][classes]} */
    LeftOutCounts(EventEvidence evidence, double[][] thresholds) {
        this.evidence = evidence;
        this.thresholds = thresholds;
        int classes = evidence.names().size();
        List<Clip> clips = evidence.clips();
        found = new Clustering(classes, thresholds.length, true);
        absent = new Clustering(classes, thresholds.length, false);
        backgroundMinutes = new Clustering(classes, clips.size(), false);
        backgroundRecordings = new Clustering(classes, thresholds.length, false);
        for (int i = 0; i < clips.size(); i++) {
            Clip clip = clips.get(i);
            for (int c = 0; c < classes; c++) {
                double hours = clip.seconds() / 3600;
                if (clip.background()) {
                    backgroundMinutes.add(c, i, hours, 0);
                    backgroundRecordings.add(c, clip.recording(), hours, 0);
                } else if (clip.states()[c] == State.ABSENT) {
                    absent.add(c, clip.recording(), hours, 0);
                } else if (clip.states()[c] == State.PRESENT) {
                    found.add(c, clip.recording(), 1, clip.highest()[c] > threshold(clip, c) ? 1 : 0);
                }
            }
        }
        for (int c = 0; c < classes; c++) {
            countAlarms(c);
        }
    }

    private double threshold(Clip clip, int c) {
        return thresholds[clip.recording()][c];
    }

    private void countAlarms(int c) {
        EventEvidence.Steps steps = evidence.steps(c);
        for (int i = 0; i < steps.size(); i++) {
            Clip clip = evidence.clips().get(steps.clip(i));
            if (!(steps.level(i) > threshold(clip, c))) {
                continue;
            }
            if (clip.background()) {
                backgroundMinutes.add(c, steps.clip(i), 0, steps.change(i));
                backgroundRecordings.add(c, clip.recording(), 0, steps.change(i));
            } else {
                absent.add(c, clip.recording(), 0, steps.change(i));
            }
        }
    }

    /** Clips with a class. */
    int positives(int c) {
        return (int) found.size(c);
    }

    /** Clips with a class that have an event. */
    int found(int c) {
        return found.count(c);
    }

    /** Alarms in clips known to lack a class. */
    int absent(int c) {
        return absent.count(c);
    }

    /** Hours of these clips. */
    double absentHours(int c) {
        return absent.size(c);
    }

    /** Alarms in the background. */
    int background(int c) {
        return backgroundMinutes.count(c);
    }

    /**
     * How much wider the interval of found is than that of clips that do not depend on each other and have a fixed
     * threshold: by how alike the clips of a recording are, and by how the share changes with the recordings that
     * thresholds are learned from (jackknife over folds).
     */
    double foundSpread(int c) {
        double clips = found.size(c);
        double[] counts = Arrays.stream(thresholds)
                .distinct()
                .mapToDouble(set -> evidence.clips().stream()
                        .filter(clip -> clip.states()[c] == State.PRESENT && clip.highest()[c] > set[c])
                        .count())
                .toArray();
        double mean = Arrays.stream(counts).average().orElseThrow();
        double squares = Arrays.stream(counts).map(n -> (n - mean) * (n - mean)).sum();
        double share = (found.count(c) + 1) / (clips + 2);
        double independent = clips * share * (1 - share);
        double byThreshold = squares * (counts.length - 1) / counts.length;
        return clips == 0 ? 1 : Math.hypot(found.spread(c), Math.sqrt(byThreshold / independent));
    }

    /** As {@link #foundSpread}, of alarms in clips. */
    double absentSpread(int c) {
        return absent.spread(c);
    }

    /** As {@link #foundSpread}, of alarms in the background. */
    double backgroundSpread(int c) {
        return Math.max(backgroundMinutes.spread(c), backgroundRecordings.spread(c));
    }
}
