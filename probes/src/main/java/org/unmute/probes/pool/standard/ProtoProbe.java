package org.unmute.probes.pool.standard;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.probes.loss.Orthogonality;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Interpolation;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.PrototypeOps.PrototypeMaxPool;

/**
 * The predecessor of protobin (paper, section 4.6; Bird-MAE models/ppnet/ppnet.py): float prototypes, J consecutive
 * ones for each class. With tokens x on the grid, {@code s = relu((x · p + 2e-8) / (√(‖x‖² + 2e-8 + 1e-4)
 * (√(‖p‖² + 2e-8 + 1e-4) + 1e-4) 1.01))}, descriptor {@code max_{t,f} s}, {@code logit_c = b_c + Σ_{j in class
 * c} relu(w_{c,j}) d_j}. Training adds the {@link Orthogonality} of the prototypes within classes. Fresh prototypes are
 * uniform in [0, 1), weights 1, biases -2.
 *
 * <p>It is not known whether the paper kept the predecessor's focal subtraction and upsampling; both are off by
 * default.
 *
 * <p>Options: {@code prototypes}, 20 per class; {@code focal}, false: subtract the cls token from the tokens; {@code
 * upsample}, 1: factor of bilinear upsampling of the grid; {@code grid}, {@code true}, or {@code reshaped}: read
 * time-major tokens as rows of frequency, as the public code does, which only matters if the grid is upsampled; {@code
 * connection}, {@code own}, or {@code all}: every prototype counts for every class, {@code relu(W) d + b}; {@code
 * others}, 0.1: with {@code connection=all}, the initial weight of other classes' prototypes; {@code orthogonality}, 1:
 * weight of that term; {@code preset}, {@code paper}, or {@code birdmae}, which changes the defaults to focal, upsample
 * 2 and grid reshaped.
 */
public final class ProtoProbe implements Probe {
    private static final String NAME = "proto";

    private static final String PROTOTYPES = "prototypes";
    private static final String FOCAL = "focal";
    private static final String UPSAMPLE = "upsample";
    private static final String GRID = "grid";
    private static final String CONNECTION = "connection";
    private static final String OTHERS = "others";
    private static final String ORTHOGONALITY = "orthogonality";
    private static final String PRESET = "preset";
    static final ProbeType TYPE = new ProbeType(
                    NAME,
                    List.of(PROTOTYPES, FOCAL, UPSAMPLE, GRID, CONNECTION, OTHERS, ORTHOGONALITY, PRESET),
                    ProtoProbe::new)
            .withPrototypes();
    private static final String VECTORS = "prototype_vectors";
    private static final String WEIGHT = "last_layer.weight";
    private static final String BIAS = "last_layer.bias";
    private static final int DEFAULT_PROTOTYPES = 20;
    private static final int MAX_PROTOTYPES = 100_000;
    private static final int MAX_UPSAMPLING = 16;
    private static final double DEFAULT_OTHERS = 0.1;
    private static final double MAX_WEIGHT = 1e6;
    private static final double FRESH_BIAS = -2;
    /** Value of both constant channels of tokens and prototypes, and the constant added to a prototype's norm. */
    private static final double EPS = 1e-4;

    private static final double SHRINK = 1.01;
    private static final ProbeOptions BIRD_MAE =
            ProbeOptions.parse(FOCAL + "=true", UPSAMPLE + "=2", GRID + "=reshaped");

    private final boolean focal;
    private final int upsample;
    private final boolean reshaped;
    private final double orthogonality;
    private final Tensor vectors;
    private final Tensor weight;
    private final Tensor bias;
    private final Map<String, Tensor> parameters;
    private final ProbeOptions options;

