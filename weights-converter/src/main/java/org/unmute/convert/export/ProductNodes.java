package org.unmute.convert.export;

import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.ProductOps;
import org.unmute.tensor.op.SlidingWindow;

/**
 * {@link ProductOps} as nodes: MatMul (13), Gemm (13), Add (14), Conv (11), Unsqueeze (13), Reshape (14), Transpose
 * (13).
 */
final class ProductNodes {
    private ProductNodes() {}

    static String add(OpPair pair, ProductOps op) {
        return switch (op) {
            case ProductOps.MatMul m -> pair.graph().node("MatMul", pair.value(m.a()), pair.value(m.b()));
            case ProductOps.Linear l -> linear(pair, l);
            case ProductOps.EmbedPatches p -> patches(pair, p);
            default -> throw pair.unknown();
        };
    }

    private static String linear(OpPair pair, ProductOps.Linear op) {
        OnnxGraph g = pair.graph();
        String y;
        if (op.x().rank() == 2 && op.bias() != null) {
            y = g.node(
                    "Gemm",
                    new String[] {pair.value(op.x()), pair.value(op.weight()), pair.value(op.bias())},
                    OnnxGraph.integer("transB", 1));
        } else {
            y = pair.timesTransposed(pair.value(op.x()), op.weight());
            y = op.bias() == null ? y : g.node("Add", y, pair.value(op.bias()));
        }
        y = op.activation() == null ? y : ElementwiseNodes.unary(g, op.activation(), 0, 0, y);
        return op.residual() == null ? y : g.node("Add", y, pair.value(op.residual()));
    }

    /** A convolution of an image of one channel, its results in a row. */
    private static String patches(OpPair pair, ProductOps.EmbedPatches op) {
        OnnxGraph g = pair.graph();
        SlidingWindow w = op.window();
        Tensor weight = op.weight();
        String image = g.node("Unsqueeze", pair.value(op.image()), g.integers(1));
        String kernel = g.node("Reshape", pair.value(weight), g.integers(weight.size(0), 1, w.height(), w.width()));
        String[] inputs =
                op.bias() == null ? new String[] {image, kernel} : new String[] {image, kernel, pair.value(op.bias())};
        String y = UnfoldingNodes.conv(g, w, 1, inputs);
        return pair.swapped(g.node("Reshape", y, g.integers(0, weight.size(0), -1)), 3);
    }
}
