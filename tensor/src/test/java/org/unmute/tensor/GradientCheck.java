package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/** Compares gradients with central differences in float64, for dense inputs and for permuted views. */
final class GradientCheck {
    private static final double H = 1e-5;
    /** Bounds h² times a third derivative of order 100, plus rounding of 1e-16 / h. */
    private static final double TOLERANCE = 2e-8;

    private final Random random = new Random(7);
    private DoubleUnaryOperator range = x -> x;

    private GradientCheck() {}

    /** Inputs from a normal distribution. */
    static GradientCheck normal() {
        return new GradientCheck();
    }

    /** Inputs from a normal distribution mapped by a function, to stay inside a domain or away from kinks. */
    static GradientCheck mapped(DoubleUnaryOperator range) {
        GradientCheck check = new GradientCheck();
        check.range = range;
        return check;
    }

    /** Checks the gradient of every input of {@code f}. */
    void of(String name, Function<Tensor[], Tensor> f, Shape... shapes) {
        double[][] values = new double[shapes.length][];
        for (int i = 0; i < shapes.length; i++) {
            values[i] = random.doubles(shapes[i].elements())
                    .map(u -> range.applyAsDouble(random.nextGaussian()))
                    .toArray();
        }
        check(name + ", dense", f, values, shapes, false);
        check(name + ", permuted views", f, values, shapes, true);
    }

    private void check(String name, Function<Tensor[], Tensor> f, double[][] values, Shape[] shapes, boolean permuted) {
        Tensor[] leaves = new Tensor[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
            leaves[i] = leaf(values[i], shapes[i], permuted);
        }
        Tensor y = f.apply(inputs(leaves, permuted));
        double[] upstream = random.doubles(y.shape().elements(), -1, 1).toArray();
        Grad grad = Grad.of(y, Tensor.of(y.backend(), upstream, y.shape().toArray()));
        for (int i = 0; i < shapes.length; i++) {
            double[] own = inputs(new Tensor[] {grad.wrt(leaves[i])}, permuted)[0].toDoubles();
            assertThat(own).as("%s: size of gradient %d", name, i).hasSameSizeAs(values[i]);
            for (int k = 0; k < own.length; k++) {
                double x = values[i][k];
                values[i][k] = x + H;
                double above = loss(f, values, shapes, permuted, upstream);
                values[i][k] = x - H;
                double below = loss(f, values, shapes, permuted, upstream);
                values[i][k] = x;
                double numeric = (above - below) / (2 * H);
                assertThat(Math.abs(own[k] - numeric))
                        .as(
                                "%s: input %d %s, element %d: gradient %s, central difference %s",
                                name, i, shapes[i], k, own[k], numeric)
                        .isLessThan(TOLERANCE * Math.max(1, Math.abs(numeric)));
            }
        }
    }

    private static double loss(
            Function<Tensor[], Tensor> f, double[][] values, Shape[] shapes, boolean permuted, double[] upstream) {
        Tensor[] leaves = new Tensor[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
            leaves[i] = leaf(values[i], shapes[i], permuted).detach();
        }
        double[] y = f.apply(inputs(leaves, permuted)).toDoubles();
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += y[i] * upstream[i];
        }
        return sum;
    }

    /** The values as a parameter, stored with the axes in reverse order if {@code permuted}. */
    private static Tensor leaf(double[] values, Shape shape, boolean permuted) {
        Tensor t = Tensor.of(ScalarBackend.INSTANCE, values, shape.toArray());
        return (permuted ? t.permute(reversed(shape.rank())).copy() : t).parameter();
    }

    private static Tensor[] inputs(Tensor[] leaves, boolean permuted) {
        return permuted
                ? Arrays.stream(leaves).map(t -> t.permute(reversed(t.rank()))).toArray(Tensor[]::new)
                : leaves;
    }

    private static int[] reversed(int rank) {
        int[] order = new int[rank];
        Arrays.setAll(order, i -> rank - 1 - i);
        return order;
    }
}
