package org.unmute.report.clip;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.unmute.audio.Recording;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenPlace;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;

/**
 * The scores of one clip, with the terms of some classes' logits.
 *
 * @param clip name of the recording, and of the stretch of it
 * @param recording the sound of the recording or the stretch
 * @param start where it begins in the recording, in seconds; places of parts are counted from the recording's beginning
 * @param encoder the encoder of its tokens
 * @param features the tokens and other features, as the encoder computed them, without the rows of padding if the probe
 *     leaves them out
 * @param probe name of the probe
 * @param classes names of all classes
 * @param logits of all classes
 * @param scores of all classes, in [0, 1]
 * @param singleLabel whether scores are a softmax over the classes, else a sigmoid of each
 * @param decisions thresholds and calibration that the probe learned on validation clips, or null
 * @param reasons the explained classes, in the requested order, or highest score first
 * @param on the probe on this clip, for further queries
 */
public record ClipExplanation(
        String clip,
        Recording recording,
        double start,
        EncoderSpec encoder,
        Features features,
        String probe,
        List<String> classes,
        double[] logits,
        double[] scores,
        boolean singleLabel,
        Decisions decisions,
        List<Reason> reasons,
        ExplainedProbe.OnClip on) {
    /** Copies the lists. */
    public ClipExplanation {
        classes = List.copyOf(classes);
        reasons = List.copyOf(reasons);
    }

    /**
     * The terms of one class's logit.
     *
     * @param classIndex the class
     * @param name its name
     * @param logit as the probe gives it
     * @param score in [0, 1]
     * @param contributions all parts
     * @param shown the parts with the largest magnitude, each with its place
     * @param others the number of parts not shown
     * @param rest the sum of the parts not shown
     */
    public record Reason(
            int classIndex,
            String name,
            double logit,
            double score,
            Contributions contributions,
            List<LocatedPart> shown,
            int others,
            double rest) {
        /** Copies the list. */
        public Reason {
            shown = List.copyOf(shown);
        }

        /** The sum of the shown parts, the others and the bias. */
        public double sum() {
            double sum = contributions.bias() + rest;
            for (LocatedPart s : shown) {
                sum += s.part().contribution();
            }
            return sum;
        }

        /** The logit minus {@link #sum}: rounding. */
        public double difference() {
            return logit - sum();
        }
    }

    /**
     * A part with its place in the recording.
     *
     * @param part the part
     * @param place the place of its token, or null if it has no single token
     * @param padding whether that token lies in the padding after the end of the recording
     */
    public record LocatedPart(Part part, TokenPlace place, boolean padding) {}

    /**
     * What the probe learned about a class, applied to its score.
     *
     * @param calibrated the calibrated score
     * @param threshold on the raw score
     * @param calibratedThreshold the same on the calibrated score
     * @param present whether the score is greater
     * @param known whether a validation clip had the class; else the threshold is {@value Decisions#FALLBACK}
     */
    public record Verdict(
            double calibrated, double threshold, double calibratedThreshold, boolean present, boolean known) {
        /** In words: {@code calibrated 0.912, above its threshold 0.431}. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "calibrated %.4f, %s %s threshold %.4f",
                    calibrated,
                    present ? "above" : "not above",
                    known ? "its" : "the default",
                    Math.max(0, threshold));
        }
    }

    /** The verdict about a class; empty if the probe learned none. */
    public Optional<Verdict> verdict(int c) {
        return decisions == null
                ? Optional.empty()
                : Optional.of(new Verdict(
                        decisions.calibration().apply(c, scores[c]),
                        decisions.threshold(c),
                        decisions.calibratedThreshold(c),
                        decisions.isPresent(c, scores[c]),
                        decisions.isKnown(c)));
    }

    /** Seconds of the recording or the stretch. */
    public double seconds() {
        return recording.seconds();
    }

    /** The place of a part in this clip. */
    public LocatedPart shown(Part part) {
        if (part.token() < 0) {
            return new LocatedPart(part, null, false);
        }
        int freq = features.tokens().freq();
        TokenPlace place = encoder.place(part.token() / freq, part.token() % freq);
        TokenPlace inRecording = new TokenPlace(
                start + place.start(),
                start + place.end(),
                place.firstBand(),
                place.lastBand(),
                place.lowHz(),
                place.highHz(),
                place.fullBand());
        return new LocatedPart(part, inRecording, place.isPadding(seconds()));
    }
}
