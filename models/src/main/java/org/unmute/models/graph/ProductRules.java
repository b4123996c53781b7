package org.unmute.models.graph;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/** Matrix products. */
final class ProductRules {
    private ProductRules() {}

    static void addTo(Map<String, Rule> rules) {
        rules.put("MatMul", Rule.one(ProductRules::matmul));
        rules.put("Gemm", Rule.one(ProductRules::gemm, "alpha", "beta", "transA", "transB"));
    }

    private static Value matmul(Call call) {
        Tensor a = call.tensor(0);
        Tensor b = call.value(1).like(a);
        Tensor y;
        if (a.rank() > 1 && b.rank() > 1) {
            Shape batches = Shape.broadcast(
                    "MatMul", a.shape().head(a.rank() - 2), b.shape().head(b.rank() - 2));
            Value.bounded(batches.concat(Shape.of(a.size(-2), b.size(-1))).toArray());
        }
        if (a.rank() == 1) {
            y = b.rank() == 1
                    ? a.insert(0).matmul(b).squeeze(0)
                    : a.insert(0).matmul(b).squeeze(-2);
        } else {
            y = a.matmul(b);
        }
        return Value.computed(call.value(0).type(), y);
    }

    private static Value gemm(Call call) {
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
