package org.unmute.models.graph;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Convolution;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;

/**
 * Convolutions of one or two axes, and pooling of any number of axes, one axis after the other. Inputs are {@code
 * [batch, channels, ...]}.
 */
final class ConvolutionRules {
    private static final String[] WINDOW = {"auto_pad", "dilations", "kernel_shape", "pads", "strides"};

    private ConvolutionRules() {}

    static void addTo(Map<String, OpRule> rules) {
        rules.put("Conv", OpRule.one(ConvolutionRules::convolve, with("group")).unless(ConvolutionRules::against));
        rules.put(
                "MaxPool",
                OpRule.one(ConvolutionRules::maxPool, with("ceil_mode", "storage_order"))
                        .unless(ConvolutionRules::against));
        rules.put(
                "AveragePool",
                OpRule.one(ConvolutionRules::averagePool, with("ceil_mode", "count_include_pad"))
                        .unless(ConvolutionRules::against));
        rules.put(
                "GlobalAveragePool",
                OpRule.one(call -> call.result(call.tensor(0).meanKeepingAxes(space(call)))));
        rules.put("GlobalMaxPool", OpRule.one(call -> call.result(call.tensor(0).amaxKeepingAxes(space(call)))));
    }

    private static String[] with(String... own) {
        String[] all = Arrays.copyOf(WINDOW, WINDOW.length + own.length);
        System.arraycopy(own, 0, all, WINDOW.length, own.length);
        return all;
    }

    private static int[] space(NodeCall call) {
        int[] axes = new int[call.value(0).rank() - 2];
        Arrays.setAll(axes, i -> i + 2);
        return axes;
    }

    private static Optional<String> against(GraphNode node) {
        long[] pads = node.wholes("pads");
        if (pads != null && Arrays.stream(pads).anyMatch(p -> p < 0)) {
            return Optional.of("pads=" + Arrays.toString(pads) + " are negative");
        }
        for (String name : new String[] {"strides", "dilations", "kernel_shape"}) {
            long[] values = node.wholes(name);
            if (values != null && Arrays.stream(values).anyMatch(v -> v < 1 || v > 1 << 20)) {
                return Optional.of(name + "=" + Arrays.toString(values) + " must be at least 1");
            }
        }
        long[] kernel = node.wholes("kernel_shape");
        if (node.type().equals("Conv") && kernel != null && kernel.length > 2) {
            return Optional.of(kernel.length + " axes are convolved, 1 and 2 are supported");
        }
        if (kernel != null
                && kernel.length > 2
                && node.whole("count_include_pad", 0) != 0
                && node.whole("ceil_mode", 0) != 0) {
            return Optional.of("count_include_pad=1 with ceil_mode=1 is computed over 1 and 2 axes");
        }
        String auto = node.text("auto_pad", "NOTSET");
        return switch (auto) {
            case "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER", "" -> Optional.empty();
            default -> Optional.of("auto_pad=" + auto + " is not known");
        };
    }

    /**
     * The window along one axis.
     *
     * @param end padding after the last element, that of rounding up among it
     * @param extra the part of {@code end} that rounding up adds
     */
    private record Along(int size, int stride, int dilation, int start, int end, int extra) {
        static Along of(GraphNode node, int i, int axes, long kernel, long length) {
            int size = Math.toIntExact(kernel);
            int stride = at(node.wholes("strides"), i, 1);
            int dilation = at(node.wholes("dilations"), i, 1);
            int span = dilation * (size - 1) + 1;
            String auto = node.text("auto_pad", "NOTSET");
            int start = at(node.wholes("pads"), i, 0);
            int end = at(node.wholes("pads"), i + axes, 0);
            if (auto.startsWith("SAME")) {
                long all = Math.max(0, (Math.ceilDiv(length, stride) - 1) * stride + span - length);
                start = Math.toIntExact(auto.equals("SAME_UPPER") ? all / 2 : all - all / 2);
                end = Math.toIntExact(all - start);
            } else if (auto.equals("VALID")) {
                start = 0;
                end = 0;
            }
            int extra = 0;
            if (node.whole("ceil_mode", 0) != 0) {
                long rest = Math.max(0, length + start + end - span);
                long count = Math.ceilDiv(rest, stride) + 1;
                // No window begins in the padding after the last element.
                if ((count - 1) * stride >= length + start) {
                    count--;
                }
                extra = Math.toIntExact(Math.max(0, (count - 1) * stride - rest));
            }
            return new Along(size, stride, dilation, start, end + extra, extra);
        }

        private static int at(long @Nullable [] values, int i, int otherwise) {
            return values == null || i >= values.length ? otherwise : Math.toIntExact(values[i]);
        }
    }

