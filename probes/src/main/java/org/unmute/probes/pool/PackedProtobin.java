package org.unmute.probes.pool;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.files.MalformedFileException;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.decision.Decisions;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredType;

/**
 * The deployed form of a trained protobin (paper, sections 4.1 and 4.2): one bit an entry of a prototype, in memory and
 * in the file, a 32nd of float32. Scores need no backend: {@code s_j(n) = (1/√dim) Σ_d ± ẑ_{n,d}} has additions
 * only, and a lookup table holds the 256 signed sums of each eight entries of a token, computed once for all
 * prototypes.
 *
 * <p>A bit is 1 where the entry is +1, that is where the trained number is at least 0, -0.0 included. Immutable and
 * thread-safe.
 */
public final class PackedProtobin {
    private static final String FORMAT = "unmute-packed-protobin-";
    private static final String PROBE = "protobin";
    private static final String VECTORS = "prototype_vectors";
    private static final String DIM = "dim";

    private final PackedPrototypes prototypes;
    /** {@code [classes, prototypes]}. */
    private final float[] weight;

    private final float[] bias;
    private final ProbeMetadata metadata;

    private PackedProtobin(PackedPrototypes prototypes, float[] weight, float[] bias, ProbeMetadata metadata) {
        this.prototypes = prototypes;
        this.weight = weight;
        this.bias = bias;
        this.metadata = metadata;
        metadata.check(bias.length, prototypes.dim());
    }

    /**
     * Packs a trained probe.
     *
     * @throws IllegalArgumentException if it is not a protobin or was trained on rows or on boxes, or a prototype has a
     *     number that is NaN or infinite: the trained probe scores NaN then, which no bit can express
     */
    public static PackedProtobin pack(TrainedProbe trained) {
        Probe p = trained.probe();
        boolean ofRows = p instanceof FrameWise rows && rows.isOfRows();
        if (!p.name().equals(PROBE) || ofRows || p.options().has(MaxPooled.BANDS)) {
            throw new IllegalArgumentException("pack: probe " + p.name() + " [" + p.options() + "] has no binary"
                    + " prototypes, scores row by row, or has boxes: only a protobin of whole clips can be packed");
        }
        Map<String, Tensor> parameters = p.parameters();
        return new PackedProtobin(
                PackedPrototypes.signsOf(
                        parameters.get(VECTORS).toFloats(), p.dim(), p.options().has(MaxPooled.EXTREMES)),
                parameters.get(Classifier.WEIGHT).toFloats(),
                parameters.get(Classifier.BIAS).toFloats(),
                trained.metadata());
    }

    /** A name for each class, in the order of the scores. */
    public List<String> classes() {
        return metadata.classes();
    }

    /** Number of learned prototypes over all classes. */
    public int prototypeCount() {
        return prototypes.stored();
    }

    /** Numbers a token it expects. */
    public int dim() {
        return prototypes.dim();
    }

    /** Whether raw scores are a softmax, else a sigmoid for each class. */
    public boolean singleLabel() {
        return metadata.singleLabel();
    }

    /** Whether it scores without rows of padding; see {@link TrainedProbe#soundOnly}. */
    public boolean soundOnly() {
        return metadata.soundOnly();
    }

    /** Hash of the encoder's weights and settings, or empty if not known. */
    public String encoderHash() {
        return metadata.encoderHash();
    }

    /** Hash of the front end's settings, or empty if not known. */
    public String frontEndHash() {
        return metadata.frontEndHash();
    }

    /** Thresholds and calibration of the probe it was packed from, or null. */
    public @Nullable Decisions decisions() {
        return metadata.decisions();
    }

    /** Bytes of the prototypes. The linear layer on top stays in float32: {@code 4 (features + 1) classes} bytes. */
    public long bankBytes() {
        return prototypes.bits().length;
    }

