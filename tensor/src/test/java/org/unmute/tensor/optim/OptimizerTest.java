package org.unmute.tensor.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.scalar.ScalarBackend;

class OptimizerTest {
    private static final ScalarBackend B = ScalarBackend.INSTANCE;
    private static final double[] START = {0.5, -1.25, 2};
    private static final double[][] STEPS = {{1, -2, 0.5}, {0.25, 0, -3}, {-1, 4, 1e-3}, {2, 2, 2}};

    private static Tensor parameter(double... values) {
        return Tensor.of(B, values, values.length).parameter();
    }

    private static Gradients gradient(double... values) {
        return Gradients.of(Map.of("w", Tensor.of(B, values, values.length)));
    }

    private static double[] run(
            java.util.function.Function<List<ParameterGroup>, Optimizer> make, double rate, double decay) {
        Tensor w = parameter(START);
        Optimizer optimizer = make.apply(List.of(new ParameterGroup(Map.of("w", w), rate, decay)));
        for (double[] g : STEPS) {
            optimizer.step(gradient(g));
        }
        return w.toDoubles();
    }

    @Test
    void adamWFollowsItsFormula() {
        double rate = 0.1;
        double decay = 0.3;
        Schedule half = (base, step) -> base / (1 + step);
        double[] got = run(groups -> new AdamW(groups, half, 0.8, 0.95, 1e-3), rate, decay);
        for (int i = 0; i < START.length; i++) {
            double w = START[i];
            double m = 0;
            double v = 0;
            for (int t = 1; t <= STEPS.length; t++) {
                double g = STEPS[t - 1][i];
                double lr = rate / t;
                w -= lr * decay * w;
                m = 0.8 * m + 0.2 * g;
                v = 0.95 * v + 0.05 * g * g;
                double mean = m / (1 - Math.pow(0.8, t));
                double square = v / (1 - Math.pow(0.95, t));
                w -= lr * mean / (Math.sqrt(square) + 1e-3);
            }
            assertThat(got[i]).isCloseTo(w, within(1e-14));
        }
    }

    /** Values of torch 2.6 in float64. */
    @Test
    void adamFollowsTorch() {
        assertThat(run(groups -> new Adam(groups, Schedule.constant()), 0.1, 0.01))
                .containsExactly(
                        new double[] {0.2665652809107175, -1.1649340610804493, 2.009083220306505}, within(1e-14));
        assertThat(run(groups -> new Adam(groups, Schedule.constant()), 0.1, 0))
                .containsExactly(
                        new double[] {0.26741914312855497, -1.1661596653708532, 2.011632002054946}, within(1e-14));
    }

    /** Rates of torch 2.6. */
    @Test
    void schedulesFollowTorch() {
        double[] rates = new double[8];
        Schedule step = Schedule.step(3, 0.1);
        java.util.Arrays.setAll(rates, i -> step.rate(0.5, i));
        assertThat(rates).containsExactly(new double[] {0.5, 0.5, 0.5, 0.05, 0.05, 0.05, 0.005, 0.005}, within(1e-15));
        Plateau plateau = new Plateau(0.5, 2, 0.1);
        double[] values = {1, 0.9, 0.89995, 0.91, 0.95, 0.8, Double.NaN, 0.81, 0.9, 0.85, 0.9, 0.9, 0.9, 0.9};
        double[] expected = {0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.1, 0.1, 0.1};
        for (int i = 0; i < values.length; i++) {
            plateau.after(values[i]);
            assertThat(plateau.rate(0.5, i)).as("after value %d", i).isEqualTo(expected[i]);
        }
        assertThatThrownBy(() -> new Plateau(1, 2, 0)).hasMessageContaining("factor");
        assertThatThrownBy(() -> Schedule.step(0, 0.1)).hasMessageContaining("every 0");
    }