    private static GraphValue convolve(NodeCall call) {
        Tensor x = call.tensor(0);
        Tensor weight = call.value(1).like(x);
        if (x.rank() != weight.rank() || x.rank() < 3 || x.rank() > 4) {
            throw new IllegalArgumentException(
                    "the input is " + x.shape() + ", the weight " + weight.shape() + ": 1 or 2 axes are convolved");
        }
        int axes = x.rank() - 2;
        Along last = Along.of(call.node(), axes - 1, axes, weight.size(-1), x.size(-1));
        Along first =
                axes == 1 ? new Along(1, 1, 1, 0, 0, 0) : Along.of(call.node(), 0, axes, weight.size(2), x.size(2));
        Tensor map = axes == 1 ? x.insert(2) : x;
        Tensor taps = axes == 1 ? weight.insert(2) : weight;
        SlidingWindow window = new SlidingWindow(
                first.size,
                last.size,
                first.stride,
                last.stride,
                first.start,
                last.start,
                first.end,
                last.end,
                first.dilation,
                last.dilation);
        int groups = Math.toIntExact(call.node().whole("group", 1));
        long rows = map.size(2) + first.start + first.end;
        GraphValue.bounded(map.size(0), map.size(1), rows, map.size(3) + last.start + last.end);
        GraphValue.bounded(map.size(0), weight.size(0), window.positionsY(map.size(2)), window.positionsX(map.size(3)));
        Tensor y = convolve(map, taps, call.optionalTensor(2), window, groups);
        return call.result(axes == 1 ? y.squeeze(2) : y);
    }

    private static Tensor convolve(Tensor x, Tensor weight, @Nullable Tensor bias, SlidingWindow window, int groups) {
        long out = weight.size(0);
        boolean dense = window.height() == 1 && window.width() == 1 && window.isUnpadded();
        if (dense && groups == 1 && window.strideY() == 1 && window.strideX() == 1 && weight.size(1) == x.size(1)) {
            Tensor y = weight.reshape(out, weight.size(1))
                    .matmul(x.reshape(x.size(0), x.size(1), x.size(2) * x.size(3)))
                    .reshape(x.size(0), out, x.size(2), x.size(3));
            return bias == null ? y : y.plus(bias.reshape(out, 1, 1));
        }
        if (groups > 1 && groups == x.size(1) && groups == out && weight.size(1) == 1) {
            Tensor taps = weight.reshape(out, window.height(), window.width()).permute(1, 2, 0);
            return Convolution.depthwise(x.permute(0, 2, 3, 1).copy(), taps.copy(), bias, null, window)
                    .permute(0, 3, 1, 2);
        }
        return Convolution.conv2d(x, weight, bias, window, groups);
    }

    private static long[] kernel(NodeCall call) {
        long[] kernel = call.node().wholes("kernel_shape");
        int axes = call.value(0).rank() - 2;
        if (kernel == null || kernel.length != axes) {
            throw new IllegalArgumentException("kernel_shape is " + Arrays.toString(kernel) + ", the input "
                    + call.value(0).shape());
        }
        return kernel;
    }

    private static GraphValue maxPool(NodeCall call) {
        Tensor x = call.tensor(0);
        long[] kernel = kernel(call);
        for (int i = 0; i < kernel.length; i++) {
            Along a = Along.of(call.node(), i, kernel.length, kernel[i], x.size(i + 2));
            x = pooled(x, i + 2, a, Double.NEGATIVE_INFINITY, true);
        }
        return call.result(x);
    }

    private static GraphValue averagePool(NodeCall call) {
        Tensor x = call.tensor(0);
        long[] kernel = kernel(call);
        boolean countsPadding = call.node().whole("count_include_pad", 0) != 0;
        for (int i = 0; i < kernel.length; i++) {
            int axis = i + 2;
            Along a = Along.of(call.node(), i, kernel.length, kernel[i], x.size(axis));
            Tensor line =
                    Tensor.full(x.backend(), x.dtype(), Shape.ones(x.rank()).with(axis, x.size(axis)), 1);
            // What rounding up adds is never counted.
            Tensor counted = countsPadding ? line.pad(axis, a.start, a.end - a.extra, 1) : line;
            Along rest = countsPadding ? new Along(a.size, a.stride, a.dilation, 0, a.extra, 0) : a;
            x = pooled(x, axis, a, 0, false).over(pooled(counted, axis, rest, 0, false));
        }
        return call.result(x);
    }

    /** The max, or the mean of all elements with the padding, along one axis. */
    private static Tensor pooled(Tensor x, int axis, Along a, double padding, boolean max) {
        Shape s = x.shape();
        GraphValue.bounded(s.with(axis, s.size(axis) + a.start + a.end).toArray());
        Tensor padded = a.start + a.end > 0 ? x.pad(axis, a.start, a.end, padding) : x;
        Tensor rows = padded.reshape(
                1, s.head(axis).elements(), padded.size(axis), s.tail(axis + 1).elements());
        SlidingWindow window = SlidingWindow.of(a.size, 1, a.stride, 1).dilate(a.dilation, 1);
        Tensor y = max ? Convolution.maxPool2d(rows, window) : Convolution.avgPool2d(rows, window);
        return y.reshape(s.with(axis, y.size(2)).toArray());
    }
}
