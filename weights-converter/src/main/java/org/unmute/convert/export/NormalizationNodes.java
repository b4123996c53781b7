package org.unmute.convert.export;

import java.util.Arrays;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.NormalizationOps;

/**
 * {@link NormalizationOps} as nodes: Softmax, LogSoftmax (13), LayerNormalization (17), ReduceL2 (18), Max (13), Div
 * (14).
 */
final class NormalizationNodes {
    private static final float MIN_NORM = 1e-12f;

    private NormalizationNodes() {}

    static String add(OpPair pair, NormalizationOps op) {
        OnnxGraph g = pair.graph();
        String x = pair.value(op.x());
        return switch (op) {
            case NormalizationOps.Softmax _ -> g.node("Softmax", new String[] {x}, OnnxGraph.integer("axis", -1));
            case NormalizationOps.LogSoftmax _ -> g.node("LogSoftmax", new String[] {x}, OnnxGraph.integer("axis", -1));
            case NormalizationOps.LayerNorm l -> layerNorm(pair, l, x);
            case NormalizationOps.L2Normalize _ -> unit(g, x);
            case NormalizationOps.UnitSum u -> {
                String weights = g.node("Unsqueeze", pair.value(u.weights()), g.integers(others(u.x())));
                yield ReductionNodes.reduce(g, "ReduceSum", g.node("Mul", unit(g, x), weights), false, 0);
            }
            default -> throw pair.unknown();
        };
    }

    private static long[] others(Tensor x) {
        long[] axes = new long[x.rank() - 1];
        Arrays.setAll(axes, i -> i + 1L);
        return axes;
    }

    private static String layerNorm(OpPair pair, NormalizationOps.LayerNorm op, String x) {
        OnnxGraph g = pair.graph();
        String scale;
        if (op.weight() == null) {
            float[] ones = new float[Math.toIntExact(pair.fixedSize(op.x(), -1))];
            Arrays.fill(ones, 1);
            scale = g.weight(g.newName("ones"), ones, ones.length);
        } else {
            scale = pair.value(op.weight());
        }
        String[] inputs = op.bias() == null ? new String[] {x, scale} : new String[] {x, scale, pair.value(op.bias())};
        return g.node("LayerNormalization", inputs, OnnxGraph.integer("axis", -1), OnnxGraph.real("epsilon", (float)
                op.eps()));
    }

    /** {@code x / max(‖x‖, 1e-12)} along the last axis. */
    static String unit(OnnxGraph g, String x) {
        String norm = ReductionNodes.reduce(g, "ReduceL2", x, true, -1);
        return g.node("Div", x, g.node("Max", norm, g.scalar(MIN_NORM)));
    }
}
