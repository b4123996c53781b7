package org.unmute.models.vit;

import java.util.function.Consumer;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.AttentionOps;

/**
 * Multi-head self-attention with queries, keys and values from one packed map, as in timm: output channels are
 * {@code [q | k | v]}, each split into heads.
 *
 * @param qkv {@code dim} to {@code 3 dim}
 * @param proj {@code dim} to {@code dim}
 * @param heads number of heads; divides {@code dim}
 * @param bias what is added to the scores, or null
 */
public record Attention(Linear qkv, Linear proj, int heads, AttentionBias bias) {
    /** Nothing is added to the scores. */
    public Attention(Linear qkv, Linear proj, int heads) {
        this(qkv, proj, heads, null);
    }

    /** Reads {@code qkv} and {@code proj} below a name. */
    public static Attention read(Weights weights, String name, long dim, int heads) {
        return new Attention(
                Linear.read(weights, name + ".qkv", 3 * dim, dim),
                Linear.read(weights, name + ".proj", dim, dim),
                heads);
    }

    /** Packs separate maps for queries, keys and values; their biases may be null, then all are. */
    public static Attention packed(Linear q, Linear k, Linear v, Linear proj, int heads) {
        Tensor weight = Tensor.concat(0, q.weight(), k.weight(), v.weight()).freeze();
        Tensor bias = q.bias() == null
                ? null
                : Tensor.concat(0, q.bias(), k.bias(), v.bias()).freeze();
        return new Attention(new Linear(weight, bias), proj, heads);
    }

    /** The same with something added to the scores. */
    public Attention with(AttentionBias added) {
        return new Attention(qkv, proj, heads, added);
    }

    /** {@code [batch, tokens, dim]} to the same. */
    public Tensor apply(Tensor x) {
        return proj.apply(mixed(x));
    }

    /**
     * {@code residual + apply(x)}
     *
     * @param attended told what {@link #apply(Tensor)} gives; may be null
     */
    Tensor apply(Tensor x, Tensor residual, Consumer<Tensor> attended) {
        if (attended == null) {
            return proj.added(mixed(x), residual);
        }
        Tensor a = apply(x);
        attended.accept(a);
        return residual.plus(a);
    }

    /** What goes into {@code proj}. */
    private Tensor mixed(Tensor x) {
        long batch = x.size(0);
        long tokens = x.size(1);
        long dim = x.size(2);
        long head = dim / heads;
        Tensor packed = qkv.apply(x).reshape(batch, tokens, 3, heads, head);
        double scale = 1 / Math.sqrt(head);
        if (bias == null) {
            return Tensor.run(new AttentionOps.SelfAttention(packed, scale)).reshape(batch, tokens, dim);
        }
        // [3, batch, heads, tokens, head]: views of the packed result, nothing is copied.
        Tensor parts = packed.permute(2, 0, 3, 1, 4);
        return bias.attend(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), scale)
                .transpose(1, 2)
                .reshape(batch, tokens, dim);
    }

    /** The first token's attention weights: {@code [batch, tokens, dim]} to {@code [batch, heads, tokens]}. */
    public Tensor ofFirstToken(Tensor x) {
        long batch = x.size(0);
        long tokens = x.size(1);
        long head = x.size(2) / heads;
        Tensor packed = qkv.apply(x).reshape(batch, tokens, 3, heads, head).permute(2, 0, 3, 1, 4);
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
