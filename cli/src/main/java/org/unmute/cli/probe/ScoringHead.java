package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.experiments.encoder.OpenEncoder;
import org.unmute.experiments.provenance.RunRecord;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.decision.Decisions;
import org.unmute.report.clip.ExplainedProbe;

/**
 * Computes scores of a recording: an encoder's own head, or a probe on its tokens.
 *
 * @param classes class names, in the order of the logits
 * @param logits computes logits from samples at the encoder's rate; called from several threads
 * @param exclusive whether classes are mutually exclusive; null if unknown
 * @param decisions thresholds and calibration that a probe learned, or null
 * @param about a description, for the record
 */
public record ScoringHead(
        List<String> classes, Function<float[], float[]> logits, Boolean exclusive, Decisions decisions, String about) {
    /** @throws CommandException if the encoder has no head */
    public static ScoringHead ofEncoder(OpenEncoder loaded) {
        Encoder encoder = loaded.encoder();
        List<String> classes = encoder.describe().classes();
        if (classes.isEmpty()) {
            throw CommandException.input("encoder " + loaded.origin() + " has no classification head: give a "
                    + "fine-tuned checkpoint, or train a probe with 'unmute probe' and name it with --probe");
        }
        return new ScoringHead(classes, encoder::scores, null, null, "the encoder's own head");
    }

    /**
     * The head of a trained or packed probe.
     *
     * @param named the probe's file, or the folder of a run with one probe
     * @param key the cache key of the encoder's tokens
     * @throws CommandException if it cannot be read, or was trained on other tokens
     */
    public static ScoringHead ofProbe(Path named, OpenEncoder loaded, CacheKey key, RunRecord record)
            throws IOException {
        Path file = ProbeFiles.one(named);
        record.input(file);
        try {
            ExplainedProbe probe = ExplainedProbe.open(file);
            probe.requireTokensOf(key);
            Features.Request wanted = wanted(probe, loaded.encoder().describe());
            return new ScoringHead(
                    probe.classes(),
                    samples -> floats(
                            probe.on(loaded.encoder().features(samples, wanted)).logits()),
                    probe.singleLabel(),
                    probe.decisions(),
                    probe.name() + " " + file);
        } catch (IllegalArgumentException | IOException e) {
            throw CommandException.input(Failure.of(e).message(), e);
        }
    }

    /**
     * Raw scores of a probe, sigmoid or softmax as it was trained for, {@code [classes]}, in [0, 1].
     *
     * @param logits of a recording
     */
    public float[] scores(float[] logits) {
        return exclusive ? Scoring.softmax(logits) : Scoring.sigmoid(logits);
    }

    private static float[] floats(double[] x) {
        float[] f = new float[x.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) x[i];
        }
        return f;
    }

    private static Features.Request wanted(ExplainedProbe probe, EncoderSpec encoder) {
        if (probe.layers() == 0) {
            return Features.Request.TOKENS;
        }
        if (probe.layers() != encoder.depth()) {
            throw new IllegalArgumentException("probe " + probe.name() + " looks at " + probe.layers()
                    + " layers, the encoder has " + encoder.depth() + " blocks: use the encoder it was trained on");
        }
        return Features.Request.allLayers(encoder.depth(), false);
    }
}
