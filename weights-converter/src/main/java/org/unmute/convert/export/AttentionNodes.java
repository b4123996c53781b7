package org.unmute.convert.export;

import org.jspecify.annotations.Nullable;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.op.AttentionOps;

/** {@link AttentionOps} as nodes: MatMul (13), Mul, Add (14), Softmax (13), Transpose (13), Gather (13). */
final class AttentionNodes {
    private AttentionNodes() {}

    static String add(OpPair pair, AttentionOps op) {
        OnnxGraph g = pair.graph();
        return switch (op) {
            case AttentionOps.Attention a ->
                attention(
                        g,
                        pair.value(a.q()),
                        pair.swapped(pair.value(a.k()), a.k().rank()),
                        pair.value(a.v()),
                        a.bias() == null ? null : pair.value(a.bias()),
                        a.scale());
            case AttentionOps.GatedAttention a ->
                attention(
                        g,
                        pair.value(a.q()),
                        pair.swapped(pair.value(a.k()), a.k().rank()),
                        pair.value(a.v()),
                        g.node("Mul", pair.value(a.gate()), pair.value(a.bias())),
                        a.scale());
            case AttentionOps.SelfAttention s -> packed(pair, s);
            default -> throw pair.unknown();
        };
    }

    private static String attention(OnnxGraph g, String q, String keys, String v, @Nullable String bias, double scale) {
        String scores = g.node("MatMul", g.node("Mul", q, g.scalar((float) scale)), keys);
        scores = bias == null ? scores : g.node("Add", scores, bias);
        String weights = g.node("Softmax", new String[] {scores}, OnnxGraph.integer("axis", -1));
        return g.node("MatMul", weights, v);
    }

    /** From {@code [batch, tokens, 3, heads, d]} to {@code [batch, tokens, heads, d]}. */
    private static String packed(OpPair pair, AttentionOps.SelfAttention op) {
        OnnxGraph g = pair.graph();
        String x = pair.value(op.packed());
        String q = part(g, x, 0, 0, 2, 1, 3);
        String keys = part(g, x, 1, 0, 2, 3, 1);
        String v = part(g, x, 2, 0, 2, 1, 3);
        String y = attention(g, q, keys, v, null, op.scale());
        return g.node("Transpose", new String[] {y}, OnnxGraph.integers("perm", 0, 2, 1, 3));
    }

    private static String part(OnnxGraph g, String packed, int which, long... order) {
        String own = g.node("Gather", new String[] {packed, g.integer(which)}, OnnxGraph.integer("axis", 2));
        return g.node("Transpose", new String[] {own}, OnnxGraph.integers("perm", order));
    }
}
