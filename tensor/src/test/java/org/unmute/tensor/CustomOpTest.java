package org.unmute.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.CustomOp;

/** Ops that are written outside the sealed families. */
class CustomOpTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    /** The mean over rows of {@code log(1 + exp(-x w))}, a head with a loss: {@code x [n, d]}, {@code w [d]}. */
    private record LogisticHead(Tensor x, Tensor w) implements CustomOp {
        @Override
        public List<Tensor> inputs() {
            return List.of(x, w);
        }

        @Override
        public Shape shape() {
            return Shape.of();
        }

        @Override
        public Tensor forward() {
            return margins().negate().exp().affine(1, 1).log().mean();
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            Tensor slope = margins()
                    .negate()
                    .sigmoid()
                    .times(gy)
                    .times(-1.0 / x.size(0))
                    .insert(-1);
            return List.of(slope.times(w), slope.times(x).sum(0));
        }

        private Tensor margins() {
            return x.times(w).sum(-1);
        }
    }

    private record Reversal(Tensor x) implements CustomOp {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public Tensor forward() {
            return x;
        }

        @Override
        public List<Tensor> backward(Tensor y, Tensor gy) {
            return List.of(gy.negate());
        }
    }

    /** The first input as it is, with any gradients. */
    private record Returning(List<Tensor> inputs, @Nullable List<@Nullable Tensor> gradients) implements CustomOp {
        @Override
        public Tensor forward() {
            return inputs.getFirst();
        }

        @Override
        public @Nullable List<@Nullable Tensor> backward(Tensor y, Tensor gy) {
            return gradients;
        }
    }

    private static Tensor parameter(double... values) {
        return Tensor.of(B, values, values.length).parameter();
    }

    @Test
    void gradientAgreesWithCentralDifferences() {
        GradientCheck.normal()
                .of("logistic head", in -> Tensor.run(new LogisticHead(in[0], in[1])), Shape.of(3, 4), Shape.of(4));
    }

    @Test
    void gradientIsTheOneThatIsWritten() {
        Tensor w = parameter(1, 2);
        Tensor y = Tensor.run(new Reversal(w.times(3)));
        assertThat(y.toDoubles()).containsExactly(3, 6);
        assertThat(Grad.of(y.times(y).sum()).wrt(w).toDoubles()).containsExactly(-18, -36);
    }

    @Test
    void resultIsACopyAndOutlivesWhatForwardComputes() {
        Tensor w = parameter(1, 2);
        Tensor y = Tensor.run(new Reversal(w));
        w.detach().assign(w.detach().times(5));
        assertThat(y.toDoubles()).containsExactly(1, 2);
        try (TensorScope scope = new TensorScope()) {
            long before = scope.liveBytes();
            Tensor loss = Tensor.run(new LogisticHead(Tensor.of(B, new double[] {1, 2}, 1, 2), w));
            assertThat(loss.item()).isFinite();
            assertThat(scope.liveBytes() - before).isEqualTo((2 + 1) * Double.BYTES);
        }
    }

    @Test
    void isNotRecordedWithoutAParameter() {
        Tensor y = Tensor.run(new Reversal(Tensor.of(B, new double[] {1}, 1)));
        assertThat(y.requiresGradient()).isFalse();
        assertThat(y.origin()).isNull();
    }

    @Test
    void inputsOfIntegersHaveNoGradient() {
        Tensor w = parameter(1, 2);
        Tensor classes = Tensor.of(B, new int[] {0, 1}, 2);
        Tensor y = Tensor.run(
                new Returning(List.of(w, classes), Arrays.asList(parameter(3, 4).detach(), null)));
        assertThat(Grad.of(y.sum()).wrt(w).toDoubles()).containsExactly(3, 4);
        assertFails(
                List.of(w, classes),
                List.of(w, w),
                "returning: gradient 1 does not fit its input: it is F64[2] on"
                        + " scalar, the input is I32[2] on scalar: return null for an input of integers");
    }

    @Test
    void wrongGradientsAreRefused() {
        Tensor w = parameter(1, 2);
        String end = ": return as many, in the order of inputs(), null for an input that has none";
        String count = "returning: backward must return a gradient for each input: ";
        assertFails(List.of(w, w), List.of(w), count + "1 for [F64[2] on scalar, F64[2] on scalar]" + end);
        assertFails(List.of(w), List.of(w, w), count + "2 for [F64[2] on scalar]" + end);
        assertFails(List.of(w), null, count + "null for [F64[2] on scalar]" + end);
        String fit = "returning: gradient 0 does not fit its input: it is ";
        String cast = ", the input is F64[2] on scalar: sum over axes that were broadcast, or cast it";
        assertFails(List.of(w), List.of(w.insert(0)), fit + "F64[1, 2] on scalar" + cast);
        assertFails(List.of(w), List.of(w.cast(DType.F32)), fit + "F32[2] on scalar" + cast);
    }

    private static void assertFails(List<Tensor> inputs, @Nullable List<@Nullable Tensor> gradients, String message) {
        Tensor loss = Tensor.run(new Returning(inputs, gradients)).sum();
        assertThatThrownBy(() -> Grad.of(loss))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void anOpWithoutInputsIsRefused() {
        assertThatThrownBy(() -> Tensor.run(new Returning(List.of(), List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("returning: inputs() is empty, and an op runs where its first input is: return at least"
                        + " one");
    }

    @Test
    void resultsOfAnotherShapeAreRefused() {
        Tensor w = parameter(1, 2);
        CustomOp nameless = new CustomOp() {
            @Override
            public List<Tensor> inputs() {
                return List.of(w);
            }

            @Override
            public Tensor forward() {
                return w.sum();
            }

            @Override
            public List<Tensor> backward(Tensor y, Tensor gy) {
                return List.of(gy);
            }
        };
        assertThatThrownBy(() -> Tensor.run(nameless))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("op: forward returned another tensor than the op states: Tensor F64[] on scalar for F64[2]"
                        + " on scalar: override shape() or dtype(), or change forward");
    }
}