    /**
     * The same probe with prototypes of ±1 in place of bits, on a backend: what needs a {@link TrainedProbe}, such as
     * scores of rows, gets the bits that the trained one gives.
     */
    public TrainedProbe unpacked(Backend backend) {
        Map<String, Tensor> parameters = Map.of(
                VECTORS,
                Tensor.of(backend, prototypes.signs(), prototypes.stored(), prototypes.dim()),
                Classifier.WEIGHT,
                Tensor.of(backend, weight, bias.length, prototypes.count()),
                Classifier.BIAS,
                Tensor.of(backend, bias, bias.length));
        ProbeOptions options =
                prototypes.axes() ? ProbeOptions.DEFAULTS.with(MaxPooled.EXTREMES, true) : ProbeOptions.DEFAULTS;
        return metadata.with(Probes.of(PROBE, parameters, metadata.hasCls(), options));
    }

    /**
     * Checks that it was trained on tokens of this key; as {@link TrainedProbe#requireTokensOf(CacheKey)}.
     *
     * @throws IllegalArgumentException if it was trained on other tokens, or does not know on which
     */
    public void requireTokensOf(CacheKey key) {
        metadata.requireTokensOf("packed protobin: ", key);
    }

    /**
     * Scores of one recording, {@code [classes]}, in [0, 1], from its tokens as the encoder gave them; calibrated if
     * the probe learned it, as {@link TrainedProbe#scores(TokenMap)}.
     *
     * @throws IllegalArgumentException if the tokens do not fit
     */
    public float[] scores(TokenMap map) {
        float[] raw = rawScores(map);
        return decisions() == null ? raw : decisions().calibration().apply(raw);
    }

    /** {@link #scores} by class, in the order of {@link #classes()}. */
    public Map<String, Float> scoresByClass(TokenMap map) {
        return Probabilities.byClass(classes(), scores(map));
    }

    /** {@link #scores}, not calibrated: sigmoid or softmax of the logits, on which thresholds decide. */
    public float[] rawScores(TokenMap map) {
        double[] logits = logits(map);
        float[] rounded = new float[logits.length];
        for (int c = 0; c < rounded.length; c++) {
            rounded[c] = (float) logits[c];
        }
        return rawScoresOf(rounded);
    }

    /** Raw scores of one recording's logits, rounded to float32. */
    public float[] rawScoresOf(float[] logits) {
        return metadata.singleLabel() ? Probabilities.softmax(logits) : Probabilities.sigmoid(logits);
    }

    /**
     * Scores before sigmoid or softmax, {@code [classes]}, from tokens as the encoder gave them.
     *
     * @throws IllegalArgumentException if the tokens do not fit
     */
    public double[] logits(TokenMap map) {
        double[] best = descriptor(map);
        double[] logits = new double[bias.length];
        for (int c = 0; c < logits.length; c++) {
            double sum = bias[c];
            for (int j = 0; j < best.length; j++) {
                sum += weight[c * best.length + j] * best[j];
            }
            logits[c] = sum;
        }
        return logits;
    }

    /**
     * The logit of one class as a sum: cosine with the winning token times weight for each prototype, then for each
     * channel if the probe reads their extremes.
     *
     * @throws IllegalArgumentException if the tokens do not fit or there is no such class
     */
    public Contributions contributions(TokenMap map, int classIndex) {
        Contributions.requireClass(classIndex, bias.length);
        int count = prototypes.count();
        int[] winners = new int[count];
        double[] best = descriptor(map, winners);
        double[] weights = new double[count];
        for (int j = 0; j < count; j++) {
            weights[j] = weight[classIndex * count + j];
        }
        return Contributions.ofPrototypes(prototypes.stored(), best, winners, weights, bias[classIndex]);
    }

    /**
     * The cosine of some prototypes with every token, {@code [which][time · freq]}; without padding if so trained.
     *
     * @throws IllegalArgumentException if the tokens do not fit
     */
    public double[][] similarityMap(TokenMap map, int[] which) {
        double[][] all = new double[which.length][metadata.pooled(map).count()];
        cosines(map, which, (at, n, cosine) -> all[at][n] = cosine);
        return all;
    }

