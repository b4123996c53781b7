package org.unmute.benchmark.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.kernels.contract.FullBuild;

class TpeTest {
    private static final SearchSpace SPACE =
            new SearchSpace(List.of(Range.logarithmic("lr", 1e-4, 7e-3), Range.logarithmic("wd", 1e-5, 5e-4)));

    /**
     * A smooth peak of 0 at lr = 2e-3, wd = 3e-5, similar to a validation score. The weight decay matters a tenth as
     * much.
     */
    private static double peak(Map<String, Double> at) {
        double rate = Math.log(at.get("lr") / 2e-3);
        double decay = Math.log(at.get("wd") / 3e-5);
        return -rate * rate - 0.1 * decay * decay;
    }

    /** A narrow peak of 0 at lr = 1e-3 on a slope; rates above 5e-3 fail altogether. */
    private static double cliff(Map<String, Double> at) {
        double rate = Math.log(at.get("lr") / 1e-3);
        return at.get("lr") > 5e-3 ? Double.NaN : -Math.abs(rate) - 0.2 * Math.abs(Math.log(at.get("wd") / 4e-4));
    }

    @Test
    @FullBuild("searches four hundred times")
    void beatsRandomSearchOnKnownOptima() {
        for (ToDoubleFunction<Map<String, Double>> score :
                List.<ToDoubleFunction<Map<String, Double>>>of(TpeTest::peak, TpeTest::cliff)) {
            List<Double> searched = new ArrayList<>();
            List<Double> random = new ArrayList<>();
            int wins = 0;
            for (long seed = 0; seed < 200; seed++) {
                searched.add(-searched(seed, 10, 40, score));
                random.add(-random(seed, 50, score));
                wins += searched.getLast() < random.getLast() ? 1 : 0;
            }
            assertThat(median(searched))
                    .as("median distance of the best from the optimum")
                    .isLessThan(median(random) / 2);
            assertThat(wins).as("of 200").isGreaterThan(140);
        }
    }

    /** The number of points is the same, so only their selection differs. */
    @Test
    void estimatedTrialsAreBetterThanMoreSobolPoints() {
        List<Double> estimated = new ArrayList<>();
        List<Double> sobol = new ArrayList<>();
        for (long seed = 0; seed < 200; seed++) {
            estimated.add(-searched(seed, 25, 25, TpeTest::peak));
            sobol.add(-searched(seed, 50, 0, TpeTest::peak));
        }
        assertThat(median(estimated)).isLessThan(median(sobol) / 2);
    }

    private static double searched(long seed, int sobol, int tpe, ToDoubleFunction<Map<String, Double>> score) {
        Study study = new Study(SPACE, new StudySettings(sobol, tpe, seed, Optional.empty(), true));
        while (!study.exhausted()) {
            Trial trial = study.next();
            study.finish(trial, score.applyAsDouble(trial.values()), false);
        }
        return study.best(1).getFirst().value();
    }

    private static double random(long seed, int trials, ToDoubleFunction<Map<String, Double>> score) {
        SplittableRandom random = new SplittableRandom(seed);
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < trials; i++) {
            double value = score.applyAsDouble(SPACE.at(new double[] {random.nextDouble(), random.nextDouble()}));
            best = value > best ? value : best;
        }
        return best;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "10, 1", "11, 2", "25, 3", "49, 5", "250, 25", "1000, 25"})
    void aTenthIsGoodAndAtMostTwentyFive(int trials, int good) {
        assertThat(Tpe.good(trials)).isEqualTo(good);
    }

    @Test
    void drawsNearTheGoodPointsAndInsideTheCube() {
        Tpe tpe = new Tpe(1, 0);
        List<double[]> others = List.of(new double[] {0.1}, new double[] {0.3}, new double[] {0.5}, new double[] {0.7});
        int near = 0;
        for (int trial = 0; trial < 200; trial++) {
            double x = tpe.suggest(trial, List.of(new double[] {0.95}), others)[0];
            assertThat(x).isBetween(0.0, 1.0);
            near += x > 0.75 ? 1 : 0;
        }
        assertThat(near).isGreaterThan(180);
    }

    @Test
    void withoutAnyTrialThePriorAloneIsDrawnFrom() {
        double[] a = new Tpe(2, 0).suggest(0, List.of(), List.of());
        assertThat(a).hasSize(2).isEqualTo(new Tpe(2, 0).suggest(0, List.of(), List.of()));
        assertThat(a).isNotEqualTo(new Tpe(2, 1).suggest(0, List.of(), List.of()));
        assertThat(a).isNotEqualTo(new Tpe(2, 0).suggest(1, List.of(), List.of()));
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> new Tpe(0, 0)).hasMessageContaining("at least one dimension: 0");
        assertThatThrownBy(() -> new Tpe(2, 0).suggest(0, List.of(new double[1]), List.of()))
                .hasMessageContaining("1 numbers, not 2");
    }
}
