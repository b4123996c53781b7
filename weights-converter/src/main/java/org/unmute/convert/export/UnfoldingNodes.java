package org.unmute.convert.export;

import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.UnfoldingOps;

/** {@link UnfoldingOps} as nodes: Conv (11), Reshape (14). */
final class UnfoldingNodes {
    private UnfoldingNodes() {}

    static String add(OpPair pair, UnfoldingOps op) {
        return switch (op) {
            case UnfoldingOps.Convolve c ->
                conv(pair.graph(), c.window(), c.groups(), pair.value(c.x()), pair.value(c.weight()));
            case UnfoldingOps.Im2Col i -> windows(pair, i);
            case UnfoldingOps.Col2Im c ->
                throw new ExportException("export: " + c.name() + " has no form as nodes of opset " + OnnxGraph.OPSET);
            default -> throw pair.unknown();
        };
    }

    static String conv(OnnxGraph g, SlidingWindow w, int groups, String... inputs) {
        return g.node(
                "Conv",
                inputs,
                OnnxGraph.integers("kernel_shape", w.height(), w.width()),
                OnnxGraph.integers("strides", w.strideY(), w.strideX()),
                OnnxGraph.integers("pads", w.padY(), w.padX(), w.padY(), w.padX()),
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
