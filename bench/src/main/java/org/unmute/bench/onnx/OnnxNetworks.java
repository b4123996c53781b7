package org.unmute.bench.onnx;

import java.util.function.Function;
import org.unmute.bench.onnx.OnnxModel.Attribute;

/**
 * The measured networks as ONNX graphs, with the operators that exporters write. Weights of linear maps are transposed,
 * as MatMul expects them.
 */
public final class OnnxNetworks {
    private static final float EPS = 1e-6f;

    private OnnxNetworks() {}

    /** {@code y = x wᵀ}; {@code w} is {@code [out, in]}. */
    public static OnnxModel matmul(float[] w, int in, int out) {
        OnnxModel m = new OnnxModel().input("x", -1, in);
        m.node("MatMul", new String[] {"x", m.weight("w", transposed(w, out, in), in, out)}, new String[] {"y"});
        return m.output("y", OnnxModel.FLOAT, -1, out);
    }

    /** Tokens {@code [n, dim]} and signs {@code [prototypes, dim]}: each prototype's max cosine and winner. */
    public static OnnxModel match(float[] signs, int prototypes, int dim) {
        OnnxModel m = new OnnxModel().input("x", -1, dim);
        float[] scaled = transposed(signs, prototypes, dim);
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (float) (1 / Math.sqrt(dim));
        }
        String length = m.node("ReduceL2", new String[] {"x", m.integers(1)}, new Attribute.Int("keepdims", 1));
        String unit = m.node("Div", new String[] {"x", length});
        String cosines = m.node("MatMul", new String[] {unit, m.weight("p", scaled, dim, prototypes)});
        m.node(
                "ReduceMax",
                new String[] {cosines, m.integers(0)},
                new String[] {"score"},
                new Attribute.Int("keepdims", 0));
        m.node(
                "ArgMax",
                new String[] {cosines},
                new String[] {"winner"},
                new Attribute.Int("axis", 0),
                new Attribute.Int("keepdims", 0));
        return m.output("score", OnnxModel.FLOAT, prototypes).output("winner", OnnxModel.INT64, prototypes);
    }

    /**
     * Pre-norm transformer blocks and a final norm, {@code [batch, tokens, dim]} to the same.
     *
     * @param weights values by name, as in the case's safetensors file
     */
    public static OnnxModel forward(Function<String, float[]> weights, int tokens, int dim, int heads, int depth) {
        OnnxModel m = new OnnxModel().input("x", -1, tokens, dim);
        Blocks b = new Blocks(m, weights, tokens, dim, heads);
        String x = "x";
        for (int i = 0; i < depth; i++) {
            x = b.block(x, "blocks." + i + ".");
        }
        b.norm(x, "norm", "y");
        return m.output("y", OnnxModel.FLOAT, -1, tokens, dim);
    }

    private record Blocks(OnnxModel m, Function<String, float[]> weights, int tokens, int dim, int heads) {
        String block(String x, String name) {
            String attended = linear(attention(norm(x, name + "norm1", null), name), name + "attn.proj", dim, dim);
            String y = m.node("Add", new String[] {x, attended});
            String hidden = gelu(linear(norm(y, name + "norm2", null), name + "mlp.fc1", dim, 4 * dim));
            return m.node("Add", new String[] {y, linear(hidden, name + "mlp.fc2", 4 * dim, dim)});
        }

        String norm(String x, String name, String result) {
            String[] inputs = {
                x,
                m.weight(name + ".weight", weights.apply(name + ".weight"), dim),
                m.weight(name + ".bias", weights.apply(name + ".bias"), dim)
            };
            Attribute[] attributes = {new Attribute.Int("axis", -1), new Attribute.Real("epsilon", EPS)};
            if (result == null) {
                return m.node("LayerNormalization", inputs, attributes);
            }
            m.node("LayerNormalization", inputs, new String[] {result}, attributes);
            return result;
        }

        String linear(String x, String name, int in, int out) {
            float[] w = transposed(weights.apply(name + ".weight"), out, in);
            String y = m.node("MatMul", new String[] {x, m.weight(name + ".weight", w, in, out)});
            return m.node("Add", new String[] {y, m.weight(name + ".bias", weights.apply(name + ".bias"), out)});
        }

        private String attention(String x, String name) {
            int head = dim / heads;
            String packed = m.node(
                    "Reshape",
                    new String[] {linear(x, name + "attn.qkv", dim, 3 * dim), m.integers(0, tokens, 3, heads, head)});
            String split = m.node("Transpose", new String[] {packed}, new Attribute.Ints("perm", 2, 0, 3, 1, 4));
            String q = m.node("Mul", new String[] {part(split, 0), m.scalar((float) (1 / Math.sqrt(head)))});
            String k = m.node("Transpose", new String[] {part(split, 1)}, new Attribute.Ints("perm", 0, 1, 3, 2));
            String weight = m.node(
                    "Softmax", new String[] {m.node("MatMul", new String[] {q, k})}, new Attribute.Int("axis", -1));
            String mixed = m.node("MatMul", new String[] {weight, part(split, 2)});
            String joined = m.node("Transpose", new String[] {mixed}, new Attribute.Ints("perm", 0, 2, 1, 3));
            return m.node("Reshape", new String[] {joined, m.integers(0, tokens, dim)});
        }

        private String part(String split, int which) {
            String slice =
                    m.node("Slice", new String[] {split, m.integers(which), m.integers(which + 1), m.integers(0)});
            return m.node("Squeeze", new String[] {slice, m.integers(0)});
        }

        /** {@code x / 2 (1 + erf(x / √2))}, which ONNX Runtime fuses. */
        private String gelu(String x) {
            String scaled = m.node("Div", new String[] {x, m.scalar((float) Math.sqrt(2))});
            String one = m.node("Add", new String[] {m.node("Erf", new String[] {scaled}), m.scalar(1)});
            return m.node("Mul", new String[] {m.node("Mul", new String[] {x, one}), m.scalar(0.5f)});
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
