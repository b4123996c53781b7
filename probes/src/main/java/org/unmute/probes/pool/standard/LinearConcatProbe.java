package org.unmute.probes.pool.standard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.unmute.probes.pool.Classifier;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.ParameterSource;
import org.unmute.probes.pool.PoolingProbe;
import org.unmute.probes.pool.ProbeType;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.tensor.Tensor;

/**
 * A linear classifier on concatenated vectors. The paper (section 3) lists {@code linearc} without a formula; there
 * are two readings, each of which is a probe:
 *
 * <ul>
 * <li>{@code linearc-clsmean}: {@code d = [cls ; mean_n z_n]}, {@code 2 dim} features, as DINOv2's linear evaluation;
 * <li>{@code linearc-freqconcat}: {@code d = mean_t [z_{t,1} ; … ; z_{t,F}]}, {@code F dim} features, index
 * {@code f dim + d}, as Niizumi et al. concatenate frequency before they average over time.
 * </ul>
 *
 * <p>Options, only {@code linearc-freqconcat}: {@code freq}, columns of the grid, by default what the tokens have;
 * {@code rows}, {@code false}, or {@code true}: row by row ({@link RowProbe}).
 */
public final class LinearConcatProbe extends PoolingProbe {
    private static final String CLS_MEAN = "linearc-clsmean";
    private static final String FREQ_CONCAT = "linearc-freqconcat";

    private static final String FREQ = "freq";
    static final ProbeType CLS_MEAN_TYPE = new ProbeType(CLS_MEAN, List.of(), LinearConcatProbe::new);
    static final ProbeType FREQ_CONCAT_TYPE =
            new ProbeType(FREQ_CONCAT, List.of(FREQ, RowProbe.ROWS), RowProbe.orOfClips(LinearConcatProbe::new));
    private static final int MAX_FREQ = 1 << 16;

    private final int parts;

    private LinearConcatProbe(ParameterSource source) {
        boolean clsMean = source.name().equals(CLS_MEAN);
        if (clsMean && !source.hasCls()) {
            throw new IllegalArgumentException(
                    "probe linearc-clsmean: the encoder has no cls token: use linearc-freqconcat or linear-mean");
        }
        int vectors = clsMean ? 2 : columns(source);
        int features = source.isGiven()
                ? source.givenSize(Classifier.WEIGHT, 2, 1)
                : Math.multiplyExact(vectors, source.layout().dim());
        if (features % vectors != 0) {
            throw new IllegalArgumentException("probe " + source.name() + ": " + vectors
                    + " vectors of one length do not make the " + features + " features of fc.weight");
        }
        parts = vectors;
        super(source, features);
    }

    private static int columns(ParameterSource source) {
        int columns =
                source.integer(FREQ, source.isGiven() ? 0 : source.layout().freq(), 1, MAX_FREQ);
        if (columns == 0) {
            throw new IllegalArgumentException(
                    "probe linearc-freqconcat: the number of grid columns is not known: give option freq");
        }
        return columns;
    }

    @Override
    public int dim() {
        return fc.features() / parts;
    }

    @Override
    public boolean readsCls() {
        return name().equals(CLS_MEAN);
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        batch.requireDimOf(this);
        if (clsMean()) {
            return Tensor.concat(1, batch.requireCls(this), batch.tokens().mean(1));
        }
        requireColumns(batch);
        return batch.grid().mean(1).reshape(batch.size(), fc.features());
    }

    /**
     * Tokens, each with weight 1/N, or 1/T with {@code linearc-freqconcat}; with {@code linearc-clsmean} also the cls
     * token.
     */
    @Override
    protected Contributions terms(TokenBatch clip, int classIndex) {
        Tensor row = fc.row(classIndex);
        if (clsMean()) {
            int tokens = clip.time() * clip.freq();
            List<Contributions.Part> parts = new ArrayList<>(Contributions.tokens(
                    Classifier.found(clip.tokens(), row.slice(0, dim(), dim())), Contributions.equal(tokens, tokens)));
            double cls = Classifier.found(clip.requireCls(this).insert(0), row.slice(0, 0, dim()))[0];
            parts.add(Contributions.Part.product(-1, "cls token", -1, cls, 1));
            return new Contributions(
                    Contributions.Kind.TOKENS,
                    "All tokens weigh the same; the cls token stands for the whole clip.",
                    parts,
                    fc.bias(classIndex));
        }
        requireColumns(clip);
        // each column of the grid has its own weights
        double[] found =
                clip.grid().times(row.reshape(1, 1, parts, dim())).sum(3).toDoubles();
        return Contributions.ofEqualTokens(
                "All time steps weigh the same; each frequency row has weights of its own.",
                found,
                clip.time(),
                fc.bias(classIndex));
    }

    private boolean clsMean() {
        return name().equals(CLS_MEAN);
    }

    private void requireColumns(TokenBatch batch) {
        if (batch.freq() != parts) {
            throw new IllegalArgumentException("probe linearc-freqconcat: the tokens' grid has " + batch.freq()
                    + " columns, the probe was made for " + parts);
        }
    }

    @Override
    public Optional<TokenBatch> condensed(TokenBatch batch) {
        return Optional.of(clsMean() ? batch.ofMeanToken() : batch.ofMeanRow());
    }

    @Override
    public boolean isLinear() {
        return true;
    }

    @Override
    public Tensor linearInput(TokenBatch batch) {
        return descriptor(batch);
    }
}