    /**
     * Maximum cosine of each prototype over a recording's tokens, then the extremes of channels if the probe reads
     * them, {@code [features]}; all NaN if a token has a NaN or an infinite number.
     *
     * @throws IllegalArgumentException if the tokens do not fit
     */
    public double[] descriptor(TokenMap map) {
        return descriptor(map, new int[prototypes.count()]);
    }

    /** @param winners the tokens with the maximum cosines, the first on ties. Modified. */
    private double[] descriptor(TokenMap map, int[] winners) {
        double[] best = new double[winners.length];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        cosines(map, IntStream.range(0, winners.length).toArray(), (j, n, cosine) -> {
            if (cosine > best[j]) {
                winners[j] = n;
            }
            best[j] = Math.max(best[j], cosine);
        });
        return best;
    }

    private void cosines(TokenMap whole, int[] which, PackedPrototypes.CosineConsumer consumer) {
        metadata.requireFit("packed protobin: ", whole, prototypes.dim());
        TokenMap map = metadata.pooled(whole);
        Standardization standardization = metadata.standardization();
        TokenMap tokens = standardization == null ? map : standardization.of(map);
        prototypes.cosines(tokens.tokens(), which, consumer);
    }

    /**
     * Writes one safetensors file: the bits as U8 {@code [prototypes, ⌈dim / 8⌉]}, the linear layer in F32, the
     * rest in metadata, with a digest of its bytes, which {@link #load} checks. An existing file is replaced only once
     * the new one is complete.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path path) throws IOException {
        SafetensorsWriter out = metadata.file(FORMAT).metadata(DIM, Integer.toString(prototypes.dim()));
        out.add(PackedPrototypes.BITS, StoredType.U8, prototypes.shape(), MemorySegment.ofArray(prototypes.bits()));
        out.add(Classifier.WEIGHT, Shape.of(bias.length, prototypes.count()), weight);
        out.add(Classifier.BIAS, Shape.of(bias.length), bias);
        out.write(path);
    }

    /**
     * Whether a safetensors file holds a packed probe.
     *
     * @throws MalformedFileException if it is no safetensors file
     * @throws IOException if it cannot be read
     */
    public static boolean isPacked(Path path) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            return file.metadata().getOrDefault(ProbeMetadata.FORMAT, "").startsWith(FORMAT);
        }
    }

    /**
     * Reads a saved one.
     *
     * @throws MalformedFileException if it is no safetensors file, or its bytes have changed since it was written
     * @throws IOException if it cannot be read or is no packed probe; the message says what is wrong
     */
    public static PackedProtobin load(Path path) throws IOException {
        return ProbeMetadata.load(path, "packed protobin", FORMAT, PackedProtobin::read);
    }

    private static PackedProtobin read(SafetensorsFile file) {
        for (String name : List.of(PackedPrototypes.BITS, Classifier.WEIGHT, Classifier.BIAS)) {
            if (!file.has(name)) {
                throw new IllegalArgumentException(name + " is missing");
            }
        }
        int dim = new ProbeOptions(file.metadata()).integer(DIM, 0, 1, Integer.MAX_VALUE - Byte.SIZE);
        Shape weight = file.shape(Classifier.WEIGHT);
        Shape bias = file.shape(Classifier.BIAS);
        if (weight.rank() != 2 || !bias.equals(Shape.of(weight.size(0)))) {
            throw new IllegalArgumentException("sizes do not fit: fc.weight is " + weight + ", fc.bias is " + bias);
        }
        return new PackedProtobin(
                PackedPrototypes.read(file, dim, weight.size(1)),
                ProbeMetadata.finite(file, Classifier.WEIGHT),
                ProbeMetadata.finite(file, Classifier.BIAS),
                ProbeMetadata.of(file));
    }
}
