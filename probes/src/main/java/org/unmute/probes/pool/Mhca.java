package org.unmute.probes.pool;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * Multi-head cross-attention with one learned query, after the authors' {@code AttentivePooling} (paper, section 3):
 * keys {@code k = W_k z} and values {@code v = W_v z} without bias, weights {@code softmax_n(q_h · k_nh / √(dim / heads))},
 * descriptor the heads' weighted values side by side; no query or output projection.
 *
 * <p>Since there is one query, {@code q_h · W_k z = (W_kᵀ q)_h · z} and {@code Σ a_n W_v z_n = W_v Σ a_n z_n}: keys and
 * values are never computed for single tokens, which takes {@code tokens · heads · dim} multiplications a clip instead of
 * {@code tokens · dim²}.
 *
 * <p>Option {@code heads}: 12; where 12 does not divide dim, the largest number below that does.
 */
public final class Mhca implements Probe {
    /** Name of the probe. */
    public static final String NAME = "mhca";

    private static final String HEADS = "heads";
    private static final int DEFAULT_HEADS = 12;
    private static final double QUERY_DEVIATION = 0.02;

    private final int heads;
    private final Tensor query;
    private final Tensor keyWeight;
    private final Tensor valueWeight;
    private final Classifier fc;

    private Mhca(int heads, Tensor query, Tensor keyWeight, Tensor valueWeight, Classifier fc) {
        this.heads = heads;
        this.query = query;
        this.keyWeight = keyWeight;
        this.valueWeight = valueWeight;
        this.fc = fc;
    }

    static Mhca fresh(Probes.Size size, ProbeOptions options, Init init) {
        int dim = size.dim();
        int heads = heads(options, dim);
        Tensor query = init.normal(QUERY_DEVIATION, 1, 1, dim);
        Tensor keyWeight = init.linearWeight(dim, dim);
        Tensor valueWeight = init.linearWeight(dim, dim);
        return new Mhca(heads, query, keyWeight, valueWeight, Classifier.fresh(init, dim, size.classes()));
    }

    static Mhca of(ProbeOptions options, ParameterMap parameters) {
        Classifier fc = Classifier.of(parameters);
        int dim = fc.features();
        return new Mhca(heads(options, dim), parameters.take("cls_token", 1L, 1L, dim),
                parameters.take("k.weight", dim, (long) dim), parameters.take("v.weight", dim, (long) dim), fc);
    }

    private static int heads(ProbeOptions options, int dim) {
        int largest = Math.min(DEFAULT_HEADS, dim);
        while (dim % largest != 0) {
            largest--;
        }
        int heads = options.only(NAME, HEADS).integer(HEADS, largest, 1, dim);
        if (dim % heads != 0) {
            throw new IllegalArgumentException("probe mhca: " + heads + " heads do not divide dim " + dim);
        }
        return heads;
    }

    /** Number of heads. */
    public int heads() {
        return heads;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ProbeOptions options() {
        return ProbeOptions.DEFAULTS.with(HEADS, heads);
    }

    @Override
    public int dim() {
        return fc.features();
    }

    @Override
    public int classes() {
        return fc.classes();
    }

    @Override
    public Map<String, Tensor> parameters() {
        Map<String, Tensor> p = new LinkedHashMap<>();
        p.put("cls_token", query);
        p.put("k.weight", keyWeight);
        p.put("v.weight", valueWeight);
        fc.addTo(p);
        return Collections.unmodifiableMap(p);
    }

    /** The weight of each token in each head: {@code [batch, heads, tokens]}, summing to 1 over tokens. */
    public Tensor attention(TokenBatch batch) {
        Probes.checkDim(this, batch);
        return batch.tokens().linear(tokenQueries(), null).times(scale()).transpose(1, 2).softmax(-1);
    }

    @Override
    public Tensor descriptor(TokenBatch batch) {
        Probes.checkDim(this, batch);
        int dim = dim();
        int width = dim / heads;
        Tensor queries = tokenQueries().insert(0).expand(batch.size(), heads, dim);
        Tensor pooled = queries.attention(batch.tokens(), batch.tokens(), null, scale());
        Tensor values = pooled.transpose(0, 1).matmul(valueWeight.reshape(heads, width, dim).transpose(1, 2));
        return values.transpose(0, 1).reshape(batch.size(), dim);
    }

    @Override
    public Tensor logits(TokenBatch batch) {
        return fc.logits(descriptor(batch));
    }

    /** Each head's query as it meets a token, {@code W_kᵀ q}: {@code [heads, dim]}. */
    private Tensor tokenQueries() {
        int dim = dim();
        int width = dim / heads;
        return query.reshape(heads, 1, width).matmul(keyWeight.reshape(heads, width, dim)).reshape(heads, dim);
    }

    private double scale() {
        return 1 / Math.sqrt(dim() / (double) heads);
    }
}
