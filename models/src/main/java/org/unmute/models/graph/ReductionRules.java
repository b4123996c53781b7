package org.unmute.models.graph;

import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;
import org.unmute.tensor.DType;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/** Sums, extremes and norms over axes, and positions of extremes. */
final class ReductionRules {
    private ReductionRules() {}

    static void addTo(Map<String, OpRule> rules) {
        rules.put("ReduceSum", reduction(Tensor::sumKeepingAxes));
        rules.put("ReduceMean", reduction(Tensor::meanKeepingAxes));
        rules.put("ReduceMax", reduction(ReductionRules::max));
        rules.put("ReduceMin", reduction((x, axes) -> max(x.negate(), axes).negate()));
        rules.put("ReduceL1", reduction((x, axes) -> x.abs().sumKeepingAxes(axes)));
        rules.put(
                "ReduceL2",
                reduction((x, axes) -> x.square().sumKeepingAxes(axes).sqrt()));
        rules.put("ReduceSumSquare", reduction((x, axes) -> x.square().sumKeepingAxes(axes)));
        rules.put("ReduceLogSum", reduction((x, axes) -> x.sumKeepingAxes(axes).log()));
        rules.put("ReduceLogSumExp", reduction(ReductionRules::logSumExp));
        rules.put("ReduceProd", reduction(ReductionRules::product));
        rules.put("ArgMax", OpRule.one(call -> position(call, true), "axis", "keepdims", "select_last_index"));
        rules.put("ArgMin", OpRule.one(call -> position(call, false), "axis", "keepdims", "select_last_index"));
        rules.put("CumSum", OpRule.one(ReductionRules::cumulative, "exclusive", "reverse"));
    }

    private static OpRule reduction(BiFunction<Tensor, int[], Tensor> keepingAxes) {
        return OpRule.one(
                call -> {
                    Tensor x = call.tensor(0);
                    long[] given = call.axes(1);
                    boolean none = given == null || given.length == 0;
                    if (none && call.node().whole("noop_with_empty_axes", 0) != 0) {
                        return call.value(0);
                    }
                    int[] axes = new int[none ? x.rank() : given.length];
                    Arrays.setAll(axes, i -> none ? i : NodeCall.axis(given[i], x.rank()));
                    Tensor y = keepingAxes.apply(x, axes);
                    if (call.node().whole("keepdims", 1) == 0) {
                        Arrays.sort(axes);
                        for (int i = axes.length - 1; i >= 0; i--) {
                            y = y.squeeze(axes[i]);
                        }
                    }
                    return GraphValue.computed(call.value(0).type(), y);
                },
                "axes",
                "keepdims",
                "noop_with_empty_axes");
    }

    private static Tensor max(Tensor x, int[] axes) {
        return isEmpty(x, axes) ? ofNothing(x, axes) : x.amaxKeepingAxes(axes);
    }

    private static boolean isEmpty(Tensor x, int[] axes) {
        return Arrays.stream(axes).anyMatch(axis -> x.size(axis) == 0);
    }

    private static Tensor ofNothing(Tensor x, int[] axes) {
        Shape s = x.shape();
        for (int axis : axes) {
            s = s.with(axis, 1);
        }
        return Tensor.full(x.backend(), x.dtype(), s, Double.NEGATIVE_INFINITY);
    }

    private static Tensor logSumExp(Tensor x, int[] axes) {
        if (isEmpty(x, axes)) {
            return ofNothing(x, axes);
        }
        Tensor y = x;
        for (int axis : axes) {
            y = Functions.logSumExp(y, axis).insert(axis);
        }
        return y;
    }

    private static Tensor product(Tensor x, int[] axes) {
        Tensor y = x;
        for (int axis : axes) {
            Tensor all = y.slice(axis, 0, Math.min(1, y.size(axis)));
            if (y.size(axis) == 0) {
                long[] one = y.shape().with(axis, 1).toArray();
                all = y.sumKeepingAxes(axis).reshape(one).plus(1);
            }
            for (long i = 1; i < y.size(axis); i++) {
                all = all.times(y.slice(axis, i, 1));
            }
            y = all;
        }
        return y;
    }

    private static GraphValue position(NodeCall call, boolean max) {
        int axis = call.axis("axis", 0);
        Tensor x = call.tensor(0);
        boolean last = call.node().whole("select_last_index", 0) != 0;
        Tensor in = last ? x.flip(axis) : x;
        Tensor index = (max ? in.max(axis) : in.min(axis)).indices();
        Tensor exact = index.to(GraphValue.EXACT).cast(DType.F64);
        exact = last ? exact.affine(-1, x.size(axis) - 1.0) : exact;
        return new GraphValue(OnnxType.INT64, call.node().whole("keepdims", 1) != 0 ? exact.insert(axis) : exact);
    }

    private static GraphValue cumulative(NodeCall call) {
        Tensor x = call.tensor(0);
        int axis = NodeCall.axis((long) call.value(1).item(), x.rank());
        boolean reverse = call.node().whole("reverse", 0) != 0;
        Tensor in = reverse ? x.flip(axis) : x;
        Tensor sum = in.cumulativeSum(axis);
        Tensor y = call.node().whole("exclusive", 0) != 0 ? sum.minus(in) : sum;
        return GraphValue.computed(call.value(0).type(), reverse ? y.flip(axis) : y);
    }
}
