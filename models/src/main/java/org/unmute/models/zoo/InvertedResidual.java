package org.unmute.models.zoo;

import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.vit.Linear;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.Unary;

/**
 * The block of MobileNetV3 (Howard et al. 2019, Figure 4) on maps with channels last: a product that widens the
 * channels, a convolution of each channel by itself, squeeze and excitation, a product that narrows them, and the
 * input, where it has the size of the result. Each batch normalization is folded into the convolution before it.
 *
 * @param expand null in the first block, which does not widen
 * @param taps weights of the depthwise convolution, {@code [height, width, channels]}: time, then frequency
 * @param bias of the depthwise convolution
 * @param window of the depthwise convolution
 * @param squeeze to fewer channels, or null without squeeze and excitation
 * @param excite back to all channels, or null
 * @param project narrows
 * @param activation after widening and after the depthwise convolution
 */
record InvertedResidual(
        @Nullable Linear expand,
        Tensor taps,
        Tensor bias,
        SlidingWindow window,
        @Nullable Linear squeeze,
        @Nullable Linear excite,
        Linear project,
        Unary activation) {
    /** Of the authors' batch normalizations. */
    static final double EPS = 1e-3;

    /** A convolution and the batch normalization after it as one: {@code w · weight + bias}. */
    record Folded(float[] weight, Tensor bias) {
        /**
         * Reads {@code name.0.weight}, {@code [out, ...]}, and the normalization {@code name.1}.
         *
         * @param shape of the convolution's weight
         */
        static Folded read(CheckpointWeights w, String name, long... shape) {
            int out = (int) shape[0];
            float[] weight = w.tensor(name + ".0.weight", shape).toFloats();
            float[] scale = w.tensor(name + ".1.weight", out).toFloats();
            float[] shift = w.tensor(name + ".1.bias", out).toFloats();
            float[] mean = w.tensor(name + ".1.running_mean", out).toFloats();
            float[] variance = w.tensor(name + ".1.running_var", out).toFloats();
            int each = weight.length / out;
            for (int o = 0; o < out; o++) {
                double factor = scale[o] / Math.sqrt(variance[o] + EPS);
                if (!Double.isFinite(factor)) {
                    throw new UnusableCheckpointException("tensor '" + name + ".1.running_var' is " + variance[o]
                            + " at element " + o + ": a variance is at least 0: the checkpoint is damaged");
                }
                for (int i = o * each; i < (o + 1) * each; i++) {
                    weight[i] = (float) (weight[i] * factor);
                }
                shift[o] = (float) (shift[o] - mean[o] * factor);
            }
            return new Folded(weight, Tensor.owning(shift, out).freeze());
        }

        /** A 1 x 1 convolution. */
        static Linear pointwise(CheckpointWeights w, String name, int out, int in) {
            Folded f = read(w, name, out, in, 1, 1);
            return new Linear(Tensor.owning(f.weight, out, in).freeze(), f.bias);
        }

        /** Kernels {@code [out, frequency, time]} as {@code [out, time, frequency]}. */
        float[] timeFirst(int size) {
            float[] turned = new float[weight.length];
            int each = size * size;
            for (int i = 0; i < turned.length; i++) {
                int at = i % each;
                turned[i - at + at % size * size + at / size] = weight[i];
            }
            return turned;
        }
    }

    /**
     * Reads a block.
     *
     * @param name of the block, {@code features.3.block}
     * @param in channels of its input
     * @param stride of its window in time and frequency
     */
    static InvertedResidual read(CheckpointWeights w, String name, int in, int stride, Unary activation) {
        // The first block's first convolution is the depthwise one already.
        int at = w.size(name + ".0.0.weight", 4, 2) == 1 ? 1 : 0;
        Linear expand = null;
        int wide = in;
        if (at == 1) {
            wide = w.size(name + ".0.0.weight", 4, 0);
            expand = Folded.pointwise(w, name + ".0", wide, in);
        }
        int size = w.size(name + "." + at + ".0.weight", 4, 2);
        Folded depthwise = Folded.read(w, name + "." + at, wide, 1, size, size);
        float[] taps = depthwise.timeFirst(size);
        Tensor last =
                Tensor.owning(taps, wide, size, size).permute(1, 2, 0).copy().freeze();
        String gate = name + "." + (at + 1) + ".conc_se_layers.0.";
        boolean gated = w.has(gate + "fc1.weight");
        int few = gated ? w.size(gate + "fc1.weight", 2, 0) : 0;
        String narrow = name + "." + (at + (gated ? 2 : 1));
        int out = w.size(narrow + ".0.weight", 4, 0);
        return new InvertedResidual(
                expand,
                last,
                depthwise.bias,
                SlidingWindow.of(size, size, stride, stride).pad(size / 2, size / 2),
                gated ? Linear.read(w, gate + "fc1", few, wide) : null,
                gated ? Linear.read(w, gate + "fc2", wide, few) : null,
                Folded.pointwise(w, narrow, out, wide),
                activation);
    }

    /** Channels of the result. */
    int channels() {
        return project.weight().shape().dim(0);
    }

    /** Maps {@code [batch, time, freq, in]} to {@code [batch, time / stride, freq / stride, channels]}, rounded up. */
    Tensor apply(Tensor x) {
        Tensor y = expand == null ? x : expand.activated(x, activation);
        y = Convolution.depthwise(y, taps, bias, activation, window);
        if (squeeze != null) {
            Tensor mean = y.mean(1, 2);
            Tensor gate = excite.apply(squeeze.activated(mean, Unary.RELU)).sigmoid();
            y = y.times(gate.reshape(gate.size(0), 1, 1, gate.size(1)));
        }
        Shape result = y.shape().with(-1, channels());
        return x.shape().equals(result) ? project.added(y, x) : project.apply(y);
    }
}
