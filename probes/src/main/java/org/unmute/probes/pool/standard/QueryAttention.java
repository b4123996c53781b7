package org.unmute.probes.pool.standard;

import java.util.ArrayList;
import java.util.List;
import org.unmute.probes.pool.Contributions;
import org.unmute.tensor.Tensor;

/** Functions shared by probes with several learned attention queries or heads. */
final class QueryAttention {
    private QueryAttention() {}

    /** The largest divisor of {@code dim} that is at most {@code max}. */
    static int largestDivisor(int dim, int max) {
        int d = Math.min(max, dim);
        while (dim % d != 0) {
            d--;
        }
        return d;
    }

    /**
     * Contributions of tokens to a class: {@code Σ_m a_{m,n} u_m · z_n} for each token n.
     *
     * @param tokens z, {@code [1, tokens, dim]}
     * @param attention a, {@code [1, heads, tokens]}
     * @param classVectors u, the direction in token space to which the class responds in each head, {@code [heads,
     *     dim]}
     * @param heads name of the heads in messages
     */
    static Contributions contributions(
            Tensor tokens, Tensor attention, Tensor classVectors, String heads, double bias) {
        double[] found = tokens.linear(classVectors, null).toDoubles();
        double[] a = attention.toDoubles();
        int count = Math.toIntExact(tokens.size(1));
        int m = a.length / count;
        List<Contributions.Part> parts = new ArrayList<>(count);
        for (int n = 0; n < count; n++) {
            double sum = 0;
            double weight = 0;
            for (int h = 0; h < m; h++) {
                sum += a[h * count + n] * found[n * m + h];
                weight += a[h * count + n] / m;
            }
            parts.add(
                    m == 1
                            ? Contributions.Part.product(n, "token " + n, n, found[n], weight)
                            : new Contributions.Part(n, "token " + n, n, Double.NaN, weight, sum));
        }
        String remark = m == 1
                ? ""
                : "A token adds what " + m + " " + heads + " find in it; its weight is their mean attention.";
        return new Contributions(Contributions.Kind.TOKENS, remark, parts, bias);
    }
}
