package org.unmute.probes.loss;

import org.unmute.tensor.Tensor;

/**
 * Penalty on similar prototypes of one class, from the class-bound predecessor of protobin (paper, section 4.6): {@code
 * ‖G - I‖_F / elements} over all classes together, where G holds the cosines of prototypes within each class, computed
 * from {@code p̂ = p / (√(‖p‖² + 1e-4) + 1e-4)}.
 */
public final class Orthogonality {
    private static final double EPS = 1e-4;

    private Orthogonality() {}

    /**
     * The penalty, a scalar.
     *
     * @param prototypes {@code [classes * perClass, dim]}; those of a class are consecutive
     * @throws IllegalArgumentException if perClass does not divide the number of prototypes
     */
    public static Tensor of(Tensor prototypes, int perClass) {
        Tensor excess = gramMinusIdentity(prototypes, perClass);
        return excess.square().sum().sqrt().times(1.0 / excess.shape().elements());
    }

    /** {@code G - I}: {@code [classes, perClass, perClass]}. */
    public static Tensor gramMinusIdentity(Tensor prototypes, int perClass) {
        if (prototypes.rank() != 2 || perClass < 1 || prototypes.size(0) % perClass != 0) {
            throw new IllegalArgumentException("orthogonality: needs prototypes [classes * perClass, dim]: they are "
                    + prototypes.shape() + ", perClass is " + perClass);
        }
        Tensor norm = prototypes.square().sumKeepingAxes(1).plus(EPS).sqrt().plus(EPS);
        Tensor unit = prototypes.over(norm).reshape(prototypes.size(0) / perClass, perClass, prototypes.size(1));
        return unit.matmul(unit.transpose(1, 2)).minus(identity(prototypes, perClass));
    }

    private static Tensor identity(Tensor like, int n) {
        float[] values = new float[Math.multiplyExact(n, n)];
        for (int i = 0; i < n; i++) {
            values[i * n + i] = 1;
        }
        return Tensor.of(like.backend(), values, n, n).cast(like.dtype());
    }
}
