package org.unmute.models.vit;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.AttentionOps;

/**
 * Multi-head self-attention. Queries, keys and values come from one packed linear map, as in timm: its output channels
 * are {@code [q | k | v]}, each split into heads.
 *
 * @param qkv {@code dim} to {@code 3 dim}
 * @param proj {@code dim} to {@code dim}
 * @param heads number of heads; divides {@code dim}
 * @param bias added to the scores; may be null
 * @param gate of the joined heads (BAT): they are multiplied by {@code sigmoid(gate(x))} of the attention's input;
 *     {@code dim} to {@code dim}; may be null
 */
public record Attention(
        Linear qkv,
        Linear proj,
        int heads,
        @Nullable AttentionBias bias,
        @Nullable Linear gate) {
    /** Attention without bias or gate. */
    public Attention(Linear qkv, Linear proj, int heads) {
        this(qkv, proj, heads, null, null);
    }

    /** Reads {@code qkv} and {@code proj} below a name. */
    public static Attention read(Weights weights, String name, long dim, int heads) {
        return new Attention(
                Linear.read(weights, name + ".qkv", 3 * dim, dim),
                Linear.read(weights, name + ".proj", dim, dim),
                heads);
    }

    /** Reads {@code qkv}, which has no bias, and {@code proj} below a name. */
    public static Attention readUnbiased(Weights weights, String name, long dim, int heads) {
        return new Attention(
                new Linear(weights.linearWeight(name + ".qkv.weight", 3 * dim, dim), null),
                Linear.read(weights, name + ".proj", dim, dim),
                heads);
    }

    /** Reads {@code qkv}, {@code proj} and {@code gate} below a name. */
    public static Attention readGated(Weights weights, String name, long dim, int heads) {
        return read(weights, name, dim, heads).gated(Linear.read(weights, name + ".gate", dim, dim));
    }

    /**
     * Reads separate maps for queries, keys and values, which are packed, and the output map.
     *
     * @param hasBias whether queries, keys and values have biases
     */
    public static Attention readSeparate(
            Weights weights, String q, String k, String v, String proj, long dim, int heads, boolean hasBias) {
        Tensor weight = joined(weights, ".weight", q, k, v, dim, dim);
        Tensor bias = hasBias ? joined(weights, ".bias", q, k, v, dim) : null;
        return new Attention(new Linear(weight, bias), Linear.read(weights, proj, dim, dim), heads);
    }

    private static Tensor joined(Weights weights, String suffix, String q, String k, String v, long... shape) {
        return Tensor.concat(
                        0,
                        weights.tensor(q + suffix, shape),
                        weights.tensor(k + suffix, shape),
                        weights.tensor(v + suffix, shape))
                .freeze();
    }

    /** The same with a bias. */
    public Attention with(AttentionBias added) {
        return new Attention(qkv, proj, heads, added, gate);
    }

    private Attention gated(Linear by) {
        return new Attention(qkv, proj, heads, bias, by);
    }

    /** {@code [batch, tokens, dim]} to the same. */
    public Tensor apply(Tensor x) {
        return proj.apply(mixed(x));
    }

    /**
     * {@code residual + apply(x)}
     *
     * @param attended receives {@link #apply(Tensor)}; may be null
     */
    Tensor apply(Tensor x, Tensor residual, @Nullable Consumer<Tensor> attended) {
        if (attended == null) {
            return proj.added(mixed(x), residual);
        }
        Tensor a = apply(x);
        attended.accept(a);
        return residual.plus(a);
    }

    /** What the {@link #gate} lets through of each channel: {@code [batch, tokens, dim]} to the same, 0 to 1. */
    public Tensor passing(Tensor x) {
        return gate.apply(x).sigmoid();
    }

    /** The input of {@code proj}. */
    private Tensor mixed(Tensor x) {
        return gate == null ? heads(x) : heads(x).times(passing(x));
    }

    /** The heads side by side. */
    private Tensor heads(Tensor x) {
        long batch = x.size(0);
        long tokens = x.size(1);
        long dim = x.size(2);
        long head = dim / heads;
        Tensor packed = qkv.apply(x).reshape(batch, tokens, 3, heads, head);
        double scale = 1 / Math.sqrt(head);
        if (bias == null) {
            return Tensor.run(new AttentionOps.SelfAttention(packed, scale)).reshape(batch, tokens, dim);
        }
        // [3, batch, heads, tokens, head]: views of the packed result.
        Tensor parts = packed.permute(2, 0, 3, 1, 4);
        return bias.attend(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), scale)
                .transpose(1, 2)
                .reshape(batch, tokens, dim);
    }

    /** Queries, keys and values: {@code [3, batch, heads, tokens, head]}. */
    private Tensor split(Tensor x) {
        return qkv.apply(x)
                .reshape(x.size(0), x.size(1), 3, heads, x.size(2) / heads)
                .permute(2, 0, 3, 1, 4);
    }

    /** The first token's attention weights: {@code [batch, tokens, dim]} to {@code [batch, heads, tokens]}. */
    public Tensor ofFirstToken(Tensor x) {
        long batch = x.size(0);
        long tokens = x.size(1);
        long head = x.size(2) / heads;
        Tensor packed = split(x);
        Tensor queries = packed.select(0, 0);
        Tensor scores = queries.slice(2, 0, 1)
                .matmul(packed.select(0, 1).transpose(2, 3))
                .times(1 / Math.sqrt(head));
        if (bias != null) {
            scores = scores.plus(bias.of(queries).slice(-2, 0, 1));
        }
        return scores.softmax(-1).reshape(batch, heads, tokens);
    }
}
