package org.unmute.probes.pool.standard;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Tensor;

/**
 * A classifier with one hidden layer on a row and what is around it, {@code W gelu(W₁ z + b₁) + b}. {@code z} has the
 * mean of the row's tokens over frequency and, on either side, means over 1, 2, 4, ... rows that follow each other:
 * rows 1, 2 to 3, 4 to 7, and so on. That is a convolution over time whose kernel is constant within these stretches,
 * fine near the row and coarse far from it. Beyond the ends of a clip there are zeros.
 *
 * <p>The descriptor of a clip as a whole is the mean of the hidden layer over its rows.
 *
 * <p>Options: {@code hidden}, width of the hidden layer, 128; {@code scales}, number of stretches on either side, 7,
 * which reach 2<sup>scales</sup> - 1 rows; {@code dropout}, 0.3, the share of the hidden layer that is dropped in
 * training; {@code rows}, {@code false}, or {@code true}: row by row ({@link RowProbe}).
 */
public final class MlpTimeProbe extends PoolingProbe implements RowPooled {
    private static final String NAME = "mlp-time";

    private static final String HIDDEN = "hidden";
    private static final String SCALES = "scales";
    private static final String WEIGHT = "fc1.weight";
    private static final String DROPOUT = "dropout";
    static final ProbeType TYPE =
            new ProbeType(NAME, List.of(HIDDEN, SCALES, DROPOUT, RowProbe.ROWS), RowProbe.orOfClips(MlpTimeProbe::new));
    private static final int DEFAULT_HIDDEN = 128;
    private static final int MAX_HIDDEN = 1 << 20;
    private static final int DEFAULT_SCALES = 7;
    private static final int MAX_SCALES = 12;
    private static final double DEFAULT_DROPOUT = 0.3;

    private final int scales;
    private final double dropout;
    /** {@code [hidden, parts of z, dim]}, so that the shape tells the number of scales. */
    private final Tensor weight;

    private final Tensor bias;

    private MlpTimeProbe(ParameterSource source) {
        int dim = source.dim(WEIGHT, 3, 2);
        int hidden = source.size(HIDDEN, DEFAULT_HIDDEN, MAX_HIDDEN, WEIGHT, 3, 0);
        int count = source.integer(SCALES, DEFAULT_SCALES, 1, MAX_SCALES);
        dropout = source.number(DROPOUT, DEFAULT_DROPOUT, 0, 1);
        int parts = 1 + 2 * count;
        scales = count;
        double bound = 1 / Math.sqrt((double) parts * dim);
        weight = source.uniform(WEIGHT, bound, hidden, parts, dim);
        bias = source.uniform("fc1.bias", bound, hidden);
        super(source, hidden);
    }

    @Override
    public int dim() {
        return weight.shape().dim(2);
    }

    @Override
    public boolean readsCls() {
        return false;
    }

    @Override
    public int reach() {
        return (1 << scales) - 1;
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        return rowDescriptors(batch)
                .reshape(batch.size(), batch.time(), fc.features())
                .mean(1);
    }

    @Override
    public Tensor rowDescriptors(TokenBatch batch) {
        batch.requireDimOf(this);
        Tensor z = around(batch).reshape((long) batch.size() * batch.time(), (1 + 2L * scales) * dim());
        return z.linear(weight.reshape(fc.features(), z.size(1)), bias).gelu();
    }

    @Override
    public Tensor trainingRowDescriptors(List<TokenBatch> parts, SplittableRandom random) {
        return Functions.dropout(TokenBatch.pooled(parts, this::rowDescriptors), dropout, random.nextLong());
    }

    @Override
    public Tensor trainingDescriptor(List<TokenBatch> parts, SplittableRandom random) {
        return Functions.dropout(TokenBatch.pooled(parts, this::descriptor), dropout, random.nextLong());
    }

    /**
     * Each row, then the means before and after it, the shortest first: {@code [batch, time, (1 + 2 * scales) * dim]}.
     * Means over a stretch are made of those over its halves, so that the bits of a row do not depend on where the
     * rows before it begin.
     */
    private Tensor around(TokenBatch batch) {
        Tensor rows =
                batch.freq() == 1 ? batch.tokens() : batch.grid().mean(2).reshape(batch.size(), batch.time(), dim());
        List<Tensor> parts = new ArrayList<>(List.of(rows));
        // Entry r is the mean from row r - reach on.
        Tensor means = rows.pad(1, reach(), reach(), 0);
        for (int s = 0; s < scales; s++) {
            int length = 1 << s;
            parts.add(means.slice(1, reach() - 2L * length + 1, batch.time()));
            parts.add(means.slice(1, reach() + length, batch.time()));
            long left = means.size(1) - length;
            means = means.slice(1, 0, left).plus(means.slice(1, length, left)).times(0.5);
        }
        return Tensor.concat(2, parts.toArray(Tensor[]::new));
    }

    @Override
    public Contributions rowTerms(TokenBatch clip, int row, int classIndex) {
        return Contributions.ofFeatures(
                "The list has the hidden units, which see the rows around.",
                rowDescriptors(clip).select(0, row).toDoubles(),
                fc.row(classIndex).toDoubles(),
                fc.bias(classIndex));
    }

    /** The hidden units; the layer before them is not linear. */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        return featureTerms(
                "This probe does not decompose over tokens: its hidden layer sees several rows. The list has the means"
                        + " of its hidden units.",
                clip,
                classIndex);
    }
}