    /** {@code w -= rate sign(b)}, {@code b = 0.9 b + g}: an optimizer from outside this project. */
    @Test
    void othersWriteOptimizers() {
        class SignMomentum extends MomentOptimizer {
            SignMomentum(List<ParameterGroup> groups) {
                super(groups, Schedule.constant(), "b");
            }

            @Override
            protected void update(String name, Tensor parameter, Tensor gradient, double rate, double decay) {
                Tensor b = moment("b", name);
                b.assign(b.times(0.9).plus(gradient));
                Tensor w = parameter.detach();
                w.assign(w.minus(b.unary(org.unmute.tensor.op.Unary.SIGN).times(rate)));
            }
        }
        assertThat(run(SignMomentum::new, 0.25, 0)).containsExactly(-0.5, -1.25, 2.5);
    }

    @Test
    void sgdFollowsItsFormula() {
        for (boolean nesterov : new boolean[] {false, true}) {
            double[] got = run(groups -> new Sgd(groups, Schedule.constant(), 0.9, nesterov), 0.1, 0.01);
            for (int i = 0; i < START.length; i++) {
                double w = START[i];
                double b = 0;
                for (int t = 0; t < STEPS.length; t++) {
                    double g = STEPS[t][i] + 0.01 * w;
                    b = t == 0 ? g : 0.9 * b + g;
                    w -= 0.1 * (nesterov ? g + 0.9 * b : b);
                }
                assertThat(got[i]).as("nesterov %s", nesterov).isCloseTo(w, within(1e-14));
            }
        }
        double[] plain = run(groups -> new Sgd(groups, Schedule.constant(), 0, false), 0.5, 0);
        assertThat(plain[0]).isEqualTo(0.5 - 0.5 * (1 + 0.25 - 1 + 2));
    }

    @Test
    void groupsHaveTheirOwnRateAndDecay() {
        Tensor a = parameter(1);
        Tensor b = parameter(1);
        Optimizer sgd = new Sgd(
                List.of(new ParameterGroup(Map.of("a", a), 0.5, 0), new ParameterGroup(Map.of("b", b), 0.25, 1)),
                Schedule.constant(),
                0,
                false);
        sgd.step(Gradients.of(Map.of("a", Tensor.of(B, new double[] {1}, 1), "b", Tensor.of(B, new double[] {1}, 1))));
        assertThat(a.item()).isEqualTo(0.5);
        assertThat(b.item()).isEqualTo(1 - 0.25 * 2);
        assertThat(sgd.rate(0)).isEqualTo(0.5);
        assertThat(sgd.rate(1)).isEqualTo(0.25);
    }

    @Test
    void goesOnFromASavedStateBitForBit() {
        List<java.util.function.Function<List<ParameterGroup>, Optimizer>> kinds = List.of(
                g -> new AdamW(g, Schedule.cosineWithWarmUp(10, 3, 1e-6)),
                g -> new Sgd(g, Schedule.cosine(10), 0.9, true));
        for (var make : kinds) {
            double[] straight = run(make, 0.1, 0.01);
            Tensor w = parameter(START);
            Optimizer first = make.apply(List.of(new ParameterGroup(Map.of("w", w), 0.1, 0.01)));
            first.step(gradient(STEPS[0]));
            first.step(gradient(STEPS[1]));
            Map<String, Tensor> saved = first.state();
            double[] weights = w.toDoubles();
            first.step(gradient(STEPS[3]));
            Tensor again = parameter(weights);
            Optimizer second = make.apply(List.of(new ParameterGroup(Map.of("w", again), 0.1, 0.01)));
            second.restore(saved);
            assertThat(second.steps()).isEqualTo(2);
            second.step(gradient(STEPS[2]));
            second.step(gradient(STEPS[3]));
            assertThat(again.toDoubles()).containsExactly(straight);
        }
    }

