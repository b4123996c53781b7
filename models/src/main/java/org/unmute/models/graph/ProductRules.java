package org.unmute.models.graph;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/** Matrix products. */
final class ProductRules {
    /** Rows whose sums stay in the L1 cache while a row of the right matrix is added to them. */
    private static final int BLOCK = 4;

    private ProductRules() {}

    static void addTo(Map<String, OpRule> rules) {
        rules.put("MatMul", OpRule.one(ProductRules::matmul));
        rules.put("Gemm", OpRule.one(ProductRules::gemm, "alpha", "beta", "transA", "transB"));
    }

    private static GraphValue matmul(NodeCall call) {
        Tensor a = call.tensor(0);
        Tensor b = call.value(1).like(a);
        Tensor y;
        if (a.rank() > 1 && b.rank() > 1) {
            Shape batches = Shape.broadcast(
                    "MatMul", a.shape().head(a.rank() - 2), b.shape().head(b.rank() - 2));
            GraphValue.bounded(batches.concat(Shape.of(a.size(-2), b.size(-1))).toArray());
        }
        if (a.rank() == 1) {
            y = b.rank() == 1
                    ? a.insert(0).matmul(b).squeeze(0)
                    : a.insert(0).matmul(b).squeeze(-2);
        } else {
            y = a.dtype() == DType.F64 && b.rank() == 2 && b.size(0) == a.size(-1) ? exact(a, b) : a.matmul(b);
        }
        return GraphValue.computed(call.value(0).type(), y);
    }

    /**
     * The bits of the scalar backend, whose columns are strided: each sum runs in order, but rows of sums at a time.
     * Front ends in double precision have products of a gigaflop a window.
     */
    private static Tensor exact(Tensor a, Tensor b) {
        int inner = b.shape().dim(0);
        int columns = b.shape().dim(1);
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        Shape shape = a.shape().head(a.rank() - 1).concat(Shape.of(columns));
        double[] sums = new double[Math.toIntExact(shape.elements())];
        int rows = inner == 0 ? 0 : x.length / inner;
        for (int first = 0; first < rows; first += BLOCK) {
            for (int k = 0; k < inner; k++) {
                for (int r = first; r < Math.min(first + BLOCK, rows); r++) {
                    addScaled(x[r * inner + k], y, k * columns, sums, r * columns, columns);
                }
            }
        }
        return Tensor.of(GraphValue.EXACT, sums, shape.toArray());
    }

    private static void addScaled(double factor, double[] y, int from, double[] sums, int at, int count) {
        for (int j = 0; j < count; j++) {
            sums[at + j] += factor * y[from + j];
        }
    }

    private static GraphValue gemm(NodeCall call) {
        GraphNode node = call.node();
        Tensor a = call.tensor(0);
        a = node.whole("transA", 0) != 0 ? a.transpose(0, 1) : a;
        Tensor b = call.value(1).like(a);
        Tensor c = call.optionalTensor(2);
        double alpha = node.real("alpha", 1);
        double beta = node.real("beta", 1);
        boolean transposed = node.whole("transB", 0) != 0;
        if (transposed && isBias(c, b) && alpha == 1 && beta == 1) {
            return call.result(a.linear(b, c));
        }
        Tensor y = a.matmul(transposed ? b.transpose(0, 1) : b);
        y = alpha == 1 ? y : y.times(alpha);
        return call.result(c == null || beta == 0 ? y : y.plus(beta == 1 ? c : c.times(beta)));
    }

    private static boolean isBias(@Nullable Tensor c, Tensor weight) {
        return c == null || c.rank() == 1 && c.size(0) == weight.size(0);
    }
}
