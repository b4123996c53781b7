package org.unmute.models.vit;

import org.unmute.tensor.Tensor;

/**
 * Multi-head self-attention with queries, keys and values from one packed map, as in timm: output channels are
 * {@code [q | k | v]}, each split into heads.
 *
 * @param qkv {@code dim} to {@code 3 dim}
 * @param proj {@code dim} to {@code dim}
 * @param heads number of heads; divides {@code dim}
 */
public record Attention(Linear qkv, Linear proj, int heads) {
    /** Reads {@code qkv} and {@code proj} below a name. */
    public static Attention read(Weights weights, String name, long dim, int heads) {
        return new Attention(Linear.read(weights, name + ".qkv", 3 * dim, dim), Linear.read(weights, name + ".proj", dim, dim), heads);
    }

    /** Packs separate maps for queries, keys and values; their biases may be null, then all are. */
    public static Attention packed(Linear q, Linear k, Linear v, Linear proj, int heads) {
        Tensor weight = Tensor.concat(0, q.weight(), k.weight(), v.weight()).freeze();
        Tensor bias = q.bias() == null ? null : Tensor.concat(0, q.bias(), k.bias(), v.bias()).freeze();
        return new Attention(new Linear(weight, bias), proj, heads);
    }

    /** {@code [batch, tokens, dim]} to the same. */
    public Tensor apply(Tensor x) {
        long batch = x.size(0);
        long tokens = x.size(1);
        long dim = x.size(2);
        long head = dim / heads;
        // [3, batch, heads, tokens, head]: views of the packed result, nothing is copied.
        Tensor packed = qkv.apply(x).reshape(batch, tokens, 3, heads, head).permute(2, 0, 3, 1, 4);
        Tensor mixed = packed.select(0, 0).attention(packed.select(0, 1), packed.select(0, 2), null, 1 / Math.sqrt(head));
        return proj.apply(mixed.transpose(1, 2).reshape(batch, tokens, dim));
    }

    /** The first token's attention weights: {@code [batch, tokens, dim]} to {@code [batch, heads, tokens]}. */
    public Tensor ofFirstToken(Tensor x) {
        long batch = x.size(0);
        long tokens = x.size(1);
        long head = x.size(2) / heads;
        Tensor packed = qkv.apply(x).reshape(batch, tokens, 3, heads, head).permute(2, 0, 3, 1, 4);
        Tensor query = packed.select(0, 0).slice(2, 0, 1);
        Tensor scores = query.matmul(packed.select(0, 1).transpose(2, 3)).times(1 / Math.sqrt(head));
        return scores.softmax(-1).reshape(batch, heads, tokens);
    }
}