    @Test
    void refusesAStateOfOtherParameters() {
        Optimizer adam =
                new AdamW(List.of(new ParameterGroup(Map.of("w", parameter(START)), 0.1, 0)), Schedule.constant());
        adam.step(gradient(STEPS[0]));
        Map<String, Tensor> before = adam.state();
        Map<String, Tensor> renamed = new LinkedHashMap<>(before);
        renamed.put("exp_avg.v", renamed.remove("exp_avg.w"));
        assertThatThrownBy(() -> adam.restore(renamed))
                .hasMessageContainingAll("missing [exp_avg.w]", "unknown [exp_avg.v]");
        Map<String, Tensor> resized = new LinkedHashMap<>(before);
        resized.put("exp_avg.w", Tensor.of(B, new double[2], 2));
        resized.put("step", Tensor.of(B, new int[] {7}, 1));
        assertThatThrownBy(() -> adam.restore(resized)).hasMessageContainingAll("[2]", "[3]");
        Map<String, Tensor> noStep = new LinkedHashMap<>(before);
        noStep.put("step", Tensor.of(B, new int[] {-1}, 1));
        assertThatThrownBy(() -> adam.restore(noStep)).hasMessageContaining("step");
        assertThat(adam.steps()).isEqualTo(1);
        adam.state()
                .forEach((name, t) -> assertThat(t.toDoubles())
                        .as(name)
                        .containsExactly(before.get(name).toDoubles()));
    }

    @Test
    void clipsTheNormOfAllTogether() {
        Gradients g =
                Gradients.of(Map.of("a", Tensor.of(B, new double[] {3}, 1), "b", Tensor.of(B, new double[] {0, 4}, 2)));
        assertThat(g.norm()).isEqualTo(5);
        Gradients clipped = g.clipped(1);
        assertThat(clipped.get("a").item()).isEqualTo(3 * (1 / (5 + 1e-6)));
        assertThat(clipped.norm()).isCloseTo(1, within(1e-6));
        assertThat(g.clipped(5.1)).isSameAs(g);
        assertThat(g.get("a").item()).isEqualTo(3);
        assertThat(gradient(Double.NaN, 1).clipped(1).get("w").toDoubles()).containsExactly(Double.NaN, Double.NaN);
        assertThatThrownBy(() -> g.clipped(0)).hasMessageContaining("limit");
        assertThatThrownBy(() -> g.get("c")).hasMessageContaining("c").hasMessageContaining("a");
    }

    @Test
    void minimizesByTheStepThatIsWrittenOut() {
        for (double limit : new double[] {0, 0.5, 1e6}) {
            Tensor[] short_ = {parameter(1, -2), parameter(0.3), parameter(7)};
            Tensor[] long_ = {parameter(1, -2), parameter(0.3), parameter(7)};
            Optimizer one = adamW(short_);
            Optimizer two = adamW(long_);
            assertThat(one.parameters().keySet()).containsExactly("c", "a", "b");
            assertThat(one.parameters().get("a")).isSameAs(short_[0]);
            for (int step = 0; step < 3; step++) {
                Gradients g = Gradients.of(loss(long_), two.parameters());
                two.step(limit > 0 ? g.clipped(limit) : g);
                if (limit > 0) {
                    one.minimize(loss(short_), limit);
                } else {
                    one.minimize(loss(short_));
                }
            }
            for (int i = 0; i < short_.length; i++) {
                assertThat(short_[i].toDoubles()).containsExactly(long_[i].toDoubles());
            }
            assertThat(one.steps()).isEqualTo(3);
        }
    }

