package org.unmute.probes.pool.standard;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.DType;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.PrototypeOps.PrototypeGroupMaxPool;
import org.unmute.tensor.op.PrototypeOps.PrototypeMaxPool;
import org.unmute.tensor.op.TokenGroups;

/**
 * The binarized prototypical probe (paper, section 4): {@code p = sign(p̃)}, {@code s_j(t, f) = cos(p_j, z^{t,f})},
 * descriptor {@code max_{t,f} s_j}, a dense linear layer on top; gradients pass the sign unchanged. Prototypes belong
 * to no class. {@code protofloat} is the same without the sign (the paper's ablation).
 *
 * <p>Options: {@code prototypes}, 20, a class; {@code dropout}, 0, the share of the descriptor that is dropped in
 * training; {@code topk}, 1, how many of the largest cosines are averaged in training (scores always take the
 * maximum); {@code rows}, {@code false}, or {@code true}: trained and scored row by row ({@link RowProbe}); {@code
 * bands}, {@code winners}, {@code columns} or {@code taught}: how the band of an event is found ({@link
 * MaxPooled#BANDS}); {@code extremes} ({@link MaxPooled#EXTREMES}), {@code false}, or {@code true}: the descriptor also
 * has, for each channel, the maximum over tokens of unit length and then the maximum of its negative. They are the
 * cosines of {@code 2 dim} prototypes that stand on the axes and are not learned; the paper has none.
 */
public final class ProtobinProbe extends PoolingProbe implements MaxPooled {
    private static final String BINARY = "protobin";
    private static final String FLOAT = "protofloat";

    private static final String PROTOTYPES = "prototypes";
    private static final String DROPOUT = "dropout";
    private static final String TOP_K = "topk";
    private static final List<String> OPTIONS = List.of(PROTOTYPES, DROPOUT, TOP_K, RowProbe.ROWS, BANDS, EXTREMES);
    static final ProbeType BINARY_TYPE =
            new ProbeType(BINARY, OPTIONS, RowProbe.orOfClips(ProtobinProbe::new)).withPrototypes();
    static final ProbeType FLOAT_TYPE =
            new ProbeType(FLOAT, OPTIONS, RowProbe.orOfClips(ProtobinProbe::new)).withPrototypes();
    private static final String VECTORS = "prototype_vectors";
    private static final int DEFAULT_PROTOTYPES = 20;
    private static final int MAX_PROTOTYPES = 100_000;
    private static final double DEVIATION = 0.02;

    private final double dropout;
    private final int topK;
    private final boolean extremes;
    private final Tensor vectors;

    private ProtobinProbe(ParameterSource source) {
        dropout = source.number(DROPOUT, 0, 0, 1);
        topK = source.integer(TOP_K, 1, 1, MAX_PROTOTYPES);
        source.addition(BANDS, WINNERS, COLUMNS, TAUGHT);
        boolean ends = source.addition(EXTREMES, "false", "true").equals("true");
        extremes = ends;
        int count = count(source);
        int dim = source.dim(VECTORS, 2, 1);
        vectors = source.normal(VECTORS, DEVIATION, count, dim);
        super(source, ends ? Math.addExact(count, Math.multiplyExact(2, dim)) : count);
    }

    /** Prototypes over all classes. Given ones may be no multiple of the classes: none can be stated a class then. */
    private static int count(ParameterSource source) {
        if (!source.isGiven()) {
            int each = source.integer(PROTOTYPES, DEFAULT_PROTOTYPES, 1, MAX_PROTOTYPES);
            return Math.multiplyExact(each, source.classes());
        }
        int count = source.givenSize(VECTORS, 2, 0);
        int classes = source.givenSize(Classifier.WEIGHT, 2, 0);
        if (classes > 0 && count % classes == 0) {
            source.givenSize(PROTOTYPES, count / classes);
        }
        return count;
    }

    /**
     * How well each prototype is matched in each clip.
     *
     * @param scores maximum cosine, {@code [batch, prototypes]}
     * @param winners the token that has it, the first on ties, {@code [batch, prototypes]}, {@code I32}
     */
    public record Match(Tensor scores, Tensor winners) {}

    @Override
    public int dim() {
        return vectors.shape().dim(1);
    }

    /** Where only the maximum cosine counts, and all prototypes are signs. */
    @Override
    public boolean readsHalves() {
        return !isFloat() && !extremes && topK == 1 && vectors.backend().supportsF16Tokens();
    }

    /** Number of prototypes over all classes. */
    public int prototypeCount() {
        return vectors.shape().dim(0);
    }

    /**
     * The prototypes that tokens are compared with, {@code [prototypes, dim]}: entries ±1, or as learned in
     * protofloat.
     */
    public Tensor prototypes() {
        if (isFloat()) {
            return vectors;
        }
        // x - x is 0 for finite entries; for others it is NaN, so that a diverged prototype does not pass as ±1
        Tensor broken = vectors.detach().minus(vectors.detach());
        return vectors.binarizeStraightThrough().plus(broken);
    }

    /** {@link #prototypes}, and those on the axes if the probe has them: {@code [features, dim]}. */
    private Tensor withAxes() {
        if (!extremes) {
            return prototypes();
        }
        float[] axes = new float[Math.multiplyExact(2, Math.multiplyExact(dim(), dim()))];
        for (int c = 0; c < dim(); c++) {
            axes[c * dim() + c] = 1;
            axes[(dim() + c) * dim() + c] = -1;
        }
        return Tensor.concat(0, prototypes(), Tensor.of(vectors.backend(), axes, 2L * dim(), dim()));
    }

