package org.unmute.convert.export;

import org.jspecify.annotations.Nullable;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.ElementwiseOps;
import org.unmute.tensor.op.ReductionOps;
import org.unmute.tensor.op.Unary;

/**
 * {@link ElementwiseOps} as nodes: Add, Sub, Mul, Div (14), Max, Min (13), Pow (15), Equal (13), Greater (13),
 * GreaterOrEqual (16), Where (16), Cast (13), Clip (13), Elu (6), Erf (13), Exp (13), Log (13), HardSwish (14),
 * LeakyRelu (16), Neg, Abs, Sqrt, Reciprocal, Tanh, Sigmoid (13), Sin, Cos (7), Relu (14), Softplus (1).
 */
final class ElementwiseNodes {
    private ElementwiseNodes() {}

    static String add(OpPair pair, ElementwiseOps op) {
        return switch (op) {
            case ElementwiseOps.Map m -> unary(pair.graph(), m.f(), m.p(), m.q(), pair.value(m.x()));
            case ElementwiseOps.Combine c -> binary(pair.graph(), c.f(), pair.value(c.a()), pair.value(c.b()));
            case ElementwiseOps.Affine a -> affine(pair, a, (ElementwiseOps.Affine) pair.other());
            case ElementwiseOps.Where w ->
                pair.graph()
                        .node(
                                "Where",
                                pair.graph().cast(pair.value(w.condition()), OnnxGraph.BOOL),
                                pair.value(w.a()),
                                pair.value(w.b()));
            case ElementwiseOps.BinarizeStraightThrough b -> sign(pair.graph(), pair.value(b.x()));
            default -> throw pair.unknown();
        };
    }

    private static String affine(OpPair pair, ElementwiseOps.Affine op, ElementwiseOps.@Nullable Affine other) {
        OnnxGraph g = pair.graph();
        if (op.scale() != other.scale() || op.shift() != other.shift()) {
            return mean(pair, op, other);
        }
        String x = pair.value(op.x());
        String scaled = op.scale() == 1 ? x : g.node("Mul", x, g.scalar((float) op.scale()));
        return op.shift() == 0 ? scaled : g.node("Add", scaled, g.scalar((float) op.shift()));
    }

    /** A sum that is divided by a number of elements which is not the same for all inputs. */
    private static String mean(OpPair pair, ElementwiseOps.Affine op, ElementwiseOps.Affine other) {
        Tensor sums = op.x();
        Tensor otherSums = other.x();
        if (op.shift() == 0
                && other.shift() == 0
                && sums.origin() instanceof ReductionOps.Sum sum
                && otherSums.origin() instanceof ReductionOps.Sum otherSum
                && op.scale() == 1.0 / summed(sum, sums)
                && other.scale() == 1.0 / summed(otherSum, otherSums)) {
            return ReductionNodes.reduce(
                    pair.graph(), "ReduceMean", pair.in().value(sum.x(), otherSum.x()), sum.keepAxes(), sum.axes());
        }
        throw new ExportException("export: numbers are scaled by " + op.scale() + " or " + other.scale()
                + ", which depends on the size of the input: it has no form as one graph");
    }

    private static long summed(ReductionOps.Sum sum, Tensor sums) {
        return sum.x().shape().elements() / Math.max(1, sums.shape().elements());
    }

    static String binary(OnnxGraph g, Binary f, String a, String b) {
        return switch (f) {
            case ADD -> g.node("Add", a, b);
            case SUB -> g.node("Sub", a, b);
            case MUL -> g.node("Mul", a, b);
            case DIV -> g.node("Div", a, b);
            case MAX -> g.node("Max", a, b);
            case MIN -> g.node("Min", a, b);
            case POW -> g.node("Pow", a, b);
            case EQUAL -> g.cast(g.node("Equal", a, b), OnnxGraph.FLOAT);
            case GREATER -> g.cast(g.node("Greater", a, b), OnnxGraph.FLOAT);
            case GREATER_EQUAL -> g.cast(g.node("GreaterOrEqual", a, b), OnnxGraph.FLOAT);
            default -> throw new ExportException("export: function " + f + " has no form as nodes");
        };
    }

    static String unary(OnnxGraph g, Unary f, double p, double q, String x) {
        String[] one = {x};
        return switch (f) {
            case NEG -> g.node("Neg", x);
            case ABS -> g.node("Abs", x);
            case SQUARE -> g.node("Mul", x, x);
            case EXP -> g.node("Exp", x);
            case LOG -> g.node("Log", x);
            case LOG1P -> g.node("Log", g.node("Add", x, g.scalar(1f)));
            case SQRT -> g.node("Sqrt", x);
            case RSQRT -> g.node("Reciprocal", g.node("Sqrt", x));
            case RECIPROCAL -> g.node("Reciprocal", x);
            case SIN -> g.node("Sin", x);
            case COS -> g.node("Cos", x);
            case TANH -> g.node("Tanh", x);
            case SIGMOID -> g.node("Sigmoid", x);
            case ERF -> g.node("Erf", x);
            case GELU -> gelu(g, x);
            case GELU_TANH -> geluTanh(g, x);
            case SILU -> g.node("Mul", x, g.node("Sigmoid", x));
            case RELU -> g.node("Relu", x);
            case SOFTPLUS -> g.node("Softplus", x);
            case LOG_SIGMOID -> g.node("Neg", g.node("Softplus", g.node("Neg", x)));
            case HARDSWISH -> g.node("HardSwish", x);
            case SIGN -> sign(g, x);
            case LEAKY_RELU -> g.node("LeakyRelu", one, OnnxGraph.real("alpha", (float) p));
            case ELU -> g.node("Elu", one, OnnxGraph.real("alpha", (float) p));
            case POW -> g.node("Pow", x, g.scalar((float) p));
            case CLAMP -> g.node("Clip", x, g.scalar((float) p), g.scalar((float) q));
            default -> throw new ExportException("export: function " + f + " has no form as nodes");
        };
    }

    /** {@code x / 2 (1 + erf(x / √2))}, which ONNX Runtime fuses. */
    private static String gelu(OnnxGraph g, String x) {
        String scaled = g.node("Div", x, g.scalar((float) Math.sqrt(2)));
        String one = g.node("Add", g.node("Erf", scaled), g.scalar(1f));
        return g.node("Mul", g.node("Mul", x, one), g.scalar(0.5f));
    }

    private static String geluTanh(OnnxGraph g, String x) {
        String cube = g.node("Mul", g.node("Mul", g.node("Mul", x, x), x), g.scalar(0.044715f));
        String inner = g.node("Mul", g.node("Add", x, cube), g.scalar((float) Math.sqrt(2 / Math.PI)));
        String one = g.node("Add", g.node("Tanh", inner), g.scalar(1f));
        return g.node("Mul", g.node("Mul", x, one), g.scalar(0.5f));
    }

    /** +1 from 0 on, else -1. */
    private static String sign(OnnxGraph g, String x) {
        return g.node("Where", g.node("GreaterOrEqual", x, g.scalar(0f)), g.scalar(1f), g.scalar(-1f));
    }
}
