package org.unmute.probes.pool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.Resampler;
import org.unmute.files.MalformedFileException;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.tensor.DType;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsWriter;

/**
 * A probe with everything that scoring needs: class names, the standardization of its tokens, and which encoder made
 * them. It is saved as one safetensors file: parameters as {@code probe.NAME}, the rest in {@code standardization.*}
 * and metadata, what was learned on validation clips in {@code decisions.*} and {@code events.*}, a summary of
 * the boxes that it was trained on in {@code boxes.*}.
 *
 * <p><b>Scores</b> are what {@code unmute tag} prints: probabilities, calibrated if the probe learned a calibration on
 * validation clips, else the raw scores. <b>Raw scores</b> are the sigmoid or softmax of the logits as the probe was
 * trained for; thresholds decide on them ({@link Decisions}), metrics and {@code tag --scores} take them. Both have the
 * same bits by every way to them on one backend: alone, in a batch, on the command line or on Spark.
 *
 * <p>Thread-safe: many threads may share one probe. It holds only arrays on the heap, so it need not be closed.
 *
 * @param probe the probe
 * @param classes a name for each class, in the order of the logits
 * @param hasCls whether its tokens come with a cls token
 * @param singleLabel whether raw scores are a softmax, else a sigmoid for each class
 * @param soundOnly whether it was trained without rows of padding ({@link TokenMap#soundOnly}), and so scores without
 *     them; else padding counts as sound
 * @param standardization what tokens are standardized by before they reach the probe, or null
 * @param encoderHash hash of the encoder's weights and settings, or empty if not known
 * @param frontEndHash hash of the front end's settings, or empty if not known
 * @param decisions thresholds on raw scores of clips and their calibration, which validation clips taught, or null
 * @param eventDecisions the same for events, which have separate thresholds, or null
 * @param boxes the boxes that it was trained on, or null if it was not trained on boxes
 */
