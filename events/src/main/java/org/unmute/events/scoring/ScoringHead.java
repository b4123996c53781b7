package org.unmute.events.scoring;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.TrainedProbe;

/**
 * Computes scores of a recording with an encoder's own head or with a probe on its tokens. Thread-safe.
 *
 * <p>A probe can also score {@link #request features} that were computed for another purpose, such as a token cache, so
 * that nothing is encoded twice. The logits are bit-identical.
 */
public final class ScoringHead {
    private final Head head;
    private final String about;
    private final Features.Request request;
    private final Function<float[], float[]> ofSamples;

    private ScoringHead(Head head, String about, Features.Request request, Function<float[], float[]> ofSamples) {
        this.head = head;
        this.about = about;
        this.request = request;
        this.ofSamples = ofSamples;
    }

    /** The common properties of a saved probe and an encoder's own head. */
    private record Head(
            String name,
            List<String> classes,
            Boolean exclusive,
            Decisions decisions,
            int layers,
            Function<Features, float[]> logits,
            UnaryOperator<float[]> rawScores) {}

    /**
     * The head of the encoder itself.
     *
     * @throws InputException if the encoder has none
     */
    public static ScoringHead ofEncoder(OpenEncoder open) {
        Encoder encoder = open.encoder();
        List<String> classes = encoder.describe().classes();
        if (classes.isEmpty()) {
            throw new InputException("encoder " + open.origin() + " has no classification head: give a "
                    + "fine-tuned checkpoint, or train a probe with 'unmute probe' and name it with --probe");
        }
        Head own = new Head("head", classes, null, null, 0, null, null);
        return new ScoringHead(own, "the encoder's own head", null, encoder::scores);
    }

    /**
     * Loads the head of a trained or packed probe.
     *
     * @param file file of the probe
     * @param open the encoder to score with
     * @param key cache key of the encoder's tokens, of any dtype
     * @throws InputException if the file cannot be read, or the probe was trained on other tokens
     */
    public static ScoringHead ofProbe(Path file, OpenEncoder open, CacheKey key) {
        try {
            Head head;
            if (PackedProtobin.isPacked(file)) {
                PackedProtobin probe = PackedProtobin.load(file);
                probe.requireTokensOf(key);
                head = of(probe);
            } else {
                TrainedProbe probe = TrainedProbe.open(file);
                probe.requireTokensOf(key);
                head = of(probe);
            }
            Features.Request request = request(head, open.encoder().describe());
            return new ScoringHead(
                    head,
                    head.name() + " " + file,
                    request,
                    samples -> head.logits().apply(open.encoder().features(samples, request)));
        } catch (IllegalArgumentException | IOException e) {
            throw new InputException(Diagnosis.of(e).message(), e);
        }
    }

    private static Head of(TrainedProbe probe) {
        return new Head(
                probe.probe().name(),
                probe.classes(),
                probe.singleLabel(),
                probe.decisions(),
                probe.probe().layers(),
                probe::logits,
                probe::rawScoresOf);
    }

    private static Head of(PackedProtobin probe) {
        return new Head(
                "protobin, packed",
                probe.classes(),
                probe.singleLabel(),
                probe.decisions(),
                0,
                features -> floats(probe.logits(features.tokens())),
                probe::rawScoresOf);
    }

    private static float[] floats(double[] x) {
        float[] f = new float[x.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = (float) x[i];
        }
        return f;
    }

    private static Features.Request request(Head probe, EncoderSpec encoder) {
        if (probe.layers() == 0) {
            return Features.Request.TOKENS;
        }
        if (probe.layers() != encoder.depth()) {
            throw new IllegalArgumentException("probe " + probe.name() + " looks at " + probe.layers()
                    + " layers, the encoder has " + encoder.depth() + " blocks: use the encoder it was trained on");
        }
        return Features.Request.allLayers(encoder.depth(), false);
    }

    /** Class names, in the order of the logits. */
    public List<String> classes() {
        return head.classes();
    }

    /** Whether classes are mutually exclusive; null if unknown, as for an encoder's own head. */
    public Boolean exclusive() {
        return head.exclusive();
    }

    /** Thresholds and calibration that the probe learned, or null. */
    public Decisions decisions() {
        return head.decisions();
    }

    /** A description, for run records. */
    public String about() {
        return about;
    }

    /** The encoder output that a probe needs; null for an encoder's own head, which scores samples directly. */
    public Features.Request request() {
        return request;
    }

    /**
     * Logits of a recording, {@code [classes]}.
     *
     * @param samples at the encoder's sample rate
     * @throws IllegalArgumentException if the recording is too short, or a logit is NaN
     */
    public float[] logits(float[] samples) {
        return requireNumbers(ofSamples.apply(samples));
    }

    /**
     * Logits of a recording, {@code [classes]}, from its encoder features.
     *
     * @param features as returned by {@link Encoder#features}, with at least the content of {@link #request}
     * @throws IllegalArgumentException if the features do not fit the probe, or a logit is NaN
     * @throws NullPointerException if this is an encoder's own head
     */
    public float[] logits(Features features) {
        Objects.requireNonNull(head.logits(), "an encoder's own head scores samples");
        return requireNumbers(head.logits().apply(features));
    }

    private float[] requireNumbers(float[] logits) {
        for (float logit : logits) {
            if (Float.isNaN(logit)) {
                throw new IllegalArgumentException(about + " gives NaN: its numbers are too large for float32");
            }
        }
        return logits;
    }

    /**
     * Raw scores of a probe, {@code [classes]}, in [0, 1], by sigmoid or softmax as in training. They are bit-identical
     * to those of the probe's {@code rawScores}.
     *
     * @param logits of a recording
     * @throws NullPointerException if this is an encoder's own head
     */
    public float[] rawScores(float[] logits) {
        return head.rawScores().apply(logits);
    }
}
