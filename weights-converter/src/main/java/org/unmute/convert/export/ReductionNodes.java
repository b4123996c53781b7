package org.unmute.convert.export;

import java.util.Arrays;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.op.ReductionOps;

/** {@link ReductionOps} as nodes: ReduceSum (13), ReduceMax, ReduceMin, ReduceMean, ReduceL2 (18), CumSum (14). */
final class ReductionNodes {
    private ReductionNodes() {}

    static String add(OpPair pair, ReductionOps op) {
        String x = pair.value(op.x());
        int last = op.x().rank() - 1;
        return switch (op) {
            case ReductionOps.Sum s -> reduce(pair.graph(), "ReduceSum", x, s.keepAxes(), s.axes());
            case ReductionOps.SharedMax m -> reduce(pair.graph(), "ReduceMax", x, m.keepAxes(), m.axes());
            case ReductionOps.LastExtreme e ->
                reduce(pair.graph(), e.max() ? "ReduceMax" : "ReduceMin", x, false, last);
            case ReductionOps.CumulativeSum _ ->
                pair.graph().node("CumSum", x, pair.graph().integer(last));
            default -> throw pair.unknown();
        };
    }

    /** A reduction along axes. */
    static String reduce(OnnxGraph g, String type, String x, boolean keepAxes, int... axes) {
        if (axes.length == 0) {
            return g.node("Identity", x);
        }
        String list = g.integers(Arrays.stream(axes).asLongStream().toArray());
        return g.node(type, new String[] {x, list}, OnnxGraph.integer("keepdims", keepAxes ? 1 : 0));
    }
}
