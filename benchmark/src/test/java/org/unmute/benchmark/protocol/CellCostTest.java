package org.unmute.benchmark.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.unmute.benchmark.search.Halving;
import org.unmute.benchmark.search.StudySettings;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.train.TrainingSettings;

class CellCostTest {
    private static StudySettings study(int trials, Halving halving) {
        return new StudySettings(trials, 0, 0, Optional.ofNullable(halving), true);
    }

    private static double searchEpochs(int trials, Halving halving) {
        return new CellCost(new CellId("a", "b", "c"), trials, 0, 30, Optional.ofNullable(halving)).expectedEpochs();
    }

    @Test
    void epochsOfASearchFollowFromItsHalving() {
        assertThat(searchEpochs(50, null)).isEqualTo(1500);
        // The first always continues, the second and third with probability 1/2 and 1/3.
        assertThat(searchEpochs(1, new Halving(3, 3))).isEqualTo(30);
        assertThat(searchEpochs(3, new Halving(4, 10))).isEqualTo(Math.round(3 * 4 + (1 + 0.5 + 1.0 / 3) * 26));
        assertThat(searchEpochs(50, new Halving(3, 3))).isBetween(50 * 3 + 17 * 6.0, 50 * 12.0);
        assertThat(searchEpochs(50, new Halving(30, 3))).isEqualTo(1500);
    }

    /** Fifty trials, and five seeds for the best three, as in the paper. */
    private static CellSettings paper() {
        return new CellSettings(
                "protobin",
                ProbeOptions.DEFAULTS,
                TrainingSettings.paper("protobin"),
                TinyCell.settings("protobin", 0).space(),
                study(50, Halving.DEFAULT),
                3,
                List.of(0L, 1L, 2L, 3L, 4L));
    }

    @Test
    void aCellsCostIsThatOfItsTrainings() {
        CellCost cost = CellCost.of(new CellId("a", "b", "c"), paper(), 5);
        assertThat(cost.trainings()).isEqualTo(50 + 3 * 5 * 5);
        assertThat(cost.mostEpochs()).isEqualTo(125 * 30);
        assertThat((double) cost.expectedEpochs()).isEqualTo(searchEpochs(50, Halving.DEFAULT) + 75 * 30);
    }
}
