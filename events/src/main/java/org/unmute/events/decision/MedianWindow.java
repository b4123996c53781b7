package org.unmute.events.decision;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.audio.playback.Speed;
import org.unmute.events.detection.DetectionRules;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.EventReference;
import org.unmute.metrics.event.FrameScores;
import org.unmute.metrics.event.Intersection;
import org.unmute.metrics.event.SoundEvent;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.truth.RowTargets;

/**
 * Chooses the window of the median filter on clips with known times of their classes: lasting sounds need a longer one
 * than calls. The best window has the highest macro F1 of events, by intersection with a tolerance of {@value
 * #TOLERANCE}, at the thresholds that have the highest F1 of seconds with that window.
 */
public final class MedianWindow {
    /** Candidates in seconds. The default comes first, and of equally good ones the first is taken. */
    private static final double[] SECONDS = {DetectionRules.MEDIAN_SECONDS, 0.25, 0.5, 2, 4};

    private static final double TOLERANCE = 0.5;

    private final List<String> classes;
    private final ClipLabels labels;
    private final RowTargets rows;
    private final Speed speed;

    /** Scores of one clip after another. They are computed anew for each pass, so that they need not be in memory. */
    @FunctionalInterface
    public interface Scores {
        /**
         * Scores of a clip.
         *
         * @return raw, not filtered, of its rows
         */
        FrameScores of(int clip) throws IOException;
    }

    /**
     * @param classes of the probe
     * @param labels  of the clips
     * @param rows    when the classes sound in the clips
     * @param speed   at which recordings are played to the encoder; the candidates are seconds of what is played
     */
    public MedianWindow(List<String> classes, ClipLabels labels, RowTargets rows, Speed speed) {
        this.classes = List.copyOf(classes);
        this.labels = labels;
        this.rows = rows;
        this.speed = speed;
    }

    /**
     * The rules of detection with the best window.
     *
     * @param clips number of clips; the scores of each are requested twice
     * @return the default rules if no clip has known times of all classes, or no class sounds
     */
    public PostProcessing choose(int clips, Scores scores) throws IOException {
        List<PostProcessing> candidates = Arrays.stream(SECONDS)
                .mapToObj(
                        s -> new PostProcessing(s, DetectionRules.MAX_GAP_SECONDS, DetectionRules.MIN_DURATION_SECONDS)
                                .played(speed))
                .toList();
        List<EventEvidence> evidence = candidates.stream()
                .map(rules -> new EventEvidence(classes, rules))
                .toList();
        for (int i = 0; i < clips; i++) {
            FrameScores own = scores.of(i);
            for (EventEvidence one : evidence) {
                labels.addTo(one, i, own);
            }
        }
        List<double[]> thresholds = evidence.stream().map(this::thresholds).toList();
        Map<String, Double> seconds = new LinkedHashMap<>();
        List<SoundEvent> references = new ArrayList<>();
        List<List<SoundEvent>> found = new ArrayList<>();
        candidates.forEach(_ -> found.add(new ArrayList<>()));
        for (int i = 0; i < clips; i++) {
            FrameScores own = scores.of(i);
            double[] times = own.times();
            float[] targets = new float[own.scores().length * classes.size()];
            if (!rows.read(i, own.scores().length, targets, 0) || !isKnown(targets)) {
                continue;
            }
            seconds.put(own.file(), times[times.length - 1]);
            references.addAll(events(own, targets));
            double row = times[1] - times[0];
            for (int k = 0; k < found.size(); k++) {
                found.get(k)
                        .addAll(PostProcessing.events(
                                own, classes, candidates.get(k).rules(thresholds.get(k), row)));
            }
        }
        return references.isEmpty()
                ? candidates.getFirst()
                : best(candidates, new EventReference(classes, seconds, references), found);
    }

    private static PostProcessing best(
            List<PostProcessing> candidates, EventReference reference, List<List<SoundEvent>> found) {
        // Where F1 is not a number, no class can be judged: the default stays.
        PostProcessing best = candidates.getFirst();
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < found.size(); k++) {
            double f1 = Intersection.of(TOLERANCE)
                    .compare(reference, found.get(k))
                    .figures()
                    .macro()
                    .f1();
            if (f1 > most) {
                best = candidates.get(k);
                most = f1;
            }
        }
        return best;
    }

    private double[] thresholds(EventEvidence evidence) {
        EventDecisions.Stretches any = new EventDecisions.Stretches(0, 0, 0, 0, 0);
        return EventDecisionLearner.of(evidence, EventThresholdRule.MAX_F1, Double.NaN)
                .learn(any, "timed clips")
                .classes()
                .stream()
                .mapToDouble(c -> c.isOff() ? Double.POSITIVE_INFINITY : c.threshold())
                .toArray();
    }

    private static boolean isKnown(float[] targets) {
        for (float target : targets) {
            if (Float.isNaN(target)) {
                return false;
            }
        }
        return true;
    }

    /** Runs of rows that a class covers for the most part. */
    private List<SoundEvent> events(FrameScores scores, float[] targets) {
        List<SoundEvent> events = new ArrayList<>();
        int count = scores.scores().length;
        for (int c = 0; c < classes.size(); c++) {
            int from = -1;
            for (int t = 0; t <= count; t++) {
                boolean sounds = t < count && targets[t * classes.size() + c] > 0.5;
                if (sounds && from < 0) {
                    from = t;
                } else if (!sounds && from >= 0) {
                    events.add(new SoundEvent(scores.file(), scores.times()[from], scores.times()[t], classes.get(c)));
                    from = -1;
                }
            }
        }
        return events;
    }
}
