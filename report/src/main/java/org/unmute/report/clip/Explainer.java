package org.unmute.report.clip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.unmute.audio.ClipTooShortException;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.files.NearestName;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderBand;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.report.clip.ClipExplanation.Reason;

/**
 * Explains the scores of clips.
 *
 * @param encoder the encoder whose tokens the probe was trained on
 * @param scorer the probe
 * @param resampling the resampling kernel for recordings with other sample rates
 */
public record Explainer(Encoder encoder, ExplainedProbe scorer, Resampler.Kernel resampling) {
    /** Number of classes explained by default. */
    public static final int DEFAULT_CLASSES = 3;
    /** Maximum length in seconds of the sound that is explained: longer sounds would give unreadable pictures. */
    public static final int MAX_SECONDS = 60;
    /** Maximum number of class names in a message. */
    private static final int MAX_NAMED = 30;
    /**
     * Tolerated rounding difference between sum and logit, relative to the magnitude of the terms, but at least to 1.
     */
    private static final double TOLERANCE = 1e-5;

    /**
     * The index of a class.
     *
     * @throws IllegalArgumentException if there is no such class; the message suggests the most similar name
     */
    public int classIndex(String name) {
        int index = scorer.classes().indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("the probe has no class '" + name + "': "
                    + NearestName.to(name, scorer.classes())
                            .map(near -> "did you mean '" + near + "'? ")
                            .orElse("")
                    + "It has "
                    + (scorer.classes().size() > MAX_NAMED
                            ? scorer.classes().size() + " classes"
                            : String.join(", ", scorer.classes())));
        }
        return index;
    }

    /**
     * Explains a whole recording; see {@link #explain(String, Recording, double, List, int, boolean)}.
     */
    public ClipExplanation explain(String clip, Recording recording, List<Integer> classes, int max, boolean figures) {
        return explain(clip, recording, 0, classes, max, figures);
    }

    /**
     * Runs encoder and probe on a recording, or on a stretch of it, and decomposes the logits into their terms.
     *
     * @param clip name of the recording and of the stretch
     * @param recording its sound
     * @param start start of the stretch in the recording, in seconds
     * @param classes indices of the classes to explain; if empty, the {@value #DEFAULT_CLASSES} classes with the
     *     highest scores
     * @param max maximum number of parts shown for each class
     * @param figures whether {@link ClipFigures} will be drawn, which requires more features
     * @throws ClipTooShortException if the recording is shorter than one frame
     * @throws IllegalArgumentException if the probe cannot explain its scores, the scores are not finite, or the sound
     *     is longer than {@value #MAX_SECONDS} s
     */
    public ClipExplanation explain(
            String clip, Recording recording, double start, List<Integer> classes, int max, boolean figures) {
        if (recording.seconds() > MAX_SECONDS) {
            throw new IllegalArgumentException("explain: " + clip + " has " + recording.seconds() + " s; at most "
                    + MAX_SECONDS + " s are explained at a time: give it a stretch");
        }
        EncoderSpec spec = encoder.describe();
        float[] samples = samples(recording, spec);
        if (samples.length < spec.frameSamples()) {
            throw new ClipTooShortException("explain", samples.length, spec.frameSamples(), spec.sampleRate());
        }
        List<Integer> layers = scorer.layers() == 0
                ? List.of()
                : IntStream.range(0, spec.depth()).boxed().toList();
        Features features =
                scorer.pooled(encoder.features(samples, new Features.Request(layers, figures && spec.hasCls())));
        ExplainedProbe.OnClip on = scorer.on(features);
        double[] logits = on.logits();
        double[] scores = scores(on, logits);
        ClipExplanation scored = new ClipExplanation(
                clip,
                recording,
                start,
                spec,
                features,
                scorer.name(),
                scorer.classes(),
                logits,
                scores,
                scorer.singleLabel(),
                scorer.decisions(),
                scorer.boxes(),
                List.of(),
                on);
        List<Reason> reasons = new ArrayList<>();
        for (int c : classes.isEmpty() ? best(logits, DEFAULT_CLASSES) : classes) {
            reasons.add(reason(scored, c, max));
        }
        return new ClipExplanation(
                clip,
                recording,
                start,
                spec,
                features,
                scorer.name(),
                scorer.classes(),
                logits,
                scores,
                scorer.singleLabel(),
                scorer.decisions(),
                scorer.boxes(),
                reasons,
                on);
    }

    /** Indices of the classes with the highest logits, highest first. */
    static List<Integer> best(double[] logits, int max) {
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer c) -> -logits[c]))
                .limit(max)
                .toList();
    }

    private double[] scores(ExplainedProbe.OnClip on, double[] logits) {
        float[] rounded = new float[logits.length];
        for (int c = 0; c < logits.length; c++) {
            if (!Double.isFinite(logits[c])) {
                throw new IllegalArgumentException(
                        "the logit of class '" + scorer.classes().get(c) + "' is " + logits[c]
                                + ": the training of the probe diverged, or the encoder gives no numbers for this"
                                + " recording");
            }
            rounded[c] = (float) logits[c];
        }
        float[] raw = on.rawScoresOf(rounded);
        return IntStream.range(0, raw.length).mapToDouble(c -> raw[c]).toArray();
    }

    private Reason reason(ClipExplanation scored, int c, int max) {
        Contributions all = scored.on()
                .contributions(c)
                .orElseThrow(() -> new IllegalArgumentException(
                        "probe " + scorer.name() + " does not tell how its scores come about"));
        List<Part> strongest = all.strongest(max);
        double rest = 0;
        for (Part p : all.parts()) {
            // parts are compared by identity, since two may be equal
            if (strongest.stream().noneMatch(s -> s == p)) {
                rest += p.contribution();
            }
        }
        Reason reason = new Reason(
                c,
                scorer.classes().get(c),
                scored.logits()[c],
                scored.scores()[c],
                all,
                strongest.stream().map(scored::shown).toList(),
                all.parts().size() - strongest.size(),
                rest);
        if (!(Math.abs(reason.difference()) <= TOLERANCE * Math.max(1, all.magnitude()))) {
            throw new IllegalStateException("the contributions to class '" + reason.name() + "' sum to " + reason.sum()
                    + ", its logit is " + reason.logit() + ": they differ by " + reason.difference());
        }
        return reason;
    }

    private float[] samples(Recording recording, EncoderSpec spec) {
        String unheard = EncoderBand.of(spec).nothingOf(recording.sampleRate());
        if (unheard != null) {
            throw new IllegalArgumentException("explain: " + unheard);
        }
        return recording.resampled(spec.speed(), spec.sampleRate(), resampling).samples();
    }
}
