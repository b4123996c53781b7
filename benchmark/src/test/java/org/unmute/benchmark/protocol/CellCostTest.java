package org.unmute.benchmark.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.benchmark.search.Halving;
import org.unmute.benchmark.search.StudySettings;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TokenGrid;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

class CellCostTest {
    private static StudySettings study(int trials, Halving halving) {
        return new StudySettings(trials, 0, 0, Optional.ofNullable(halving), true);
    }

    private static double searchEpochs(int trials, Halving halving) {
        return new CellCost.Schedule(trials, 0, 30, Optional.ofNullable(halving)).searchEpochs(trials);
    }

    @Test
    void epochsOfASearchFollowFromItsHalving() {
        assertThat(searchEpochs(50, null)).isEqualTo(1500);
        // The first always continues, the second and third with probability 1/2 and 1/3.
        assertThat(searchEpochs(1, new Halving(3, 3))).isCloseTo(30, within(1e-9));
        assertThat(searchEpochs(3, new Halving(4, 10))).isCloseTo(3 * 4 + (1 + 0.5 + 1.0 / 3) * 26, within(1e-9));
        assertThat(searchEpochs(50, new Halving(3, 3))).isBetween(50 * 3 + 17 * 6.0, 50 * 12.0);
        assertThat(searchEpochs(50, new Halving(30, 3))).isEqualTo(1500);
    }

    /** Fifty trials, and five seeds for the best three, as in the paper. */
    private static CellSettings paper() {
        return new CellSettings(
                "protobin",
                ProbeOptions.DEFAULTS,
                TrainingSettings.defaults("protobin"),
                TinyCell.settings("protobin", 0).space(),
                study(50, Halving.DEFAULT),
                3,
                List.of(0L, 1L, 2L, 3L, 4L));
    }

    @Test
    void aCellsCostIsThatOfItsTrainingsAndTest() {
        CellSettings s = paper();
        StepCost step = new StepCost(2, 1, 10);
        CellCost cost = CellCost.of(new CellId("a", "b", "c"), s, new CellCost.Sizes(100, 10, 20, 5), step);
        assertThat(cost.trainings()).isEqualTo(50 + 3 * 5 * 5);
        assertThat(cost.mostEpochs()).isEqualTo(125 * 30);
        double epochs = cost.schedule().searchEpochs(50) + 75 * 30;
        assertThat(cost.epochs()).isEqualTo(Math.round(epochs));
        assertThat(cost.seconds()).isCloseTo(epochs * (100 * 2 + 10) + 5 * 110 * 10 + 5 * 5 * 20 * 11.0, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "conv", "mhca", "protobin", "cgp"})
    void stepsAreMeasured(String probe) throws IOException {
        StepCost cost = StepCost.measure(
                Backends.open("scalar", 1).backend(),
                new StepCost.Step(
                        probe,
                        ProbeOptions.DEFAULTS,
                        new TokenGrid(4, 2, 16, true),
                        probe.equals("cgp") ? 2 : 0,
                        3,
                        8,
                        Objective.ASL),
                new StepCost.Clips(100, 100, 100),
                0);
        assertThat(cost.train()).isPositive();
        assertThat(cost.score()).isPositive();
        assertThat(cost.pool() > 0).isEqualTo(probe.equals("linear"));
    }

    /** A step on boxes is measured as such: only a probe that takes the maximum over tokens has one. */
    @Test
    void stepsOnBoxesAreMeasured() throws IOException {
        Backend backend = Backends.open("scalar", 1).backend();
        StepCost cost = StepCost.measure(backend, boxes("protobin"), new StepCost.Clips(100, 100, 100), 0);
        assertThat(cost.train()).isPositive();
        assertThat(cost.score()).isPositive();
        assertThatThrownBy(() -> StepCost.measure(backend, boxes("mhca"), new StepCost.Clips(100, 100, 100), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not take the maximum over tokens");
    }

    private static StepCost.Step boxes(String probe) {
        return new StepCost.Step(
                probe, ProbeOptions.DEFAULTS, new TokenGrid(5, 2, 16, false), 0, 3, 8, Objective.BCE, 2);
    }
}
