package org.unmute.convert.export;

import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.op.AttentionOps;

/** {@link AttentionOps} as nodes: MatMul (13), Mul, Add (14), Softmax (13), Transpose (13), Gather (13). */
final class AttentionNodes {
    private AttentionNodes() {}

    static String add(Step step, AttentionOps op) {
        OnnxGraph g = step.graph();
        return switch (op) {
            case AttentionOps.Attention a ->
                attention(
                        step,
                        step.value(a.q()),
                        step.swapped(step.value(a.k()), a.k().rank()),
                        step.value(a.v()),
                        a.bias() == null ? null : step.value(a.bias()),
                        a.scale());
            case AttentionOps.GatedAttention a ->
                attention(
                        step,
                        step.value(a.q()),
                        step.swapped(step.value(a.k()), a.k().rank()),
                        step.value(a.v()),
                        g.node("Mul", step.value(a.gate()), step.value(a.bias())),
                        a.scale());
            case AttentionOps.SelfAttention s -> packed(step, s);
        };
    }

    private static String attention(Step step, String q, String keys, String v, String bias, double scale) {
        OnnxGraph g = step.graph();
        String scores = g.node("MatMul", g.node("Mul", q, g.scalar((float) scale)), keys);
        scores = bias == null ? scores : g.node("Add", scores, bias);
        String weights = g.node("Softmax", new String[] {scores}, OnnxGraph.integer("axis", -1));
        return g.node("MatMul", weights, v);
    }

    /** From {@code [batch, tokens, 3, heads, d]} to {@code [batch, tokens, heads, d]}. */
    private static String packed(Step step, AttentionOps.SelfAttention op) {
        OnnxGraph g = step.graph();
        String x = step.value(op.packed());
        String q = part(g, x, 0, 0, 2, 1, 3);
        String keys = part(g, x, 1, 0, 2, 3, 1);
        String v = part(g, x, 2, 0, 2, 1, 3);
        String y = attention(step, q, keys, v, null, op.scale());
        return g.node("Transpose", new String[] {y}, OnnxGraph.integers("perm", 0, 2, 1, 3));
    }

    private static String part(OnnxGraph g, String packed, int which, long... order) {
        String own = g.node("Gather", new String[] {packed, g.integer(which)}, OnnxGraph.integer("axis", 2));
        return g.node("Transpose", new String[] {own}, OnnxGraph.integers("perm", order));
    }
}
