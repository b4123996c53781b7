package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.Unary;

/** The names under which {@link Tensor} has elementwise functions and comparisons. */
class ElementwiseTest {
    private static final double[] VALUES = {-1.5, -0.0, 0, 0.3, 3, Double.NaN};
    private static final Tensor X = Tensor.of(ScalarBackend.INSTANCE, VALUES, 6);

    @Test
    void methodsAreTheFunctionsOfTheirNames() {
        Map<Unary, UnaryOperator<Tensor>> methods = Map.of(
                Unary.NEG, Tensor::negate,
                Unary.ABS, Tensor::abs,
                Unary.SQUARE, Tensor::square,
                Unary.SQRT, Tensor::sqrt,
                Unary.EXP, Tensor::exp,
                Unary.LOG, Tensor::log,
                Unary.TANH, Tensor::tanh,
                Unary.SIGMOID, Tensor::sigmoid,
                Unary.RELU, Tensor::relu,
                Unary.GELU, Tensor::gelu);
        methods.forEach((f, method) -> assertThat(method.apply(X).toDoubles())
                .as(f.name())
                .containsExactly(X.unary(f).toDoubles()));
    }

    @Test
    void comparisonsAreZeroOrOne() {
        assertThat(X.gt(0).toInts()).containsExactly(0, 0, 0, 1, 1, 0);
        assertThat(X.ge(0).toInts()).containsExactly(0, 1, 1, 1, 1, 0);
        assertThat(X.lt(0).toInts()).containsExactly(1, 0, 0, 0, 0, 0);
        assertThat(X.le(0).toInts()).containsExactly(1, 1, 1, 0, 0, 0);
        assertThat(X.eq(0.3).toInts()).containsExactly(0, 0, 0, 1, 0, 0);
        Tensor row = X.slice(0, 0, 3);
        Tensor column = X.slice(0, 2, 2).insert(1);
        assertThat(row.lt(column).toInts()).containsExactly(1, 0, 0, 1, 1, 1);
        assertThat(row.le(column).toInts()).containsExactly(1, 1, 1, 1, 1, 1);
    }

    @Test
    void numbersCountAsTensorsOfOneElement() {
        assertThat(X.minus(0.1).toDoubles())
                .containsExactly(X.minus(X.scalarLike(0.1)).toDoubles());
        assertThat(X.over(10).toDoubles()[4]).isEqualTo(0.3).isNotEqualTo(3 * (1 / 10.0));
        assertThat(X.maximum(0.3).toDoubles()).containsExactly(0.3, 0.3, 0.3, 0.3, 3, Double.NaN);
        assertThat(X.minimum(0.3).toDoubles()).containsExactly(-1.5, -0.0, 0, 0.3, 0.3, Double.NaN);
    }

    /** Cut to 0, the number would answer another question. */
    @Test
    void integersAreNotComparedWithFractions() {
        Tensor classes = X.slice(0, 0, 5).cast(DType.I32);
        assertThat(classes.gt(-1).toInts()).containsExactly(0, 1, 1, 1, 1);
        assertThatThrownBy(() -> classes.gt(0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scalarLike: I32 has no 0.5: cast the tensor to F32 first");
    }
}
