package org.unmute.models.zoo;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.tensor.Tensor;

/**
 * The classifier of a checkpoint: a norm and a linear layer on one vector per clip.
 *
 * @param pooling maps all tokens of the network, the extra ones first, to one vector: {@code [batch, extra + tokens,
 *     dim]} to {@code [batch, dim]}
 * @param norm applied to that vector; may be null
 * @param linear {@code dim} to classes
 */
public record ClassHead(
        UnaryOperator<Tensor> pooling, @Nullable LayerNorm norm, Linear linear) {
    /**
     * Reads the head of a file; null if the file has no tensor {@code linear.weight}.
     *
     * @param pooling see {@link ClassHead}
     * @param norm name prefix of the norm's tensors
     * @param eps added to the variance
     * @param linear name prefix of the linear layer's tensors
     * @param dim channels of a token
     * @throws org.unmute.models.checkpoint.UnusableCheckpointException if a tensor is missing or has another shape
     */
    public static @Nullable ClassHead read(
            CheckpointWeights w, UnaryOperator<Tensor> pooling, String norm, double eps, String linear, int dim) {
        return w.has(linear + ".weight")
                ? new ClassHead(
                        pooling,
                        LayerNorm.read(w, norm, dim, eps),
                        Linear.read(w, linear, w.size(linear + ".weight", 2, 0), dim))
                : null;
    }

    /** Pooling that takes the class token, {@code [batch, 1 + tokens, dim]} to {@code [batch, dim]}. */
    public static Tensor ofCls(Tensor tokens) {
        return tokens.select(1, 0);
    }

    /** Names of the classes, in order: {@link EncoderSpec#namedClasses}. */
    public List<String> classes() {
        return EncoderSpec.namedClasses(linear.weight().size(0));
    }

    /** Maps {@code [batch, extra + tokens, dim]} to logits {@code [batch, classes]}. */
    public Tensor apply(Tensor tokens) {
        Tensor pooled = pooling.apply(tokens);
        return linear.apply(norm == null ? pooled : norm.apply(pooled));
    }
}