    private ProtoProbe(ParameterSource source) {
        source.preset(PRESET, "paper", Map.of("birdmae", BIRD_MAE));
        focal = source.flag(FOCAL, false);
        upsample = source.integer(UPSAMPLE, 1, 1, MAX_UPSAMPLING);
        reshaped = source.choice(GRID, "true", "reshaped").equals("reshaped");
        orthogonality = source.number(ORTHOGONALITY, 1, 0, MAX_WEIGHT);
        if (focal && !source.hasCls()) {
            throw new IllegalArgumentException(
                    "probe proto: focal=true, but the encoder has no cls token: use focal=false");
        }
        int classes = source.isGiven() ? source.givenSize(WEIGHT, 2, 0) : source.classes();
        int count = count(source, classes);
        int each = count / classes;
        boolean own = isOwn(source, classes, each);
        double others = own ? 0 : source.number(OTHERS, DEFAULT_OTHERS, 0, MAX_WEIGHT);
        vectors = source.fraction(VECTORS, count, source.dim(VECTORS, 2, 1));
        // [classes, prototypes per class], or [classes, prototypes] with connection=all
        weight = source.constant(WEIGHT, 1, classes, own ? each : count);
        bias = source.constant(BIAS, FRESH_BIAS, classes);
        options = source.inForce();
        parameters = source.parameters();
        if (!source.isGiven() && !own) {
            float[] values = new float[Math.multiplyExact(classes, count)];
            for (int i = 0; i < values.length; i++) {
                values[i] = i % count / each == i / count ? 1 : (float) others;
            }
            weight.assign(Tensor.of(weight.backend(), values, classes, count));
        }
    }

    private static int count(ParameterSource source, int classes) {
        if (!source.isGiven()) {
            return Math.multiplyExact(source.integer(PROTOTYPES, DEFAULT_PROTOTYPES, 1, MAX_PROTOTYPES), classes);
        }
        int count = source.givenSize(VECTORS, 2, 0);
        if (classes == 0 || count % classes != 0) {
            throw new IllegalArgumentException("probe proto: " + count + " prototype_vectors are not the same number"
                    + " for each of the " + classes + " classes of last_layer.weight");
        }
        source.givenSize(PROTOTYPES, count / classes);
        return count;
    }

    /** For given parameters, the shape decides unless the option is given. */
    private static boolean isOwn(ParameterSource source, int classes, int each) {
        boolean byDefault = !source.isGiven() || source.givenSize(WEIGHT, 2, 1) == each;
        boolean own = source.choice(CONNECTION, byDefault ? "own" : "all", byDefault ? "all" : "own")
                .equals("own");
        if (classes == 1 && !own) {
            source.settle(CONNECTION, "own");
        }
        return own || classes == 1;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ProbeOptions options() {
        return options;
    }

    @Override
    public int dim() {
        return vectors.shape().dim(1);
    }

    @Override
    public int classes() {
        return weight.shape().dim(0);
    }

    private int prototypeCount() {
        return vectors.shape().dim(0);
    }

    private int perClass() {
        return prototypeCount() / classes();
    }

    /** With one class, {@code own} and {@code all} are equivalent. */
    private boolean ownOnly() {
        return weight.size(1) == perClass();
    }

    @Override
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /** The tokens that are compared with prototypes: {@code [batch, rows, columns, dim]}. */
    private Tensor positions(TokenBatch batch) {
        batch.requireDimOf(this);
        Tensor x = focal ? batch.tokens().minus(batch.requireCls(this).insert(1)) : batch.tokens();
        int rows = reshaped ? batch.freq() : batch.time();
        int columns = reshaped ? batch.time() : batch.freq();
        Tensor grid = x.reshape(batch.size(), rows, columns, dim());
        if (upsample == 1) {
            return grid;
        }
        Tensor tall = Interpolation.resize(grid, 1, (long) rows * upsample, Interpolation.Mode.LINEAR, false);
        return Interpolation.resize(tall, 2, (long) columns * upsample, Interpolation.Mode.LINEAR, false);
    }

    /**
     * Appends both constant channels and another channel for either side, so that the plain cosine divides by the
     * formula's {@code √(‖x‖² + 2e-8 + 1e-4)}: {@code [.., dim]} to {@code [.., dim + 4]}.
     */
    private static Tensor extended(Tensor x, boolean prototype) {
        Tensor constant = channels(x, 2, EPS);
        Tensor root = channels(x, 1, Math.sqrt(EPS));
        Tensor zero = channels(x, 1, 0);
        return Tensor.concat(-1, x, constant, prototype ? zero : root, prototype ? root : zero);
    }

    private static Tensor channels(Tensor like, int count, double value) {
        return Tensor.full(
                like.backend(), like.dtype(), like.shape().head(like.rank() - 1).concat(Shape.of(count)), value);
    }

    /**
     * The factor that converts a plain cosine with an extended prototype to the formula's similarity: {@code
     * [prototypes]}.
     */
    private Tensor factor() {
        Tensor norm = vectors.square().sum(1).plus(2 * EPS * EPS + EPS).sqrt();
        return norm.over(norm.plus(EPS)).times(1 / SHRINK);
    }

    @Override
    public boolean readsCls() {
        return focal;
    }

    /** Maximum similarity of each prototype, {@code [batch, prototypes]}, at least 0. */
    @Override
    public Tensor descriptor(TokenBatch batch) {
        return descriptor(match(batch));
    }

    private PrototypeMaxPool match(TokenBatch batch) {
        Tensor x = positions(batch);
        Tensor tokens = x.reshape(x.size(0), x.size(1) * x.size(2), x.size(3));
        return extended(tokens, false).prototypeMaxPool(extended(vectors, true));
    }

    /** Relu and a positive factor commute with the maximum. */
    private Tensor descriptor(PrototypeMaxPool match) {
        return match.values().times(factor()).relu();
    }

    @Override
    public Tensor classify(Tensor descriptor) {
        Tensor positive = weight.relu();
        if (!ownOnly()) {
            return descriptor.linear(positive, bias);
        }
        return descriptor
                .reshape(descriptor.size(0), classes(), perClass())
                .times(positive)
                .sum(2)
                .plus(bias);
    }

    @Override
    public Optional<Tensor> regularization() {
        return orthogonality == 0
                ? Optional.empty()
                : Optional.of(Orthogonality.of(vectors, perClass()).times(orthogonality));
    }

    /**
     * The similarity of every prototype to every position of the grid, which is {@code upsample} times as fine as the
     * grid of the tokens: {@code [batch, prototypes, upsample · time, upsample · freq]}; with {@code grid=reshaped},
     * {@code [batch, prototypes, upsample · freq, upsample · time]}.
     */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch batch) {
        return Optional.of(
                Grad.withoutRecording(() -> similarities(positions(batch), extended(vectors, true), factor())));
    }

