package org.unmute.bench.onnx;

import java.util.function.Function;
import org.unmute.convert.graph.OnnxGraph;

/**
 * The measured networks as ONNX graphs, with the operators that exporters write. Weights of linear maps are transposed,
 * as MatMul expects.
 */
public final class OnnxNetworks {
    private static final float EPS = 1e-6f;

    private OnnxNetworks() {}

    /** {@code y = x wᵀ}; {@code w} is {@code [out, in]}. */
    public static OnnxGraph matmul(float[] w, int in, int out) {
        OnnxGraph m = new OnnxGraph("bench").input("x", "n", in);
        m.result("y", "MatMul", new String[] {"x", m.weight("w", transposed(w, out, in), in, out)});
        return m.output("y", OnnxGraph.FLOAT, "n", out);
    }

    /** Max cosine and winner of each prototype, from tokens {@code [n, dim]} and signs {@code [prototypes, dim]}. */
    public static OnnxGraph match(float[] signs, int prototypes, int dim) {
        OnnxGraph m = new OnnxGraph("bench").input("x", "n", dim);
        float[] scaled = transposed(signs, prototypes, dim);
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (float) (1 / Math.sqrt(dim));
        }
        String length = m.node("ReduceL2", new String[] {"x", m.integers(1)}, OnnxGraph.integer("keepdims", 1));
        String unit = m.node("Div", "x", length);
        String cosines = m.node("MatMul", unit, m.weight("p", scaled, dim, prototypes));
        m.result("score", "ReduceMax", new String[] {cosines, m.integers(0)}, OnnxGraph.integer("keepdims", 0));
        m.result(
                "winner",
                "ArgMax",
                new String[] {cosines},
                OnnxGraph.integer("axis", 0),
                OnnxGraph.integer("keepdims", 0));
        return m.output("score", OnnxGraph.FLOAT, prototypes).output("winner", OnnxGraph.INT64, prototypes);
    }

    /**
     * Pre-norm transformer blocks and a final norm, from {@code [batch, tokens, dim]} to the same shape.
     *
     * @param weights values by name, as in the case's safetensors file
     */
    public static OnnxGraph forward(Function<String, float[]> weights, int tokens, int dim, int heads, int depth) {
        OnnxGraph m = new OnnxGraph("bench").input("x", "n", tokens, dim);
        Blocks b = new Blocks(m, weights, tokens, dim, heads);
        String x = "x";
        for (int i = 0; i < depth; i++) {
            x = b.block(x, "blocks." + i + ".");
        }
        b.norm(x, "norm", "y");
        return m.output("y", OnnxGraph.FLOAT, "n", tokens, dim);
    }

    private record Blocks(OnnxGraph m, Function<String, float[]> weights, int tokens, int dim, int heads) {
        String block(String x, String name) {
            String attended =
                    linear(attention(norm(x, name + "norm1", name + "normed1"), name), name + "attn.proj", dim, dim);
            String y = m.node("Add", x, attended);
            String hidden = gelu(linear(norm(y, name + "norm2", name + "normed2"), name + "mlp.fc1", dim, 4 * dim));
            return m.node("Add", y, linear(hidden, name + "mlp.fc2", 4 * dim, dim));
        }

        String norm(String x, String name, String result) {
            return m.result(
                    result,
                    "LayerNormalization",
                    new String[] {x, weight(name + ".weight", dim), weight(name + ".bias", dim)},
                    OnnxGraph.integer("axis", -1),
                    OnnxGraph.real("epsilon", EPS));
        }

        String linear(String x, String name, int in, int out) {
            float[] w = transposed(weights.apply(name + ".weight"), out, in);
            String y = m.node("MatMul", x, m.weight(name + ".weight", w, in, out));
            return m.node("Add", y, weight(name + ".bias", out));
        }

        private String weight(String name, long... shape) {
            return m.weight(name, weights.apply(name), shape);
        }

        private String attention(String x, String name) {
            int head = dim / heads;
            String packed = m.node(
                    "Reshape",
                    new String[] {linear(x, name + "attn.qkv", dim, 3 * dim), m.integers(0, tokens, 3, heads, head)});
            String split = m.node("Transpose", new String[] {packed}, OnnxGraph.integers("perm", 2, 0, 3, 1, 4));
            String q = m.node("Mul", part(split, 0), m.scalar((float) (1 / Math.sqrt(head))));
            String k = m.node("Transpose", new String[] {part(split, 1)}, OnnxGraph.integers("perm", 0, 1, 3, 2));
            String weight = m.node("Softmax", new String[] {m.node("MatMul", q, k)}, OnnxGraph.integer("axis", -1));
            String mixed = m.node("MatMul", weight, part(split, 2));
            String joined = m.node("Transpose", new String[] {mixed}, OnnxGraph.integers("perm", 0, 2, 1, 3));
            return m.node("Reshape", joined, m.integers(0, tokens, dim));
        }

        private String part(String split, int which) {
            String slice = m.node("Slice", split, m.integers(which), m.integers(which + 1), m.integers(0));
            return m.node("Squeeze", slice, m.integers(0));
        }

        /** {@code x / 2 (1 + erf(x / √2))}, which ONNX Runtime fuses. */
        private String gelu(String x) {
            String scaled = m.node("Div", x, m.scalar((float) Math.sqrt(2)));
            String one = m.node("Add", m.node("Erf", scaled), m.scalar(1f));
            return m.node("Mul", m.node("Mul", x, one), m.scalar(0.5f));
        }
    }

    private static float[] transposed(float[] x, int rows, int columns) {
        float[] out = new float[x.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                out[c * rows + r] = x[r * columns + c];
            }
        }
        return out;
    }
}
