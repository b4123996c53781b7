package org.unmute.models.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Unary;

/** Ops of each element by itself. */
final class ElementwiseRules {
    private static final double SELU_ALPHA = 1.67326319217681884765625;
    private static final double SELU_GAMMA = 1.05070102214813232421875;

    private ElementwiseRules() {}

    static void addTo(Map<String, OpRule> rules) {
        functions(rules);
        activations(rules);
        arithmetic(rules);
        logic(rules);
    }

    private static void functions(Map<String, OpRule> rules) {
        rules.put("Abs", unary(Tensor::abs));
        rules.put("Neg", unary(Tensor::negate));
        rules.put("Sqrt", unary(Tensor::sqrt));
        rules.put("Exp", unary(Tensor::exp));
        rules.put("Log", unary(Tensor::log));
        rules.put("Reciprocal", unary(x -> x.unary(Unary.RECIPROCAL)));
        rules.put("Erf", unary(x -> x.unary(Unary.ERF)));
        rules.put("Sin", unary(x -> x.unary(Unary.SIN)));
        rules.put("Cos", unary(x -> x.unary(Unary.COS)));
        rules.put("Floor", mapped(Math::floor));
        rules.put("Ceil", mapped(Math::ceil));
        rules.put("Round", mapped(Math::rint));
        rules.put("Sign", mapped(Math::signum));
        rules.put("Tan", mapped(Math::tan));
        rules.put("Identity", OpRule.one(call -> call.value(0)));
        rules.put(
                "Dropout",
                OpRule.several(ElementwiseRules::dropout, "ratio", "seed")
                        .unless(node -> node.inputs().size() > 2
                                        && !node.inputs().get(2).isEmpty()
                                ? Optional.of("it has an input training_mode: export the model after model.eval()")
                                : Optional.empty()));
        rules.put("Cast", OpRule.one(ElementwiseRules::cast, "to", "saturate"));
    }

    private static void activations(Map<String, OpRule> rules) {
        rules.put("Relu", unary(Tensor::relu));
        rules.put("Sigmoid", unary(Tensor::sigmoid));
        rules.put("Tanh", unary(Tensor::tanh));
        rules.put("HardSwish", unary(x -> x.unary(Unary.HARDSWISH)));
        rules.put("Softplus", unary(x -> x.unary(Unary.SOFTPLUS)));
        rules.put("Softsign", unary(x -> x.over(x.abs().plus(1))));
        rules.put("Mish", unary(x -> x.times(x.unary(Unary.SOFTPLUS).tanh())));
        rules.put(
                "LeakyRelu",
                OpRule.one(
                        call -> call.result(call.tensor(0)
                                .unary(Unary.LEAKY_RELU, call.node().real("alpha", 0.01), 0)),
                        "alpha"));
        rules.put(
                "Elu",
                OpRule.one(
                        call -> call.result(
                                call.tensor(0).unary(Unary.ELU, call.node().real("alpha", 1), 0)),
                        "alpha"));
        rules.put("Selu", OpRule.one(ElementwiseRules::selu, "alpha", "gamma"));
        rules.put("Celu", OpRule.one(ElementwiseRules::celu, "alpha"));
        rules.put("HardSigmoid", OpRule.one(ElementwiseRules::hardSigmoid, "alpha", "beta"));
        rules.put("ThresholdedRelu", OpRule.one(ElementwiseRules::thresholded, "alpha"));
        rules.put("Gelu", OpRule.one(ElementwiseRules::gelu, "approximate"));
        rules.put("PRelu", OpRule.one(call -> {
            List<Tensor> both = call.operands();
            Tensor x = both.get(0);
            return call.result(x.gt(0).where(x, x.times(both.get(1))));
        }));
        rules.put("Clip", OpRule.one(ElementwiseRules::clip));
    }

    private static void arithmetic(Map<String, OpRule> rules) {
        rules.put("Add", fold(Tensor::plus));
        rules.put("Sub", fold(Tensor::minus));
        rules.put("Mul", fold(Tensor::times));
        rules.put("Div", fold(Tensor::over));
        rules.put("Sum", fold(Tensor::plus));
        rules.put("Max", fold(Tensor::maximum));
        rules.put("Min", fold(Tensor::minimum));
        rules.put("Pow", OpRule.one(ElementwiseRules::pow));
        rules.put("Mean", OpRule.one(call -> {
            List<Tensor> all = call.operands();
            return call.result(all.stream().reduce(Tensor::plus).orElseThrow().over(all.size()));
        }));
        rules.put("Mod", OpRule.one(ElementwiseRules::mod, "fmod"));
    }

