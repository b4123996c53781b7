package org.unmute.tensor.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmute.tensor.DType;
import org.unmute.tensor.Losses;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.scalar.ScalarBackend;

class LbfgsTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;

    private static Tensor doubles(double... values) {
        return Tensor.of(B, values, values.length);
    }

    @Test
    void findsTheMinimumOfRosenbrocksFunction() {
        Tensor x = doubles(-1.2).parameter();
        Tensor y = doubles(1).parameter();
        Map<String, Tensor> parameters = Map.of("x", x, "y", y);
        Supplier<Tensor> loss = () -> {
            Tensor valley = y.minus(x.times(x));
            Tensor left = x.scalarLike(1).minus(x);
            return valley.times(valley).times(100).plus(left.times(left)).sum();
        };
        Lbfgs.Result result = Lbfgs.minimize(parameters, loss, new Lbfgs.Settings(100, 1e-8, 0, 10));
        assertThat(result.end()).isEqualTo(Lbfgs.End.GRADIENT);
        assertThat(x.item()).isCloseTo(1, within(1e-8));
        assertThat(y.item()).isCloseTo(1, within(1e-8));
        assertThat(result.loss()).isLessThan(1e-16);
        // SciPy 1.17's L-BFGS-B takes 38 steps and 46 evaluations to the same gradient.
        assertThat(result.iterations()).isLessThan(42);
        assertThat(result.evaluations()).isLessThan(51);
    }

    /** Curvatures from 1 to 10,000, where SciPy 1.17's L-BFGS-B takes 846 steps and 892 evaluations. */
    @Test
    void convergesWhereCurvaturesDiffer() {
        double[] curvature = new double[50];
        double[] minimum = new double[50];
        for (int i = 0; i < 50; i++) {
            curvature[i] = Math.pow(10, 4.0 * i / 49);
            minimum[i] = Math.sin(i);
        }
        Tensor w = doubles(new double[50]).parameter();
        Supplier<Tensor> loss = () -> {
            Tensor d = w.minus(doubles(minimum));
            return d.times(d).times(doubles(curvature)).sum();
        };
        Lbfgs.Result result = Lbfgs.minimize(Map.of("w", w), loss, new Lbfgs.Settings(5000, 1e-7, 0, 10));
        assertThat(result.end()).isEqualTo(Lbfgs.End.GRADIENT);
        assertThat(result.evaluations()).isLessThan(980);
        assertThat(w.toDoubles()).containsExactly(minimum, within(1e-7));
    }

    /** A softmax regression whose minimum satisfies the normal equations, checked by central differences of the loss. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void fitsALinearClassifierToConvergence(DType type) {
        SplittableRandom random = new SplittableRandom(3);
        int clips = 60;
        int features = 12;
        int classes = 5;
        Tensor x = of(type, random, clips, features);
        int[] labels = random.ints(clips, 0, classes).toArray();
        Tensor targets = Tensor.of(B, labels, clips);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("weight", of(type, random, features, classes).parameter());
        parameters.put("bias", of(type, random, 1, classes).parameter());
        Supplier<Tensor> loss = () -> {
            Tensor weight = parameters.get("weight");
            Tensor logits = x.matmul(weight).plus(parameters.get("bias"));
            return Losses.crossEntropy(logits, targets)
                    .plus(weight.square().sum().times(0.01));
        };
        double accuracy = type == DType.F64 ? 1e-9 : 3e-5;
        Lbfgs.Result result = Lbfgs.minimize(parameters, loss, new Lbfgs.Settings(500, accuracy, 0, 10));
        assertThat(result.gradient()).isLessThan(type == DType.F64 ? 1e-8 : 1e-4);
        assertThat(loss.get().item()).isEqualTo(result.loss());
        double step = type == DType.F64 ? 1e-4 : 0.02;
        for (Tensor parameter : parameters.values()) {
            double[] values = parameter.toDoubles();
            for (int i = 0; i < values.length; i++) {
                double slope = (moved(parameter, values, i, step, loss) - moved(parameter, values, i, -step, loss))
                        / (2 * step);
                // The second differences vary by less than the step squared; in float32 the loss has 24 bits.
                assertThat(slope).isCloseTo(0, within(type == DType.F64 ? 1e-8 : 2e-4));
                parameter.detach().assign(cast(type, values, parameter));
            }
        }
    }

    private static Tensor of(DType type, SplittableRandom random, long... shape) {
        return Tensor.randn(random, shape).to(B).cast(type);
    }

    private static Tensor cast(DType type, double[] values, Tensor like) {
        return Tensor.of(B, values, like.shape().toArray()).cast(type);
    }

    private static double moved(Tensor parameter, double[] values, int i, double by, Supplier<Tensor> loss) {
        double[] other = values.clone();
        other[i] += by;
        parameter.detach().assign(cast(parameter.dtype(), other, parameter));
        return loss.get().item();
    }

    @Test
    void aGradientThatPointsUphillEndsTheSearch() {
        Tensor w = doubles(1, 2).parameter();
        int[] calls = {0};
        // The value falls away from the origin, the gradient says towards it.
        Supplier<Tensor> loss = () -> {
            calls[0]++;
            Tensor square = w.times(w).sum();
            return square.plus(square.detach().times(-2));
        };
        Lbfgs.Result result = Lbfgs.minimize(Map.of("w", w), loss, new Lbfgs.Settings());
        assertThat(result.end()).isEqualTo(Lbfgs.End.PRECISION);
        assertThat(w.toDoubles()).containsExactly(1, 2);
        assertThat(result.evaluations()).isEqualTo(calls[0]).isLessThan(45);
    }

    /** The logarithm is NaN where the first steps lead. */
    @Test
    void stepsBackFromALossThatIsNotANumber() {
        Tensor w = doubles(0.01).parameter();
        Supplier<Tensor> loss = () -> w.times(1e4).minus(w.log()).sum();
        Lbfgs.Result result = Lbfgs.minimize(Map.of("w", w), loss, new Lbfgs.Settings(100, 1e-4, 0, 5));
        assertThat(result.end()).isEqualTo(Lbfgs.End.GRADIENT);
        assertThat(w.item()).isCloseTo(1e-4, within(1e-9));
    }

    @Test
    void endsAtItsLimitsWithTheSameBitsEachTime() {
        double[][] ends = new double[2][];
        for (int run = 0; run < 2; run++) {
            Tensor w = doubles(3, -1, 0.5).parameter();
            Supplier<Tensor> loss =
                    () -> w.times(w).times(w).times(w).plus(w.times(w)).sum();
            Lbfgs.Result result = Lbfgs.minimize(Map.of("w", w), loss, new Lbfgs.Settings(3, 0, 0, 2));
            assertThat(result.end()).isEqualTo(Lbfgs.End.ITERATIONS);
            assertThat(result.iterations()).isEqualTo(3);
            ends[run] = w.toDoubles();
        }
        assertThat(ends[1]).containsExactly(ends[0]);
    }

    @Test
    void refusesWhatCannotBeMinimized() {
        Tensor w = doubles(-1).parameter();
        assertThatThrownBy(() -> Lbfgs.minimize(Map.of("w", w), () -> w.log().sum(), new Lbfgs.Settings()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the loss is NaN");
        assertThatThrownBy(() -> Lbfgs.minimize(Map.of("w", doubles(1)), w::sum, new Lbfgs.Settings()))
                .hasMessageContaining("w is not a parameter");
        assertThatThrownBy(() -> new Lbfgs.Settings(0, 1e-5, 1e-9, 10)).hasMessageContaining("at least 1");
    }
}
