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
    private static final String BITS = "prototype_bits";
    private static final String DIM = "dim";
    private static final double MIN_NORM = 1e-12;
    private static final int SUMS = 256;

    private final int prototypes;
    private final int dim;
    /** {@code [prototypes, ⌈dim / 8⌉]}; entry d is bit {@code d % 8} of byte {@code d / 8}, other bits 0. */
    private final byte[] bits;

    private final float[] weight;
    private final float[] bias;
    private final ProbeMetadata metadata;

    private PackedProtobin(int prototypes, int dim, byte[] bits, float[] weight, float[] bias, ProbeMetadata metadata) {
        this.prototypes = prototypes;
        this.dim = dim;
        this.bits = bits;
        this.weight = weight;
        this.bias = bias;
        this.metadata = metadata;
        metadata.check(bias.length, dim);
    }

    /**
     * Packs a trained probe.
     *
     * @throws IllegalArgumentException if it is not a protobin, was trained on rows, on boxes or with extremes, or a
     *     prototype has a number that is NaN or infinite: the trained probe scores NaN then, which no bit can express
     */
    public static PackedProtobin pack(TrainedProbe trained) {
        Probe p = trained.probe();
        boolean ofRows = p instanceof FrameWise rows && rows.isOfRows();
        boolean more = p.options().has(MaxPooled.BANDS) || p.options().has(MaxPooled.EXTREMES);
        if (!p.name().equals(PROBE) || ofRows || more) {
            throw new IllegalArgumentException("pack: probe " + p.name() + " [" + p.options() + "] has no binary"
                    + " prototypes, scores row by row, has boxes or extremes: only a plain protobin of whole clips can"
                    + " be packed");
        }
        Map<String, Tensor> parameters = p.parameters();
        float[] vectors = parameters.get(VECTORS).toFloats();
        int dim = p.dim();
        int row = bytes(dim);
        int prototypes = vectors.length / dim;
        byte[] bits = new byte[Math.multiplyExact(prototypes, row)];
        for (int i = 0; i < vectors.length; i++) {
            if (!Float.isFinite(vectors[i])) {
                throw new IllegalArgumentException("pack: prototype " + i / dim + " has " + vectors[i]
                        + " in dimension " + i % dim + ": training diverged, train again with a lower learning rate");
            }
            if (vectors[i] >= 0) {
                bits[i / dim * row + i % dim / Byte.SIZE] |= (byte) (1 << i % dim % Byte.SIZE);
            }
        }
        return new PackedProtobin(
                prototypes,
                dim,
                bits,
                parameters.get(Classifier.WEIGHT).toFloats(),
                parameters.get(Classifier.BIAS).toFloats(),
                trained.metadata());
    }

    private static int bytes(int dim) {
        return Math.ceilDiv(dim, Byte.SIZE);
    }

    /** A name for each class, in the order of the scores. */
    public List<String> classes() {
        return metadata.classes();
    }

    /** Number of prototypes over all classes. */
    public int prototypeCount() {
        return prototypes;
    }

    /** Numbers a token it expects. */
    public int dim() {
        return dim;
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

    /** Bytes of the prototypes. The linear layer on top stays in float32: {@code 4 (prototypes + 1) classes} bytes. */
    public long bankBytes() {
        return bits.length;
    }

    /**
     * The same probe with prototypes of ±1 in place of bits, on a backend: what needs a {@link TrainedProbe}, such as
     * scores of rows, gets the bits that the trained one gives.
     */
    public TrainedProbe unpacked(Backend backend) {
        float[] signs = new float[Math.multiplyExact(prototypes, dim)];
        for (int i = 0; i < signs.length; i++) {
            int at = i % dim;
            boolean set = (bits[i / dim * bytes(dim) + at / Byte.SIZE] >> at % Byte.SIZE & 1) != 0;
            signs[i] = set ? 1 : -1;
        }
        Map<String, Tensor> parameters = Map.of(
                VECTORS,
                Tensor.of(backend, signs, prototypes, dim),
                Classifier.WEIGHT,
                Tensor.of(backend, weight, bias.length, prototypes),
                Classifier.BIAS,
                Tensor.of(backend, bias, bias.length));
        return metadata.with(Probes.of(PROBE, parameters, metadata.hasCls(), ProbeOptions.DEFAULTS));
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
            for (int j = 0; j < prototypes; j++) {
                sum += weight[c * prototypes + j] * best[j];
            }
            logits[c] = sum;
        }
        return logits;
    }

    /**
     * The logit of one class as a sum: cosine with the winning token times weight for each prototype.
     *
     * @throws IllegalArgumentException if the tokens do not fit or there is no such class
     */
    public Contributions contributions(TokenMap map, int classIndex) {
        Contributions.requireClass(classIndex, bias.length);
        int[] winners = new int[prototypes];
        double[] best = descriptor(map, winners);
        double[] weights = new double[prototypes];
        for (int j = 0; j < prototypes; j++) {
            weights[j] = weight[classIndex * prototypes + j];
        }
        return Contributions.ofPrototypes(0, best, winners, weights, bias[classIndex]);
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
     * Maximum cosine of each prototype over a recording's tokens, {@code [prototypes]}; all NaN if a token has a NaN or
     * an infinite number.
     *
     * @throws IllegalArgumentException if the tokens do not fit
     */
    public double[] descriptor(TokenMap map) {
        return descriptor(map, new int[prototypes]);
    }

    /** @param winners the tokens with the maximum cosines, the first on ties. Modified. */
    private double[] descriptor(TokenMap map, int[] winners) {
        double[] best = new double[prototypes];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        cosines(map, IntStream.range(0, prototypes).toArray(), (j, n, cosine) -> {
            if (cosine > best[j]) {
                winners[j] = n;
            }
            best[j] = Math.max(best[j], cosine);
        });
        return best;
    }

    private interface CosineConsumer {
        void accept(int at, int token, double cosine);
    }

    /** Passes on the cosine of each of some prototypes with each token, token by token. */
    private void cosines(TokenMap whole, int[] which, CosineConsumer consumer) {
        metadata.requireFit("packed protobin: ", whole, dim);
        TokenMap map = metadata.pooled(whole);
        float[] tokens = (metadata.standardization() == null
                        ? map
                        : metadata.standardization().of(map))
                .tokens();
        int row = bytes(dim);
        float[] sums = new float[Math.multiplyExact(row, SUMS)];
        double scale = 1 / Math.sqrt(dim);
        for (int n = 0; n < map.count(); n++) {
            signedSums(tokens, n * dim, sums);
            for (int i = 0; i < which.length; i++) {
                double sum = 0;
                for (int g = 0, at = which[i] * row; g < row; g++, at++) {
                    sum += sums[g * SUMS + (bits[at] & 0xff)];
                }
                consumer.accept(i, n, sum * scale);
            }
        }
    }

    /** Normalizes the token; for each eight of its numbers, the sums under all 256 choices of signs. */
    private void signedSums(float[] tokens, int at, float[] sums) {
        double square = 0;
        for (int d = 0; d < dim; d++) {
            square += (double) tokens[at + d] * tokens[at + d];
        }
        double scale = 1 / Math.max(Math.sqrt(square), MIN_NORM);
        double[] eight = new double[Byte.SIZE];
        for (int g = 0, from = 0; from < dim; g++, from += Byte.SIZE) {
            double none = 0;
            for (int i = 0; i < Byte.SIZE; i++) {
                eight[i] = from + i < dim ? tokens[at + from + i] * scale : 0;
                none -= eight[i];
            }
            sums[g * SUMS] = (float) none;
            for (int m = 1; m < SUMS; m++) {
                // m without its lowest bit has its sum already
                sums[g * SUMS + m] =
                        (float) (sums[g * SUMS + (m & m - 1)] + 2 * eight[Integer.numberOfTrailingZeros(m)]);
            }
        }
    }

    /**
     * Writes one safetensors file: the bits as U8 {@code [prototypes, ⌈dim / 8⌉]}, the linear layer in F32, the
     * rest in metadata, with a digest of its bytes, which {@link #load} checks. An existing file is replaced only once
     * the new one is complete.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path path) throws IOException {
        SafetensorsWriter out = metadata.file(FORMAT).metadata(DIM, Integer.toString(dim));
        out.add(BITS, StoredType.U8, Shape.of(prototypes, bytes(dim)), MemorySegment.ofArray(bits));
        out.add(Classifier.WEIGHT, Shape.of(bias.length, prototypes), weight);
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
        for (String name : List.of(BITS, Classifier.WEIGHT, Classifier.BIAS)) {
            if (!file.has(name)) {
                throw new IllegalArgumentException(name + " is missing");
            }
        }
        int dim = new ProbeOptions(file.metadata()).integer(DIM, 0, 1, Integer.MAX_VALUE - Byte.SIZE);
        Shape shape = file.shape(BITS);
        Shape w = file.shape(Classifier.WEIGHT);
        if (file.entry(BITS).type() != StoredType.U8
                || dim == 0
                || shape.rank() != 2
                || shape.size(1) != bytes(dim)
                || !w.equals(Shape.of(file.shape(Classifier.BIAS).elements(), shape.size(0)))
                || file.shape(Classifier.BIAS).rank() != 1) {
            throw new IllegalArgumentException("sizes do not fit: dim is " + dim + ", " + BITS + " is "
                    + file.entry(BITS).type() + shape + ", fc.weight is " + w + ", fc.bias is "
                    + file.shape(Classifier.BIAS));
        }
        int[] values = file.ints(BITS);
        byte[] bits = new byte[values.length];
        int row = bytes(dim);
        int unused = row * Byte.SIZE - dim;
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) values[i];
            if (i % row == row - 1 && (values[i] & 0xff) >>> Byte.SIZE - unused != 0) {
                throw new IllegalArgumentException("prototype " + i / row + " has bits beyond dim " + dim);
            }
        }
        return new PackedProtobin(
                shape.dim(0),
                dim,
                bits,
                ProbeMetadata.finite(file, Classifier.WEIGHT),
                ProbeMetadata.finite(file, Classifier.BIAS),
                ProbeMetadata.of(file));
    }
}
