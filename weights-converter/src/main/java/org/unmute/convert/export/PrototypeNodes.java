package org.unmute.convert.export;

import org.unmute.convert.graph.OnnxGraph;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.PrototypeOps;

/**
 * {@link PrototypeOps} as nodes: ReduceL2, ReduceMax, ReduceMin (18), MatMul (13), Transpose (13); bits of prototypes
 * by BitShift (11), Mod (13), Cast (13), Slice (13).
 */
final class PrototypeNodes {
    private PrototypeNodes() {}

    static String add(OpPair pair, PrototypeOps op) {
        OnnxGraph g = pair.graph();
        return switch (op) {
            case PrototypeOps.PrototypeMaxPool p -> {
                String tokens = NormalizationNodes.unit(g, pair.value(p.tokens()));
                String products = g.node("MatMul", tokens, pair.swapped(units(pair, p), 2));
                yield ReductionNodes.reduce(g, "ReduceMax", products, false, 1);
            }
            case PrototypeOps.ProductExtremes e -> {
                String products = pair.timesTransposed(pair.value(e.tokens()), e.prototypes());
                String[] both = {
                    g.node("Unsqueeze", ReductionNodes.reduce(g, "ReduceMin", products, false, 1), g.integers(0)),
                    g.node("Unsqueeze", ReductionNodes.reduce(g, "ReduceMax", products, false, 1), g.integers(0))
                };
                yield g.node("Concat", both, OnnxGraph.integer("axis", 0));
            }
            default -> throw pair.unknown();
        };
    }

    /** The prototypes, {@code [prototypes, dim]}, of length 1. */
    private static String units(OpPair pair, PrototypeOps.PrototypeMaxPool op) {
        OnnxGraph g = pair.graph();
        Tensor prototypes = op.prototypes();
        if (!op.binary()) {
            return NormalizationNodes.unit(g, pair.value(prototypes));
        }
        if (!pair.isConstant(prototypes)) {
            throw new ExportException("export: binary prototypes that depend on the input have no form as nodes");
        }
        int dim = prototypes.shape().dim(1);
        float[] values = prototypes.toFloats();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new ExportException("export: prototype " + i / dim + " has " + values[i] + " in dimension "
                        + i % dim + ": training diverged, train again with a lower learning rate");
            }
        }
        String signs = pair.in().packed() ? unpacked(g, values, dim) : signs(g, values, dim);
        return g.node("Mul", signs, g.scalar((float) (1 / Math.sqrt(dim))));
    }

    private static String signs(OnnxGraph g, float[] values, int dim) {
        float[] signs = new float[values.length];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = values[i] >= 0 ? 1 : -1;
        }
        return g.weight("prototype_signs", signs, signs.length / dim, dim);
    }

    /**
     * Bits {@code [prototypes, ⌈dim / 8⌉]} as in a packed probe: entry d of a prototype is bit {@code d % 8} of byte
     * {@code d / 8}, 1 for +1. They are unpacked by nodes.
     */
    private static String unpacked(OnnxGraph g, float[] values, int dim) {
        int row = Math.ceilDiv(dim, Byte.SIZE);
        int count = values.length / dim;
        byte[] bits = new byte[Math.multiplyExact(count, row)];
        for (int i = 0; i < values.length; i++) {
            if (values[i] >= 0) {
                bits[i / dim * row + i % dim / Byte.SIZE] |= (byte) (1 << i % dim % Byte.SIZE);
            }
        }
        String stored = g.weight("prototype_bits", bits, count, row, 1);
        String places = g.weight("bit_places", new byte[] {0, 1, 2, 3, 4, 5, 6, 7}, Byte.SIZE);
        String two = g.weight("bit_values", new byte[] {2});
        String shifted = g.node("BitShift", new String[] {stored, places}, OnnxGraph.text("direction", "RIGHT"));
        String bit = g.cast(g.node("Mod", shifted, two), OnnxGraph.FLOAT);
        String flat = g.node("Reshape", bit, g.integers(count, (long) row * Byte.SIZE));
        String own = g.node("Slice", flat, g.integers(0), g.integers(dim), g.integers(1));
        return g.node("Sub", g.node("Mul", own, g.scalar(2f)), g.scalar(1f));
    }
}