    private boolean isFloat() {
        return name().equals(FLOAT);
    }

    /** Scores and winning tokens, by the fused op: similarities are never stored. */
    public Match match(TokenBatch batch) {
        batch.requireDimOf(this);
        return match(batch.tokens());
    }

    private Match match(Tensor tokens) {
        PrototypeMaxPool pool = isFloat() ? tokens.prototypeMaxPool(vectors) : tokens.binaryPrototypeMaxPool(vectors);
        return new Match(pool.values(), pool.winners());
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        return descriptor(batch.tokens());
    }

    private Tensor descriptor(Tensor tokens) {
        Tensor scores = match(tokens).scores();
        if (!extremes) {
            return scores;
        }
        Tensor unit = unit(tokens);
        return Tensor.concat(1, scores, unit.amax(1), unit.times(-1).amax(1));
    }

    /** Of unit length; norms by a product, which has the same bits on all backends where a norm does not. */
    private static Tensor unit(Tensor tokens) {
        Tensor ones = Tensor.full(tokens.backend(), tokens.dtype(), Shape.of(tokens.size(-1), 1), 1);
        return tokens.over(tokens.square().matmul(ones).sqrt().maximum(1e-12));
    }

    @Override
    public Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        Tensor d = TokenBatch.pooled(parts, batch -> topK == 1 ? descriptor(batch) : topKDescriptor(batch, topK));
        return Functions.dropout(d, dropout, random.nextLong());
    }

    /**
     * The mean of the k largest cosines of each prototype, {@code [batch, features]}. Stores all similarities, so it
     * takes more memory than {@link #descriptor}.
     *
     * @throws IllegalArgumentException if there are fewer than k tokens
     */
    public Tensor topKDescriptor(TokenBatch batch, int k) {
        batch.requireDimOf(this);
        return Functions.topKMean(Functions.cosineMatrix(batch.tokens(), withAxes()), k, 1);
    }

    @Override
    public Tensor rowDescriptors(TokenBatch batch) {
        batch.requireDimOf(this);
        long rows = Math.multiplyExact((long) batch.size(), batch.time());
        return descriptor(batch.tokens().reshape(rows, batch.freq(), dim()));
    }

    @Override
    public Tensor bagDescriptors(TokenBatch batch, int[][] bags, SplittableRandom random) {
        if (topK != 1) {
            throw new IllegalArgumentException("probe " + name() + ": bags of tokens are trained by their maximum, not"
                    + " by topk=" + topK + ": leave topk out");
        }
        batch.requireDimOf(this);
        return Functions.dropout(bags(batch, bags), dropout, random.nextLong());
    }

    /** All bags of a clip together, where prototypes are signs: the cosines of its tokens are computed once. */
    @Override
    public Tensor bags(TokenBatch batch, int[][] bags) {
        int each = batch.time() * batch.freq();
        int[] clips = Arrays.stream(bags).mapToInt(bag -> bag[0] / each).toArray();
        if (isFloat() || extremes || !isAscending(clips)) {
            return MaxPooled.super.bags(batch, bags);
        }
        batch.requireDimOf(this);
        int[][] tokens = new int[bags.length][];
        Arrays.setAll(
                tokens,
                b -> Arrays.stream(bags[b]).map(t -> t - clips[b] * each).toArray());
        Tensor all = batch.tokens().dtype() == DType.F16 ? batch.tokens().cast(DType.F32) : batch.tokens();
        return PrototypeGroupMaxPool.of(all, vectors, true, TokenGroups.of(clips, tokens))
                .values();
    }

    private static boolean isAscending(int[] numbers) {
        return IntStream.range(1, numbers.length).allMatch(i -> numbers[i - 1] <= numbers[i]);
    }

    /** The cosine of every prototype, also on axes, with every token: {@code [batch, features, tokens]}. */
    @Override
    protected Tensor tokenWeights(TokenBatch batch) {
        batch.requireDimOf(this);
        return cosines(batch, withAxes());
    }

    /** The same for some prototypes of one clip, without computing the others. */
    @Override
    public Optional<Tensor> similarityMap(TokenBatch clip, int[] which) {
        Contributions.requireOne("similarity map of chosen prototypes", clip);
        clip.requireDimOf(this);
        return Optional.of(Grad.withoutRecording(() -> {
            Tensor some = withAxes().indexSelect(0, Tensor.of(vectors.backend(), which, which.length));
            return clip.onGrid(cosines(clip, some)).squeeze(0);
        }));
    }

    private static Tensor cosines(TokenBatch batch, Tensor prototypes) {
        return Functions.cosineMatrix(batch.tokens(), prototypes).transpose(1, 2);
    }

    /** Cosine with the winning token times weight, of prototypes and then of channels. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        Match match = match(clip);
        Tensor best = match.scores();
        Tensor winners = match.winners();
        if (extremes) {
            Tensor unit = unit(clip.tokens());
            Tensor negated = unit.times(-1);
            best = Tensor.concat(1, best, unit.amax(1), negated.amax(1));
            winners = Tensor.concat(1, winners, winnersOf(unit), winnersOf(negated));
        }
        return Contributions.ofPrototypes(
                prototypeCount(),
                best.toDoubles(),
                winners.toInts(),
                fc.row(classIndex).toDoubles(),
                fc.bias(classIndex));
    }

    private static Tensor winnersOf(Tensor unit) {
        return Functions.topKIndices(unit, 1, 1).reshape(1, -1);
    }
}
