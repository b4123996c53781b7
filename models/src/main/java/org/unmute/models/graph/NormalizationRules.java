package org.unmute.models.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Functions;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/** Normalization and softmax. */
final class NormalizationRules {
    private static final double EPS = 1e-5;
    private static final double STANDARD_EPS = 1e-9;

    private NormalizationRules() {}

    static void addTo(Map<String, OpRule> rules) {
        rules.put("Softmax", OpRule.one(call -> call.result(call.tensor(0).softmax(call.axis("axis", -1))), "axis"));
        rules.put(
                "LogSoftmax",
                OpRule.one(call -> call.result(call.tensor(0).logSoftmax(call.axis("axis", -1))), "axis"));
        rules.put(
                "BatchNormalization",
                OpRule.one(NormalizationRules::batch, "epsilon", "momentum", "training_mode")
                        .unless(node -> node.whole("training_mode", 0) != 0
                                ? Optional.of("training_mode=1: export the model after model.eval()")
                                : Optional.empty()));
        rules.put("LayerNormalization", OpRule.several(NormalizationRules::layer, "axis", "epsilon", "stash_type"));
        rules.put("InstanceNormalization", OpRule.one(NormalizationRules::instance, "epsilon"));
        rules.put("GroupNormalization", OpRule.one(NormalizationRules::group, "epsilon", "num_groups", "stash_type"));
        rules.put("MeanVarianceNormalization", OpRule.one(NormalizationRules::standard, "axes"));
    }

    /** A value for each channel, so that it broadcasts to {@code [batch, channels, ...]}. */
    private static Tensor perChannel(Tensor x, Tensor values) {
        return values.reshape(
                Shape.ones(x.rank()).with(1, values.shape().elements()).toArray());
    }

    private static GraphValue batch(NodeCall call) {
        Tensor x = call.tensor(0);
        Tensor scale = call.value(1)
                .like(x)
                .over(call.value(4)
                        .like(x)
                        .plus(call.node().real("epsilon", EPS))
                        .sqrt());
        Tensor shift = call.value(2).like(x).minus(call.value(3).like(x).times(scale));
        if (x.rank() == 1) {
            return call.result(x.times(scale).plus(shift));
        }
        return call.result(x.times(perChannel(x, scale)).plus(perChannel(x, shift)));
    }

    private static List<GraphValue> layer(NodeCall call) {
        Tensor x = call.tensor(0);
        int axis = call.axis("axis", -1);
        double eps = call.node().real("epsilon", EPS);
        Shape normalized = x.shape().tail(axis);
        Tensor weight = call.optionalTensor(1);
        Tensor bias = call.optionalTensor(2);
        Tensor y;
        if (call.node().outputs().size() == 1 && fits(weight, normalized) && fits(bias, normalized)) {
            long n = normalized.elements();
            y = x.reshape(x.shape().head(axis).concat(Shape.of(n)).toArray())
                    .layerNorm(weight == null ? null : weight.reshape(n), bias == null ? null : bias.reshape(n), eps)
                    .reshape(x.shape().toArray());
            return List.of(call.result(y));
        }
        int[] axes = new int[x.rank() - axis];
        Arrays.setAll(axes, i -> axis + i);
        Tensor mean = x.meanKeepingAxes(axes);
        Tensor centred = x.minus(mean);
        Tensor inverse = centred.square().meanKeepingAxes(axes).plus(eps).pow(-0.5);
        y = centred.times(inverse);
        y = weight == null ? y : y.times(weight);
        y = bias == null ? y : y.plus(bias);
        return List.of(call.result(y), call.result(mean), call.result(inverse))
                .subList(0, Math.min(3, call.node().outputs().size()));
    }

    private static boolean fits(@Nullable Tensor weight, Shape normalized) {
        return weight == null || weight.shape().elements() == normalized.elements();
    }

    /** {@code [batch, groups, ...]} with mean 0 and deviation 1 over all but the first two axes. */
    private static Tensor standardized(Tensor x, long groups, double eps) {
        long each = x.shape().elements() / Math.max(1, x.size(0) * groups);
        return x.reshape(x.size(0), groups, each)
                .layerNorm(null, null, eps)
                .reshape(x.shape().toArray());
    }

    private static GraphValue instance(NodeCall call) {
        Tensor x = call.tensor(0);
        Tensor y = standardized(x, x.size(1), call.node().real("epsilon", EPS));
        return call.result(y.times(perChannel(x, call.value(1).like(x)))
                .plus(perChannel(x, call.value(2).like(x))));
    }

    private static GraphValue group(NodeCall call) {
        Tensor x = call.tensor(0);
        long groups = call.node().whole("num_groups", 1);
        Tensor y = standardized(x, groups, call.node().real("epsilon", EPS));
        return call.result(y.times(perChannel(x, spread(call.value(1).like(x), x.size(1))))
                .plus(perChannel(x, spread(call.value(2).like(x), x.size(1)))));
    }

    /** Opset 18 has a weight for each group, 21 for each channel. */
    private static Tensor spread(Tensor weight, long channels) {
        long n = weight.size(0);
        return n == channels ? weight : weight.insert(1).expand(n, channels / n).reshape(channels);
    }

    private static GraphValue standard(NodeCall call) {
        Tensor x = call.tensor(0);
        long[] given = call.node().wholes("axes");
        int[] axes = given == null
                ? new int[] {0, 2, 3}
                : Arrays.stream(given).mapToInt(a -> NodeCall.axis(a, x.rank())).toArray();
        Tensor centred = x.minus(x.meanKeepingAxes(axes));
        Tensor deviation = Functions.standardDeviation(centred, 0, axes);
        Shape kept = x.shape();
        for (int axis : axes) {
            kept = kept.with(axis, 1);
        }
        return call.result(centred.over(deviation.reshape(kept.toArray()).plus(STANDARD_EPS)));
    }
}
