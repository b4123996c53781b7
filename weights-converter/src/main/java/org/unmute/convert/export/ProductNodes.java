package org.unmute.convert.export;

import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.ProductOps;
import org.unmute.tensor.op.SlidingWindow;

/** {@link ProductOps} as nodes: MatMul (13), Gemm (13), Add (14), Conv (11), Unsqueeze (13), Reshape (14), Transpose (13). */
final class ProductNodes {
    private ProductNodes() {}

    static String add(Step step, ProductOps op) {
        return switch (op) {
            case ProductOps.MatMul m -> step.graph().node("MatMul", step.value(m.a()), step.value(m.b()));
            case ProductOps.Linear l -> linear(step, l);
            case ProductOps.EmbedPatches p -> patches(step, p);
        };
    }

    private static String linear(Step step, ProductOps.Linear op) {
        OnnxGraph g = step.graph();
        String y;
        if (op.x().rank() == 2 && op.bias() != null) {
            y = g.node(
                    "Gemm",
                    new String[] {step.value(op.x()), step.value(op.weight()), step.value(op.bias())},
                    OnnxGraph.integer("transB", 1));
        } else {
            y = step.timesTransposed(step.value(op.x()), op.weight());
            y = op.bias() == null ? y : g.node("Add", y, step.value(op.bias()));
        }
        y = op.activation() == null ? y : ElementwiseNodes.unary(g, op.activation(), 0, 0, y);
        return op.residual() == null ? y : g.node("Add", y, step.value(op.residual()));
    }

    /** A convolution of an image of one channel, its results in a row. */
    private static String patches(Step step, ProductOps.EmbedPatches op) {
        OnnxGraph g = step.graph();
        SlidingWindow w = op.window();
        Tensor weight = op.weight();
        String image = g.node("Unsqueeze", step.value(op.image()), g.integers(1));
        String kernel = g.node("Reshape", step.value(weight), g.integers(weight.size(0), 1, w.height(), w.width()));
        String[] inputs =
                op.bias() == null ? new String[] {image, kernel} : new String[] {image, kernel, step.value(op.bias())};
        String y = UnfoldingNodes.conv(g, w, 1, inputs);
        return step.swapped(g.node("Reshape", y, g.integers(0, weight.size(0), -1)), 3);
    }
}