public record TrainedProbe(
        Probe probe,
        List<String> classes,
        boolean hasCls,
        boolean singleLabel,
        boolean soundOnly,
        @Nullable Standardization standardization,
        String encoderHash,
        String frontEndHash,
        @Nullable Decisions decisions,
        @Nullable EventDecisions eventDecisions,
        @Nullable TrainingBoxes boxes) {
    private static final String FORMAT = "unmute-probe-";
    /** Begins the names of parameters in a file. */
    static final String PARAMETER = "probe.";

    /**
     * @throws IllegalArgumentException if the class names are not one each, different and free of control characters
     */
    public TrainedProbe {
        classes = List.copyOf(classes);
        ProbeMetadata.of(classes, standardization, hasCls, decisions, eventDecisions, boxes)
                .check(probe.classes(), probe.dim());
    }

    /**
     * A probe that has learned no thresholds, and to which padding counts as sound.
     *
     * @throws IllegalArgumentException if the class names are not one each, different and free of control characters
     */
    public TrainedProbe(
            Probe probe,
            List<String> classes,
            boolean hasCls,
            boolean singleLabel,
            @Nullable Standardization standardization,
            String encoderHash,
            String frontEndHash) {
        this(probe, classes, hasCls, singleLabel, false, standardization, encoderHash, frontEndHash, null, null, null);
    }

    /**
     * The same probe with these thresholds and calibration, in the order of {@link #classes()}; null for none.
     *
     * @throws IllegalArgumentException if they are of other classes
     */
    public TrainedProbe with(@Nullable Decisions learned) {
        return metadata().with(learned).with(probe);
    }

    /**
     * The same probe with these decisions about events, in the order of {@link #classes()}; null for none.
     *
     * @throws IllegalArgumentException if they are of other classes
     */
    public TrainedProbe withEvents(@Nullable EventDecisions learned) {
        return metadata().with(learned).with(probe);
    }

    /**
     * The same probe with the boxes that it was trained on, in the order of {@link #classes()}; null for none.
     *
     * @throws IllegalArgumentException if it is of other classes
     */
    public TrainedProbe withBoxes(@Nullable TrainingBoxes taught) {
        return metadata().with(taught).with(probe);
    }

    /** The same probe, but scoring without rows of padding, or treating them as sound. */
    public TrainedProbe withSoundOnly(boolean only) {
        return metadata().withSoundOnly(only).with(probe);
    }

    /**
     * Checks that this probe was trained on tokens of this encoder, with the same weights, settings and front end:
     * scores on other tokens of the same size would be meaningless. Reads the checkpoint once, to hash it.
     *
     * @param encoder the encoder, opened from the checkpoint
     * @param checkpoint its file
     * @throws IllegalArgumentException if the probe was trained on other tokens, or does not know on which
     * @throws IOException if the checkpoint cannot be read
     */
    public void requireTokensOf(Encoder encoder, Path checkpoint) throws IOException {
        requireTokensOf(CacheKey.of(encoder.describe(), Sha256.of(checkpoint), Resampler.Kernel.HANN, DType.F32));
    }

    /**
     * {@link #requireTokensOf(Encoder, Path)} for a known key, for instance with another resampling filter; the type in
     * which its tokens are stored does not matter.
     *
     * @throws IllegalArgumentException if the probe was trained on other tokens, or does not know on which
     */
    public void requireTokensOf(CacheKey key) {
        metadata().requireTokensOf("trained probe " + probe.name() + ": ", key);
    }

    /** {@link #scores(TokenMap)} by class, in the order of {@link #classes()}. */
    public Map<String, Float> scoresByClass(TokenMap map) {
        return Probabilities.byClass(classes, scores(map));
    }

    /** {@link #scoresByClass}, not calibrated. */
    public Map<String, Float> rawScoresByClass(TokenMap map) {
        return Probabilities.byClass(classes, rawScores(map));
    }

    /**
     * Scores of one recording, {@code [classes]}, from its tokens as the encoder gave them; calibrated if the probe
     * learned it.
     *
     * @throws IllegalArgumentException if the token map does not fit the probe
     */
    public float[] scores(TokenMap map) {
        return calibrated(rawScores(map));
    }

    /** {@link #scores(TokenMap)}, not calibrated. */
    public float[] rawScores(TokenMap map) {
        return rawScores(List.of(map))[0];
    }

    /**
     * Scores of recordings of any length, {@code [clips][classes]}, in [0, 1]; calibrated if the probe learned it.
     *
     * @throws IllegalArgumentException if a token map does not fit the probe
     */
    public float[][] scores(List<TokenMap> maps) {
        return calibrated(rawScores(maps));
    }

    /** {@link #scores(List)}, not calibrated. */
    public float[][] rawScores(List<TokenMap> maps) {
        maps.forEach(this::requireFit);
        List<TokenMap> pooled = maps.stream().map(this::pooled).toList();
        float[][] scores = new float[maps.size()][];
        for (List<Integer> alike : TokenBatch.alike(pooled)) {
            try (TensorScope _ = new TensorScope()) {
                List<TokenMap> some = alike.stream().map(pooled::get).toList();
                float[][] own = rawScores(TokenBatch.of(backend(), some));
                for (int i = 0; i < own.length; i++) {
                    scores[alike.get(i)] = own[i];
                }
            }
        }
        return scores;
    }

    /**
     * Scores of one recording, {@code [classes]}, in [0, 1], calibrated if the probe learned it; a probe of several
     * layers ({@link Probe#layers}) needs those of all blocks.
     *
     * @throws IllegalArgumentException if tokens or layers do not fit the probe
     */
    public float[] scores(Features features) {
        return calibrated(rawScores(features));
    }

    /** {@link #scores(Features)}, not calibrated. */
    public float[] rawScores(Features features) {
        return of(features, this::rawScoresOf);
    }

    /** {@link #rawScores(Features)} before sigmoid or softmax. */
    public float[] logits(Features features) {
        return of(features, logits -> logits);
    }

    /**
     * Raw scores of logits of this probe: their sigmoid or softmax on its backend.
     *
     * @param logits {@code [..., classes]}
     */
    public Tensor rawScoresOf(Tensor logits) {
        return singleLabel ? logits.softmax(-1) : logits.sigmoid();
    }

    /** {@link #rawScoresOf(Tensor)} of one recording, {@code [classes]}, with the bits of its raw scores. */
    public float[] rawScoresOf(float[] logits) {
        try (TensorScope _ = new TensorScope()) {
            return Grad.withoutRecording(() ->
                    rawScoresOf(Tensor.of(backend(), logits, 1, logits.length)).toFloats());
        }
    }

    /** The calibration of raw scores that the probe learned, or null. */
    public @Nullable ScoreCalibration calibration() {
        return decisions == null ? null : decisions.calibration();
    }

    private float[] calibrated(float[] raw) {
        return decisions == null ? raw : decisions.calibration().apply(raw);
    }

    private float[][] calibrated(float[][] raw) {
        Arrays.setAll(raw, i -> calibrated(raw[i]));
        return raw;
    }

    private void requireFit(TokenMap map) {
        metadata().requireFit("trained probe " + probe.name() + ": ", map, probe.dim());
    }

    /** A token map as the probe pools it: without padding if it was trained without, and standardized. */
    private TokenMap pooled(TokenMap map) {
        return standardized(metadata().pooled(map));
    }

    private TokenMap standardized(TokenMap map) {
        return standardization == null ? map : standardization.of(map);
    }

    private float[] of(Features features, UnaryOperator<Tensor> finish) {
        try (TensorScope _ = new TensorScope()) {
            return rows(batch(features), finish)[0];
        }
    }

    /**
     * Scores of a batch that is standardized already, {@code [clips][classes]}; calibrated if the probe learned it.
     *
     * @throws IllegalArgumentException if the batch does not fit the probe
     */
    public float[][] scores(TokenBatch batch) {
        return calibrated(rawScores(batch));
    }

    /** {@link #scores(TokenBatch)}, not calibrated. */
    public float[][] rawScores(TokenBatch batch) {
        return rows(batch, this::rawScoresOf);
    }

    private float[][] rows(TokenBatch batch, UnaryOperator<Tensor> finish) {
        float[] flat =
                Grad.withoutRecording(() -> finish.apply(probe.logits(batch)).toFloats());
        int width = classes.size();
        float[][] rows = new float[batch.size()][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * width, (i + 1) * width));
        return rows;
    }

    /**
     * A recording as the probe takes it: without padding if it was trained without, standardized as in training, with
     * layers if the probe pools them.
     *
     * @param features output of the encoder, with all layers for a probe of several
     * @throws IllegalArgumentException if they do not fit the probe
     */
    public TokenBatch batch(Features features) {
        return batch(List.of(features));
    }

    /**
     * {@link #batch(Features)} of several recordings with equal grids, equal numbers of rows of sound among them if the
     * probe was trained without padding.
     *
     * @throws IllegalArgumentException if they do not fit the probe or each other
     */
    public TokenBatch batch(List<Features> clips) {
        return batchOfRows(soundOnly ? clips.stream().map(Features::soundOnly).toList() : clips);
    }

    /**
     * {@link #batch(List)} of the rows as they are, whatever they stand for: for those who choose rows themselves.
     *
     * @throws IllegalArgumentException if they do not fit the probe or each other
     */
    public TokenBatch batchOfRows(List<Features> clips) {
        clips.forEach(clip -> requireFit(clip.tokens()));
        if (probe.layers() == 0) {
            List<TokenMap> maps =
                    clips.stream().map(clip -> standardized(clip.tokens())).toList();
            return TokenBatch.of(backend(), maps);
        }
        if (standardization != null) {
            throw new IllegalArgumentException(
                    "trained probe " + probe.name() + ": tokens of several layers cannot be standardized");
        }
        return TokenBatch.ofFeatures(backend(), clips);
    }

    /**
     * {@link Probe#similarityMap} of one recording: {@code [prototypes or queries, time, freq]}, without the rows of
     * padding if the probe was trained without them.
     *
     * @throws UnsupportedOperationException if the probe does not weight tokens
     */
    public Tensor similarityMap(TokenMap map) {
        return probe.similarityMap(TokenBatch.of(backend(), List.of(pooled(map))))
                .orElseThrow(() -> new UnsupportedOperationException("similarity map: probe " + probe.name()
                        + " does not weight tokens: use one with prototypes or attention, such as protobin"))
                .select(0, 0);
    }

    /** The backend that holds its parameters. */
    public Backend backend() {
        return probe.backend();
    }

    /**
     * Writes the file with a digest of its bytes, which {@link #open} checks. An existing file is replaced only once
     * the new one is complete.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path path) throws IOException {
        SafetensorsWriter out = metadata()
                .file(FORMAT)
                .metadata("probe", probe.name())
                .metadata("options", probe.options().lines());
        probe.parameters().forEach((name, p) -> out.add(PARAMETER + name, p.shape(), p.toFloats()));
        probe.buffers().forEach((name, b) -> out.add(PARAMETER + name, b.shape(), b.toFloats()));
        out.write(path);
    }

    /** Everything but the probe. */
    ProbeMetadata metadata() {
        return new ProbeMetadata(
                classes,
                hasCls,
                singleLabel,
                soundOnly,
                standardization,
                encoderHash,
                frontEndHash,
                decisions,
                eventDecisions,
                boxes);
    }

    /** {@link #load} onto the current backend, where encoders are, too. */
    public static TrainedProbe open(Path path) throws IOException {
        return load(path, Backends.current());
    }

    /**
     * Reads a saved probe onto a backend.
     *
     * @throws MalformedFileException if it is no safetensors file, or its bytes have changed since it was written
     * @throws IOException if it cannot be read or is not a saved probe; the message says what is wrong
     */
    public static TrainedProbe load(Path path, Backend backend) throws IOException {
        return ProbeMetadata.load(path, "trained probe", FORMAT, file -> ProbeMetadata.probe(file, backend));
    }
}
