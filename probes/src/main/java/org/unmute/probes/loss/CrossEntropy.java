package org.unmute.probes.loss;

import org.unmute.tensor.DType;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.LossOps;

/**
 * Softmax cross-entropy of logits, as in PyTorch. Targets are class indices {@code I32 [batch]} or probabilities {@code
 * [batch, classes]}. With smoothing ε, targets become {@code (1 - ε) q + ε / classes}. With class weights w, each
 * class's term is multiplied by its weight; the mean divides by the sum of the weights of the true classes for indices,
 * and by the batch size for probabilities.
 *
 * @param smoothing ε in [0, 1]
 * @param classWeight w, {@code [classes]}, or null for 1
 * @param reduction over the batch
 */
public record CrossEntropy(double smoothing, Tensor classWeight, LossReduction reduction) implements Loss {
    /** No smoothing, no weights, mean. */
    public static final CrossEntropy DEFAULT = new CrossEntropy(0, null, LossReduction.MEAN);

    /** Checks the range. */
    public CrossEntropy {
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw new IllegalArgumentException("cross-entropy: smoothing must lie in [0, 1]: " + smoothing);
        }
    }

    @Override
    public String name() {
        return "ce";
    }

    @Override
    public Tensor of(Tensor logits, Tensor targets) {
        if (logits.rank() != 2) {
            throw new IllegalArgumentException("cross-entropy: logits must be [batch, classes], are " + logits.shape());
        }
        long classes = logits.size(1);
        boolean indices = targets.dtype() == DType.I32;
        Tensor q = indices ? oneHot(logits, targets) : Loss.targetsLike("cross-entropy", logits, targets);
        Tensor weight = Loss.weightsLike(logits, classWeight);
        double count = logits.size(0);
        if (indices && weight != null) {
            count = q.times(weight).sum().item();
        }
        Tensor sum = Tensor.run(new LossOps.CrossEntropy(logits, q, weight, 1 - smoothing, smoothing / classes))
                .sum();
        return sum.times(reduction == LossReduction.SUM ? 1 : 1 / count);
    }

    @Override
    public Tensor ofElements(Tensor logits, Tensor targets, int[] elements) {
        throw new UnsupportedOperationException("cross-entropy: a softmax needs the targets of all classes of a clip: "
                + elements.length + " of " + logits.shape().elements() + " are known: use asl or bce");
    }

    private static Tensor oneHot(Tensor logits, Tensor targets) {
        int batch = logits.shape().dim(0);
        int classes = logits.shape().dim(1);
        if (targets.rank() != 1 || targets.size(0) != batch) {
            throw new IllegalArgumentException("cross-entropy: class indices must be [batch]: logits are "
                    + logits.shape() + ", targets are " + targets.shape());
        }
        int[] index = targets.toInts();
        float[] hot = new float[Math.multiplyExact(batch, classes)];
        for (int i = 0; i < batch; i++) {
            if (index[i] < 0 || index[i] >= classes) {
                throw new IllegalArgumentException(
                        "cross-entropy: class index " + index[i] + " of item " + i + " is not in [0, " + classes + ")");
            }
            hot[i * classes + index[i]] = 1;
        }
        return Tensor.of(logits.backend(), hot, batch, classes).cast(logits.dtype());
    }
}