    private static void logic(Map<String, OpRule> rules) {
        rules.put("Equal", comparison(Tensor::eq));
        rules.put("Greater", comparison(Tensor::gt));
        rules.put("GreaterOrEqual", comparison(Tensor::ge));
        rules.put("Less", comparison(Tensor::lt));
        rules.put("LessOrEqual", comparison(Tensor::le));
        rules.put("And", comparison(Tensor::times));
        rules.put("Or", comparison(Tensor::maximum));
        rules.put("Xor", comparison((a, b) -> a.minus(b).abs()));
        rules.put(
                "Not",
                OpRule.one(call -> new GraphValue(OnnxType.BOOL, call.tensor(0).affine(-1, 1))));
        rules.put("IsNaN", OpRule.one(call -> {
            Tensor x = call.tensor(0);
            return new GraphValue(OnnxType.BOOL, x.eq(x).affine(-1, 1));
        }));
        rules.put("Where", OpRule.one(call -> {
            GraphValue a = call.value(1);
            Tensor then = a.tensor();
            return new GraphValue(
                    a.type(), call.value(0).like(then).where(then, call.value(2).like(then)));
        }));
    }

    private static OpRule unary(UnaryOperator<Tensor> f) {
        return OpRule.one(call -> GraphValue.computed(call.value(0).type(), f.apply(call.tensor(0))));
    }

    private static OpRule mapped(DoubleUnaryOperator f) {
        return OpRule.one(call -> call.result(GraphValue.mapped(call.tensor(0), f)));
    }

    private static OpRule fold(BinaryOperator<Tensor> f) {
        return OpRule.one(call -> GraphValue.computed(
                call.value(0).type(), call.operands().stream().reduce(f).orElseThrow()));
    }

    private static OpRule comparison(BinaryOperator<Tensor> f) {
        return OpRule.one(call -> {
            List<Tensor> both = call.operands();
            return new GraphValue(OnnxType.BOOL, f.apply(both.get(0), both.get(1)));
        });
    }

    private static List<GraphValue> dropout(NodeCall call) {
        GraphValue x = call.value(0);
        GraphValue kept = GraphValue.of(OnnxType.BOOL, ones(x), x.shape().toArray());
        return call.node().outputs().size() > 1 ? List.of(x, kept) : List.of(x);
    }

    private static double[] ones(GraphValue x) {
        double[] all = new double[Math.toIntExact(x.shape().elements())];
        Arrays.fill(all, 1);
        return all;
    }

    private static GraphValue cast(NodeCall call) {
        long to = call.node().whole("to", 0);
        OnnxType type = OnnxType.of(to);
        if (type == null) {
            throw new IllegalArgumentException("element type " + to + " is not computed with");
        }
        return call.value(0).cast(type);
    }

    private static GraphValue selu(NodeCall call) {
        Tensor x = call.tensor(0).unary(Unary.ELU, call.node().real("alpha", SELU_ALPHA), 0);
        return call.result(x.times(call.node().real("gamma", SELU_GAMMA)));
    }

    private static GraphValue celu(NodeCall call) {
        double alpha = call.node().real("alpha", 1);
        return call.result(call.tensor(0)
                .times(1 / alpha)
                .unary(Unary.ELU, 1, 0)
                .times(alpha)
                .maximum(call.tensor(0)));
    }

    private static GraphValue hardSigmoid(NodeCall call) {
        double alpha = call.node().real("alpha", 0.2);
        return call.result(
                call.tensor(0).affine(alpha, call.node().real("beta", 0.5)).clamp(0, 1));
    }

    private static GraphValue thresholded(NodeCall call) {
        Tensor x = call.tensor(0);
        return call.result(x.maskedFill(x.le(call.node().real("alpha", 1)), 0));
    }

    private static GraphValue gelu(NodeCall call) {
        boolean tanh = call.node().text("approximate", "none").equals("tanh");
        return call.result(call.tensor(0).unary(tanh ? Unary.GELU_TANH : Unary.GELU));
    }

    private static GraphValue clip(NodeCall call) {
        Tensor x = call.tensor(0);
        Tensor min = call.optionalTensor(1);
        Tensor max = call.optionalTensor(2);
        Tensor above = min == null ? x : x.maximum(min);
        return call.result(max == null ? above : above.minimum(max));
    }

    private static GraphValue pow(NodeCall call) {
        GraphValue base = call.value(0);
        GraphValue exponent = call.value(1);
        Tensor x = base.tensor();
        // The engine's power of one number is exact for squares and roots.
        Tensor y = exponent.shape().elements() == 1 && exponent.rank() <= base.rank()
                ? x.pow(exponent.item())
                : x.pow(exponent.like(x));
        return GraphValue.computed(base.type(), y);
    }

    private static GraphValue mod(NodeCall call) {
        List<Tensor> both = call.operands();
        Tensor quotient = both.get(0).over(both.get(1));
        boolean truncates = call.node().whole("fmod", 0) != 0;
        Tensor whole = GraphValue.mapped(quotient, truncates ? q -> q < 0 ? Math.ceil(q) : Math.floor(q) : Math::floor);
        return GraphValue.computed(call.value(0).type(), both.get(0).minus(whole.times(both.get(1))));
    }
}