    @Test
    void minimizingWhatDoesNotFitChangesNothing() {
        Tensor[] p = {parameter(1, -2), parameter(0.3), parameter(7)};
        Optimizer optimizer = adamW(p);
        assertThatThrownBy(() -> optimizer.minimize(p[0])).hasMessageContaining("one element");
        assertThatThrownBy(() -> optimizer.minimize(p[1].detach())).hasMessageContaining("depends on no parameter");
        assertThatThrownBy(() -> optimizer.minimize(loss(p), 0)).hasMessageContaining("limit");
        assertThatThrownBy(() -> optimizer.parameters().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(optimizer.steps()).isZero();
        assertThat(p[0].toDoubles()).containsExactly(1, -2);
    }

    /** The last of three in a group of its own, which comes first. The loss does not depend on it. */
    private static Optimizer adamW(Tensor[] p) {
        Map<String, Tensor> others = new LinkedHashMap<>();
        others.put("a", p[0]);
        others.put("b", p[1]);
        return new AdamW(
                List.of(new ParameterGroup(Map.of("c", p[2]), 0.2, 0), new ParameterGroup(others, 0.1, 0.01)),
                Schedule.constant());
    }

    private static Tensor loss(Tensor[] p) {
        return p[0].square().times(p[1]).sum();
    }

    @Test
    void clippingLeavesTensorsSharedByTwoParametersAlone() {
        Tensor a = parameter(1, 2);
        Tensor b = parameter(3, 4);
        // Both gradients are the same tensor, the upstream gradient of a sum.
        Gradients g = Gradients.of(a.plus(b).times(10).sum(), Map.of("a", a, "b", b));
        double expected = 10 * (1 / (20 + 1e-6));
        Gradients clipped = g.clipped(1);
        assertThat(clipped.get("a").toDoubles()).containsExactly(expected, expected);
        assertThat(clipped.get("b").toDoubles()).containsExactly(expected, expected);
    }

    @Test
    void refusesWhatCannotBeTrained() {
        Tensor plain = Tensor.of(B, START, 3);
        assertThatThrownBy(() -> new ParameterGroup(Map.of("w", plain), 0.1, 0))
                .hasMessageContaining("w is not a parameter");
        Tensor frozen = Tensor.of(B, START, 3).freeze().parameter();
        assertThatThrownBy(() -> new ParameterGroup(Map.of("w", frozen), 0.1, 0))
                .hasMessageContaining("frozen");
        assertThatThrownBy(() -> new ParameterGroup(Map.of(), Double.NaN, 0)).hasMessageContaining("NaN");
        ParameterGroup group = new ParameterGroup(Map.of("w", parameter(START)), 0.1, 0);
        assertThatThrownBy(() -> new AdamW(List.of(group, group), Schedule.constant()))
                .hasMessageContaining("two groups");
        assertThatThrownBy(() -> new Sgd(List.of(group), Schedule.constant(), 0, true))
                .hasMessageContaining("momentum");
        assertThatThrownBy(() -> new AdamW(List.of(group), Schedule.constant(), 1, 0.9, 1e-8))
                .hasMessageContaining("betas");
        Optimizer adam = new AdamW(List.of(group), Schedule.constant());
        assertThatThrownBy(() -> adam.step(gradient(1))).hasMessageContainingAll("gradient of w", "[1]", "[3]");
        assertThat(adam.steps()).isZero();
        assertThatThrownBy(() -> Schedule.cosineWithWarmUp(5, 5, 0)).hasMessageContaining("warm-up 5 of 5");
    }

    @Test
    void schedulesKeepTheLastRatePastTheEnd() {
        assertThat(Schedule.cosineWithWarmUp(10, 2, 1e-6).rate(0.1, 25)).isEqualTo(1e-6);
        assertThat(Schedule.cosine(10).rate(0.1, 11)).isZero();
        assertThat(Schedule.constant().rate(0.1, 1000)).isEqualTo(0.1);
    }

    @Test
    void leavesNothingBehindInAScope() {
        Tensor w = Tensor.full(B, DType.F32, Shape.of(8), 1).parameter();
        Optimizer sgd = new Sgd(List.of(new ParameterGroup(Map.of("w", w), 0.1, 0.1)), Schedule.constant(), 0.9, true);
        try (TensorScope scope = new TensorScope()) {
            Gradients g = Gradients.of(Map.of("w", Tensor.full(B, DType.F32, Shape.of(8), 2)));
            long before = scope.liveBytes();
            sgd.step(g);
            assertThat(scope.liveBytes()).isEqualTo(before);
        }
        sgd.step(Gradients.of(Map.of("w", Tensor.full(B, DType.F32, Shape.of(8), 2))));
        assertThat(w.toFloats()[0]).isFinite();
    }
}
