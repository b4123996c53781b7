package org.unmute.events.decision;

import java.io.IOException;
import java.util.List;
import org.unmute.audio.playback.Speed;
import org.unmute.data.Manifest;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.Collar;
import org.unmute.probes.truth.RowTargets;

/**
 * What is known of validation clips, from which a probe learns how its scores become events.
 *
 * @param classes of the probe
 * @param clips   with their labels
 * @param recordings recording of each clip, or its block of a single one
 * @param rows    when the classes sound in the clips; null if only the labels are known
 * @param boxes   whether the probe is trained on boxes. These are right if they overlap, for which the window of the
 *                median filter matters more than for beginnings, ends and seconds.
 * @param right   when an event is right, where thresholds are chosen by events
 * @param speed   at which recordings are played to the encoder
 */
public record ValidationTruth(
        List<String> classes,
        Manifest clips,
        List<String> recordings,
        RowTargets rows,
        boolean boxes,
        Collar right,
        Speed speed) {
    /**
     * How scores become events.
     *
     * @param rules what happens to scores
     * @param timed thresholds that were chosen together with the rules; null if they are to be learned
     * @param how   what thresholds are learned by, to be appended to the source of the clips; may be empty
     */
    public record Chosen(PostProcessing rules, TimedThresholds.Choice timed, String how) {}

    /**
     * What {@link TimedThresholds} chooses for a probe of rows, what {@link MedianWindow} chooses for one of boxes, and
     * the rules of {@code detect} where only labels are known.
     *
     * @param scores   of the clips; those of each are requested at most three times
     * @param byEvents whether thresholds may be those of the best F1 on the clips
     * @throws IOException if scores cannot be read
     */
    public Chosen choose(MedianWindow.Scores scores, boolean byEvents) throws IOException {
        if (rows != null && !boxes && byEvents) {
            TimedThresholds.Choice timed = new TimedThresholds(classes, recordings, rows, right, speed)
                    .choose(scores)
                    .orElse(null);
            if (timed != null) {
                String events = Double.isNaN(right.offsetShare()) ? "onsets" : "events";
                return new Chosen(timed.rules(), timed, ", by " + events + " and seconds");
            }
        }
        PostProcessing rules = rows != null && boxes
                ? new MedianWindow(classes, new ClipLabels(clips, recordings, rows), rows, speed)
                        .choose(clips.clips().size(), scores)
                : PostProcessing.DETECT.played(speed);
        return new Chosen(rules, null, rows == null ? "" : ", second by second");
    }

    /**
     * What the clips say about the classes if scores become events by the rules.
     *
     * @throws IOException if scores cannot be read
     */
    public EventEvidence evidence(MedianWindow.Scores scores, PostProcessing rules) throws IOException {
        EventEvidence evidence = new EventEvidence(classes, rules);
        ClipLabels labels = new ClipLabels(clips, recordings, rows);
        for (int i = 0; i < clips.clips().size(); i++) {
            labels.addTo(evidence, i, scores.of(i));
        }
        return evidence;
    }
}
