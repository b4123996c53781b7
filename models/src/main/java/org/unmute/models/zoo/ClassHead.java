package org.unmute.models.zoo;

import java.util.List;
import java.util.function.UnaryOperator;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.Linear;
import org.unmute.tensor.Tensor;

/**
 * A checkpoint's own classifier: a norm and a linear layer on one vector a clip.
 *
 * @param pooling {@code [batch, tokens, dim]} to {@code [batch, dim]}
 * @param norm may be null
 */
record ClassHead(UnaryOperator<Tensor> pooling, LayerNorm norm, Linear linear) {
    /** The head of a file, or null if it has none. */
    static ClassHead read(
            CheckpointWeights w, UnaryOperator<Tensor> pooling, String norm, double eps, String linear, int dim) {
        return w.has(linear + ".weight")
                ? new ClassHead(
                        pooling,
                        LayerNorm.read(w, norm, dim, eps),
                        Linear.read(w, linear, w.size(linear + ".weight", 2, 0), dim))
                : null;
    }

    /** The class token. */
    static Tensor ofCls(Tensor tokens) {
        return tokens.select(1, 0);
    }

    List<String> classes() {
        return EncoderSpec.namedClasses(linear.weight().size(0));
    }

    Tensor apply(Tensor tokens) {
        Tensor pooled = pooling.apply(tokens);
        return linear.apply(norm == null ? pooled : norm.apply(pooled));
    }
}
