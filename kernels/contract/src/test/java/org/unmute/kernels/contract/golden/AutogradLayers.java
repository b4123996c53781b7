package org.unmute.kernels.contract.golden;

import static org.unmute.kernels.contract.golden.AutogradKinds.one;

import java.util.List;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.Heads;
import org.unmute.tensor.Interpolation;
import org.unmute.tensor.Normalize;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.op.SlidingWindow;

/** The kinds of autograd cases that are layers of networks. */
final class AutogradLayers {
    private AutogradLayers() {}

    static void register() {
        normalization();
        convolution();
        attention();
        interpolation();
    }

    private static void normalization() {
        one("layer_norm", c -> {
            Tensor w = c.optional("w");
            int axes = c.has("normalized_shape") ? c.integers("normalized_shape").length : w == null ? 1 : w.rank();
            return Normalize.layer(c.in("x"), axes, w, c.optional("bias"), c.number("eps", 1e-5));
        });
        one("rms_norm", c -> Normalize.rms(c.in("x"), c.optional("w"), c.number("eps", 1e-6)));
        one(
                "group_norm",
                c -> Normalize.group(
                        c.in("x"), c.integer("groups", 1), c.optional("w"), c.optional("bias"), c.number("eps", 1e-5)));
        one(
                "batch_norm",
                c -> c.flag("training")
                        ? Normalize.batch(c.in("x"), c.optional("w"), c.optional("bias"), c.number("eps", 1e-5))
                        : Normalize.batch(
                                c.in("x"),
                                c.in("mean"),
                                c.in("var"),
                                c.optional("w"),
                                c.optional("bias"),
                                c.number("eps", 1e-5)));
        AutogradKinds.many("batch_norm_running_update", c -> {
            var next = new Normalize.RunningStatistics(c.in("mean"), c.in("var"))
                    .updated(c.in("x"), c.number("momentum", 0.1));
            return List.of(next.mean(), next.variance());
        });
        one("l2_normalize", c -> {
            c.requireConstant("eps", Backend.NORM_FLOOR);
            return c.in("x").l2Normalize(c.integer("dim", -1));
        });
    }

    private static void convolution() {
        one("conv1d", c -> conv1d(c, c.in("w")));
        one("conv_pos", c -> {
            Tensor y = conv1d(c, Normalize.weight(c.in("v"), c.in("gg"), c.integer("weight_norm_dim", 2)));
            // An even kernel padded by half its size gives one frame too many.
            return c.in("x").plus(y.slice(2, 0, c.in("x").size(2)).gelu());
        });
        one("conv2d", AutogradLayers::conv2d);
        one("patch_embed", c -> {
            Tensor map = conv2d(c);
            return map.reshape(map.size(0), map.size(1), map.size(2) * map.size(3))
                    .transpose(1, 2);
        });
        one(
                "conv_transpose1d",
                c -> Convolution.convTranspose1d(
                        c.in("x"),
                        c.in("w"),
                        c.optional("bias"),
                        c.integer("stride", 1),
                        c.integer("padding", 0),
                        c.integer("groups", 1)));
        one("max_pool2d", c -> Convolution.maxPool2d(c.in("x"), pool(c)));
        one("avg_pool2d", c -> Convolution.avgPool2d(c.in("x"), pool(c)));
    }

    private static Tensor conv1d(AutogradCase c, Tensor weight) {
        return Convolution.conv1d(
                c.in("x"),
                weight,
                c.optional("bias"),
                c.integer("stride", 1),
                c.integer("padding", 0),
                c.integer("dilation", 1),
                c.integer("groups", 1));
    }

    private static Tensor conv2d(AutogradCase c) {
        Tensor w = c.in("w");
        return Convolution.conv2d(
                c.in("x"),
                w,
                c.optional("bias"),
                window(c, new int[] {w.shape().dim(2), w.shape().dim(3)}, c.pair("stride", 1)),
                c.integer("groups", 1));
    }

    private static SlidingWindow pool(AutogradCase c) {
        int[] kernel = c.pair("kernel", 0);
        return window(c, kernel, c.has("stride") ? c.pair("stride", 1) : kernel);
    }

    private static SlidingWindow window(AutogradCase c, int[] kernel, int[] stride) {
        int[] padding = c.pair("padding", 0);
        int[] dilation = c.pair("dilation", 1);
        return SlidingWindow.of(kernel[0], kernel[1], stride[0], stride[1])
                .pad(padding[0], padding[1])
                .dilate(dilation[0], dilation[1]);
    }

    private static void attention() {
        one("sdpa", c -> {
            Tensor q = c.in("q");
            Tensor mask = c.flag("causal") ? Heads.causalMask(q, c.in("k")) : c.optional("mask");
            return Heads.attention(
                    q, c.in("k"), c.in("v"), c.optional("bias"), mask, c.number("scale", 1 / Math.sqrt(q.size(-1))));
        });
        one("mha_block", c -> selfAttention(c, c.in("x")));
        one("transformer_block", c -> {
            double eps = c.number("eps", 1e-6);
            Tensor x = c.in("x");
            Tensor y = x.plus(selfAttention(c, x.layerNorm(c.in("n1w"), c.in("n1b"), eps)));
            Tensor hidden = y.layerNorm(c.in("n2w"), c.in("n2b"), eps)
                    .linear(c.in("w1"), c.optional("b1"))
                    .gelu();
            return y.plus(hidden.linear(c.in("w2"), c.optional("b2")));
        });
    }

    private static Tensor selfAttention(AutogradCase c, Tensor x) {
        return Heads.selfAttention(
                x, c.in("wqkv"), c.optional("bqkv"), c.in("wo"), c.optional("bo"), c.integer("heads", 1));
    }

    private static void interpolation() {
        one("interp", c -> {
            Interpolation.Mode mode = mode(c, c.attributes().path("mode").asText());
            boolean oneAxis = c.attributes().path("mode").asText().equals("linear");
            Tensor x = c.in("x");
            if (c.has("scale_factor")) {
                List<Double> factors = c.numbers("scale_factor");
                return oneAxis
                        ? Interpolation.scale(x, -1, factors.getFirst(), mode)
                        : Interpolation.scale2d(x, factors.getFirst(), factors.getLast(), mode);
            }
            int[] size = c.pair("size", 0);
            boolean align = c.flag("align_corners");
            return oneAxis
                    ? Interpolation.resize(x, -1, size[0], mode, align)
                    : Interpolation.resize2d(x, size[0], size[1], mode, align);
        });
        one("pos_embed", c -> {
            int[] grid = c.pair("grid", 0);
            int[] size = c.pair("size", 0);
            Tensor positions = c.in("pe");
            int extra = positions.shape().dim(1) - grid[0] * grid[1];
            String mode =
                    c.has("mode") ? c.attributes().get("mode").asText() : c.says("bilinear") ? "bilinear" : "bicubic";
            return Interpolation.resizePositions(positions, extra, grid[0], grid[1], size[0], size[1], mode(c, mode));
        });
    }

    private static Interpolation.Mode mode(AutogradCase c, String mode) {
        boolean widened = c.flag("antialias");
        return switch (mode) {
            case "nearest" -> Interpolation.Mode.NEAREST;
            case "linear", "bilinear" -> widened ? Interpolation.Mode.LINEAR_ANTIALIASED : Interpolation.Mode.LINEAR;
            case "bicubic" -> widened ? Interpolation.Mode.CUBIC_ANTIALIASED : Interpolation.Mode.CUBIC;
            default -> throw new IllegalArgumentException(c.name() + ": unknown mode " + mode);
        };
    }
}
