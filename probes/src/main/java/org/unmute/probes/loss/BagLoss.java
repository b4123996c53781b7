package org.unmute.probes.loss;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;

/**
 * The loss of bags of tokens, each of which has a weight for each class: the weighted mean over what is known. Nothing
 * else has a part in it.
 *
 * @param loss of elements
 */
public record BagLoss(Loss loss) {
    /**
     * The loss of a batch.
     *
     * @param logits {@code [bags, classes]}
     * @param targets of the shape of the logits, NaN where not known
     * @param weights of the shape of the logits, at least 0, above 0 where the target is known
     * @return one number; null if nothing is known
     * @throws IllegalArgumentException if sizes differ
     * @throws UnsupportedOperationException if an element's loss depends on other elements
     */
    public @Nullable Tensor of(Tensor logits, float[] targets, float[] weights) {
        if (logits.shape().elements() != targets.length || weights.length != targets.length) {
            throw new IllegalArgumentException("bag loss: logits " + logits.shape() + " do not have " + targets.length
                    + " targets and " + weights.length + " weights");
        }
        int[] known = IntStream.range(0, targets.length)
                .filter(i -> !Float.isNaN(targets[i]))
                .toArray();
        if (known.length == 0) {
            return null;
        }
        float[] wanted = new float[known.length];
        float[] shares = new float[known.length];
        double all = 0;
        for (int i : known) {
            all += weights[i];
        }
        for (int i = 0; i < known.length; i++) {
            wanted[i] = targets[known[i]];
            shares[i] = (float) (weights[known[i]] / all);
        }
        return loss.elements(Loss.elements(logits, known), Tensor.of(logits.backend(), wanted, wanted.length))
                .times(Tensor.of(logits.backend(), shares, shares.length).cast(logits.dtype()))
                .sum();
    }
}
