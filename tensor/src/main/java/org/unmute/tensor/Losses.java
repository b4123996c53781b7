package org.unmute.tensor;

import org.jspecify.annotations.Nullable;
import org.unmute.tensor.op.LossOps;

/**
 * Losses as in torch. Those of probabilities take logits, the scores before the softmax or sigmoid, and are finite for
 * finite logits. Targets are cast to the type of the logits.
 */
public final class Losses {
    private Losses() {}

    /** {@link #crossEntropy(Tensor, Tensor, Tensor, double, LossReduction)}, the mean without weights or smoothing. */
    public static Tensor crossEntropy(Tensor logits, Tensor targets) {
        return crossEntropy(logits, targets, null, 0, LossReduction.MEAN);
    }

    /**
     * Softmax cross-entropy. With smoothing ε, targets become {@code (1 - ε) q + ε / classes}. With class weights, each
     * class's term is multiplied by its weight; the mean divides by the sum of the weights of the true classes for
     * indices, and by the batch size for probabilities.
     *
     * @param logits {@code [batch, classes]}
     * @param targets class indices {@code I32 [batch]}, or probabilities {@code [batch, classes]}
     * @param classWeight {@code [classes]}, or null for 1
     * @param smoothing ε in [0, 1]
     * @return a scalar
     * @throws IllegalArgumentException if sizes do not fit or an index is no class
     */
    public static Tensor crossEntropy(
            Tensor logits, Tensor targets, @Nullable Tensor classWeight, double smoothing, LossReduction reduction) {
        if (logits.rank() != 2 || !(smoothing >= 0 && smoothing <= 1)) {
            throw new IllegalArgumentException("cross-entropy: logits must be [batch, classes], are " + logits.shape()
                    + ", and the smoothing in [0, 1], is " + smoothing);
        }
        long classes = logits.size(1);
        boolean indices = targets.dtype() == DType.I32;
        if (!indices && targets.rank() == 1) {
            throw new IllegalArgumentException("cross-entropy: class indices must be I32, are " + targets.dtype()
                    + targets.shape() + ": cast them, or give probabilities " + logits.shape());
        }
        Tensor q = indices ? oneHot(logits, targets) : targetsLike("cross-entropy", logits, targets);
        Tensor weight = weightsLike(logits, classWeight);
        double count = logits.size(0);
        if (indices && weight != null) {
            count = q.times(weight).sum().item();
        }
        Tensor sum = Tensor.run(new LossOps.CrossEntropy(logits, q, weight, 1 - smoothing, smoothing / classes))
                .sum();
        return sum.times(reduction == LossReduction.SUM ? 1 : 1 / count);
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

    /** {@link #bce(Tensor, Tensor, Tensor, LossReduction)}, the mean without weights. */
    public static Tensor bce(Tensor logits, Tensor targets) {
        return bce(logits, targets, null, LossReduction.MEAN);
    }

    /**
     * Binary cross-entropy of logits, {@code -[w y log p + (1 - y) log(1 - p)]} with {@code p = sigmoid(x)}: torch's
     * {@code binary_cross_entropy_with_logits}.
     *
     * @param logits {@code [..., classes]}
     * @param targets in the shape of the logits, 1 for present, 0 for absent, or in between
     * @param positiveWeight w, {@code [classes]}, or null for 1
     * @return a scalar
     * @throws IllegalArgumentException if sizes do not fit
     */
    public static Tensor bce(Tensor logits, Tensor targets, @Nullable Tensor positiveWeight, LossReduction reduction) {
        Tensor y = targetsLike("binary cross-entropy", logits, targets);
        Tensor weight = weightsLike(logits, positiveWeight);
        Tensor sum =
                Tensor.run(new LossOps.BinaryCrossEntropy(logits, y, weight)).sum();
        return reduction == LossReduction.SUM
                ? sum
                : sum.times(1.0 / logits.shape().elements());
    }

    /** {@link #bce} of each element by itself, in the shape of the logits, without weights. */
    public static Tensor bceOfElements(Tensor logits, Tensor targets) {
        Tensor y = targetsLike("binary cross-entropy", logits, targets);
        // The op adds up rows: each element is one.
        return Tensor.run(new LossOps.BinaryCrossEntropy(logits.reshape(-1, 1), y.reshape(-1, 1), null))
                .reshape(logits.shape().toArray());
    }

    /** Mean of {@code (x - y)²} over all elements; the shapes must be equal. */
    public static Tensor mse(Tensor x, Tensor y) {
        return x.minus(targetsLike("mse", x, y)).square().mean();
    }

    /**
     * Mean of Huber's loss over all elements: {@code d² / 2} where {@code d = |x - y|} is at most {@code delta}, {@code
     * delta (d - delta / 2)} above.
     *
     * @param delta above 0
     */
    public static Tensor huber(Tensor x, Tensor y, double delta) {
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huber: delta must be above 0, is " + delta);
        }
        Tensor d = x.minus(targetsLike("huber", x, y)).abs();
        Tensor near = d.clamp(0, delta);
        return near.times(d.minus(near.times(0.5))).mean();
    }

    /**
     * Targets in the logits' element type.
     *
     * @param loss its name, for the message
     * @throws IllegalArgumentException if the shapes differ
     */
    public static Tensor targetsLike(String loss, Tensor logits, Tensor targets) {
        if (!logits.shape().equals(targets.shape())) {
            throw new IllegalArgumentException(
                    loss + ": shapes differ: logits are " + logits.shape() + ", targets are " + targets.shape());
        }
        return targets.cast(logits.dtype());
    }

    /** Class weights in the element type and on the backend of the logits; null if there are none. */
    public static @Nullable Tensor weightsLike(Tensor logits, @Nullable Tensor weights) {
        return weights == null ? null : weights.to(logits.backend()).cast(logits.dtype());
    }
}