    /** {@code [batch, rows, columns, dim]} to {@code [batch, prototypes, rows, columns]}, for some prototypes. */
    private static Tensor similarities(Tensor x, Tensor extended, Tensor factor) {
        Tensor flat = x.reshape(x.size(0), x.size(1) * x.size(2), x.size(3));
        Tensor cosines = Functions.cosineMatrix(extended(flat, false), extended);
        return cosines.times(factor).relu().transpose(1, 2).reshape(x.size(0), extended.size(0), x.size(1), x.size(2));
    }

    /** On the grid of the tokens: a token has the maximum over its nearest positions. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch clip, int[] which) {
        Contributions.requireOne("similarity map of chosen prototypes", clip);
        return Optional.of(Grad.withoutRecording(() -> {
            Tensor index = Tensor.of(vectors.backend(), which, which.length);
            Tensor map = similarities(
                    positions(clip), extended(vectors, true).indexSelect(0, index), factor().indexSelect(0, index));
            Tensor blocks =
                    map.reshape(which.length, map.size(2) / upsample, upsample, map.size(3) / upsample, upsample);
            return blocks.amax(2, 4).reshape(which.length, clip.time(), clip.freq());
        }));
    }

    /** Prototypes: similarity times weight; with {@code connection=own}, only those of the class. */
    @Override
    public Optional<Contributions> contributions(TokenBatch clip, int classIndex) {
        Contributions.check(this, clip, classIndex);
        return Optional.of(Grad.withoutRecording(() -> {
            PrototypeMaxPool match = match(clip);
            int columns = (reshaped ? clip.time() : clip.freq()) * upsample;
            double[] weights = weight.select(0, classIndex).relu().toDoubles();
            int first = ownOnly() ? classIndex * perClass() : 0;
            double[] similarities = Arrays.copyOfRange(descriptor(match).toDoubles(), first, first + weights.length);
            int[] tokens = Arrays.copyOfRange(match.winners().toInts(), first, first + weights.length);
            for (int j = 0; j < tokens.length; j++) {
                // positions are in token order, however the grid is read
                tokens[j] = tokens[j] / columns / upsample * (columns / upsample) + tokens[j] % columns / upsample;
            }
            return new Contributions(
                    Contributions.Kind.PROTOTYPES,
                    "",
                    Contributions.parts("prototype", first, tokens, similarities, weights),
                    bias.select(0, classIndex).toDoubles()[0]);
        }));
    }
}
