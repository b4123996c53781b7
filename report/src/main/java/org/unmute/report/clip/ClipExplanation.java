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
import org.unmute.probes.truth.TrainingBoxes;

/**
 * The scores of one clip, with the terms of the logits of some classes.
 *
 * @param clip name of the recording and of the stretch, if only part of it is explained
 * @param recording the sound of the recording or the stretch
 * @param start start of the stretch in the recording, in seconds; positions of parts are relative to the start of the
 *     recording
 * @param encoder the encoder that computed the tokens
 * @param features the tokens and other features from the encoder, without padding rows if the probe omits them
 * @param probe name of the probe
 * @param classes names of all classes
 * @param logits of all classes
 * @param scores of all classes, in [0, 1]
 * @param singleLabel whether scores are a softmax over the classes rather than a sigmoid of each
 * @param decisions thresholds and calibration learned on validation clips, or null
 * @param boxes the boxes that the probe was trained on, or null
 * @param reasons the explained classes, in the requested order or by descending score
 * @param on the probe applied to this clip, for further queries
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
        TrainingBoxes boxes,
        List<Reason> reasons,
        ExplainedProbe.OnClip on) {
    /** Copies the lists. */
    public ClipExplanation {
        classes = List.copyOf(classes);
        reasons = List.copyOf(reasons);
    }

    /**
     * The terms of the logit of one class.
     *
     * @param classIndex the class
     * @param name its name
     * @param logit as computed by the probe
     * @param score in [0, 1]
     * @param contributions all parts
     * @param shown the parts with the largest magnitude, each with its position
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

        /** The sum of the shown parts, the other parts and the bias. */
        public double sum() {
            double sum = contributions.bias() + rest;
            for (LocatedPart s : shown) {
                sum += s.part().contribution();
            }
            return sum;
        }

        /** The logit minus {@link #sum}, which is the rounding error. */
        public double difference() {
            return logit - sum();
        }
    }

    /**
     * A part with its position in the recording.
     *
     * @param part the part
     * @param place the position of its token, or null if it has no single token
     * @param padding whether that token lies in the padding after the end of the recording
     */
    public record LocatedPart(Part part, TokenPlace place, boolean padding) {}

    /**
     * The probe's calibration and threshold for a class, applied to its score.
     *
     * @param calibrated the calibrated score
     * @param threshold threshold for the raw score
     * @param calibratedThreshold threshold for the calibrated score
     * @param present whether the score exceeds the threshold
     * @param known whether a validation clip had the class; else the threshold is {@value Decisions#FALLBACK}
     */
    public record Verdict(
            double calibrated, double threshold, double calibratedThreshold, boolean present, boolean known) {
        /** The verdict as text: {@code calibrated 0.912, above its threshold 0.431}. */
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

    /** The verdict on a class; empty if the probe has no calibration and thresholds. */
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

    /** The boxes that taught a class; {@link TrainingBoxes.OfClass#NONE} if there were none. */
    public TrainingBoxes.OfClass taught(int c) {
        return boxes == null ? TrainingBoxes.OfClass.NONE : boxes.classes().get(c);
    }

    /** Length of the recording or the stretch in seconds. */
    public double seconds() {
        return recording.seconds();
    }

    /** A part with its position in this clip. */
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
