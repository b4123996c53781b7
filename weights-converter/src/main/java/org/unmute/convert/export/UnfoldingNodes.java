package org.unmute.convert.export;

import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.UnfoldingOps;

/** {@link UnfoldingOps} as nodes: Conv (11), Reshape (14), Transpose (13), Unsqueeze (13). */
final class UnfoldingNodes {
    private UnfoldingNodes() {}

    static String add(OpPair pair, UnfoldingOps op) {
        return switch (op) {
            case UnfoldingOps.Convolve c ->
                conv(pair.graph(), c.window(), c.groups(), pair.value(c.x()), pair.value(c.weight()));
            case UnfoldingOps.Im2Col i -> windows(pair, i);
            case UnfoldingOps.Depthwise d -> depthwise(pair, d);
            case UnfoldingOps.Col2Im c ->
                throw new ExportException("export: " + c.name() + " has no form as nodes of opset " + OnnxGraph.OPSET);
            default -> throw pair.unknown();
        };
    }

    /** A convolution with a group for each channel, which ONNX has second, not last. */
    private static String depthwise(OpPair pair, UnfoldingOps.Depthwise op) {
        OnnxGraph g = pair.graph();
        String x = g.node("Transpose", new String[] {pair.value(op.x())}, OnnxGraph.integers("perm", 0, 3, 1, 2));
        String taps = g.node("Transpose", new String[] {pair.value(op.weight())}, OnnxGraph.integers("perm", 2, 0, 1));
        String kernel = g.node("Unsqueeze", taps, g.integers(1));
        String[] inputs =
                op.bias() == null ? new String[] {x, kernel} : new String[] {x, kernel, pair.value(op.bias())};
        String y = conv(g, op.window(), op.weight().shape().dim(2), inputs);
        y = g.node("Transpose", new String[] {y}, OnnxGraph.integers("perm", 0, 2, 3, 1));
        return op.activation() == null ? y : ElementwiseNodes.unary(g, op.activation(), 0, 0, y);
    }

    static String conv(OnnxGraph g, SlidingWindow w, int groups, String... inputs) {
        return g.node(
                "Conv",
                inputs,
                OnnxGraph.integers("kernel_shape", w.height(), w.width()),
                OnnxGraph.integers("strides", w.strideY(), w.strideX()),
                OnnxGraph.integers("pads", w.padY(), w.padX(), w.endY(), w.endX()),
                OnnxGraph.integers("dilations", w.dilationY(), w.dilationX()),
                OnnxGraph.integer("group", groups));
    }

    /** Selects each element of a window by a kernel that is 1 there and 0 elsewhere. */
    private static String windows(OpPair pair, UnfoldingOps.Im2Col op) {
        OnnxGraph g = pair.graph();
        SlidingWindow w = op.window();
        Tensor x = op.x();
        int elements = w.height() * w.width();
        float[] ones = new float[elements * elements];
        for (int i = 0; i < elements; i++) {
            ones[i * elements + i] = 1;
        }
        long rows = pair.fixedSize(x, 2);
        long columns = pair.fixedSize(x, 3);
        String kernel = g.weight(g.newName("ones"), ones, elements, 1, w.height(), w.width());
        String images = g.node("Reshape", pair.value(x), g.integers(-1, 1, rows, columns));
        return g.node(
                "Reshape",
                conv(g, w, 1, images, kernel),
                g.integers(-1, pair.fixedSize(x, 1), w.height(), w.width(), w.positionsY(rows), w.positionsX(columns)));
    }
}
