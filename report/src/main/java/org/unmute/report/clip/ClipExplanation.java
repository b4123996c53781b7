package org.unmute.report.clip;

import java.util.List;
import org.unmute.models.audio.Recording;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenPlace;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;

/**
 * The scores of one clip and how those of some classes came about.
 *
 * @param clip name of the recording
 * @param recording its sound
 * @param encoder what made its tokens
 * @param features the tokens, as the encoder gave them
 * @param probe name of the probe
 * @param classes names of all classes
 * @param logits of all classes
 * @param scores of all classes, in [0, 1]
 * @param singleLabel whether scores are a softmax over the classes, else a sigmoid of each
 * @param reasons the classes explained, in the order asked for, or highest score first
 * @param on the probe on this clip, for more of it
 */
public record ClipExplanation(
        String clip,
        Recording recording,
        EncoderSpec encoder,
        Features features,
        String probe,
        List<String> classes,
        double[] logits,
        double[] scores,
        boolean singleLabel,
        List<Reason> reasons,
        ExplainedProbe.OnClip on) {
    /** Copies the lists. */
    public ClipExplanation {
        classes = List.copyOf(classes);
        reasons = List.copyOf(reasons);
    }

    /**
     * Why one class has its logit.
     *
     * @param classIndex the class
     * @param name its name
     * @param logit as the probe gives it
     * @param score in [0, 1]
     * @param contributions all parts
     * @param shown the strongest parts, each with its place
     * @param others how many parts are not shown
     * @param rest what those add together
     */
    public record Reason(
            int classIndex,
            String name,
            double logit,
            double score,
            Contributions contributions,
            List<Shown> shown,
            int others,
            double rest) {
        /** Copies the list. */
        public Reason {
            shown = List.copyOf(shown);
        }

        /** What is shown, added up: the shown parts, the others as one, and the bias. */
        public double sum() {
            double sum = contributions.bias() + rest;
            for (Shown s : shown) {
                sum += s.part().contribution();
            }
            return sum;
        }

        /** What the probe computes in one go less {@link #sum}: rounding. */
        public double difference() {
            return logit - sum();
        }
    }

    /**
     * A part with its place in the recording.
     *
     * @param part the part
     * @param place what its token stands for, or null where it rests on no single token
     * @param padding whether that token is of the silence behind the end of the recording
     */
    public record Shown(Part part, TokenPlace place, boolean padding) {}

    /** Seconds of the recording. */
    public double seconds() {
        return recording.seconds();
    }

    /** Where a part lies in this clip. */
    public Shown shown(Part part) {
        if (part.token() < 0) {
            return new Shown(part, null, false);
        }
        int freq = features.tokens().freq();
        TokenPlace place = encoder.place(part.token() / freq, part.token() % freq);
        return new Shown(part, place, place.isPadding(seconds()));
    }
}
