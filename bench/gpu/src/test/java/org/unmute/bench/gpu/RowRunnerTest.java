package org.unmute.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.tensor.backend.WorkProfile.Peak;
import org.unmute.tensor.backend.WorkProfile.Unit;

class RowRunnerTest {
    @Test
    void differencesAreSharesOfTheMaxValue() {
        assertThat(RowRunner.difference(new float[] {1, 2}, new float[] {1, 4})).isEqualTo(0.5);
        assertThat(RowRunner.difference(new float[] {1, 2}, new float[] {1, 2})).isZero();
        assertThat(RowRunner.difference(new float[] {Float.NaN, 2}, new float[] {1, 2}))
                .isInfinite();
        assertThat(RowRunner.difference(new float[] {1}, new float[] {1, 2})).isInfinite();
        assertThat(RowRunner.difference(new float[] {1}, null)).isInfinite();
    }

    /** The share of the peak is that of the unit that ran. */
    @Test
    void rowsOfTensorCoresAreSharesOfTheirPeak() {
        Case work = Case.all(Case.Sizes.FULL, Set.of(Case.Precision.FP32)).stream()
                .filter(c -> c.id().equals("matmul-4096x4096"))
                .findFirst()
                .orElseThrow();
        Peak peak = new Peak(1e12, 50e12, 250e12, 500e12, 1000e12);
        double nanos = work.operations() / 125e12 * 1e9;
        assertThat(new CheckResult(work.id(), "a", Unit.FLOAT32, nanos, 1, 1, "", true).line(work, peak))
                .contains("| 125000 (250 %) |");
        assertThat(new CheckResult(work.id(), "b", Unit.HALF, nanos, 1, 1, "", true).line(work, peak))
                .contains("| 125000 (25 %) |");
    }

    @Test
    void goalsCompareWithTheRowThatTheyName() {
        CheckResult exact = new CheckResult("match-binary-j5270", "", Unit.HALF, 10, 50, 40, "", true);
        CheckResult half = new CheckResult("match-binary-j5270-bf16", "", Unit.HALF, 9, 4, Double.NaN, "", true);
        List<String> said = Goal.ALL.stream()
                .map(g -> g.judge(Map.of(exact.id(), exact, half.id(), half)))
                .filter(s -> !s.isEmpty())
                .toList();
        assertThat(said)
                .containsExactly(
                        "goal reached: match-binary-j5270 takes 0.25 of PyTorch's time, at most 0.25 is asked",
                        "goal missed: match-binary-j5270 takes 2.50 of PyTorch's time in match-binary-j5270-bf16, at"
                                + " most 2.00 is asked");
    }

    @Test
    void goalsNameRowsThatThereAre() {
        List<String> rows = Case.all(Case.Sizes.FULL, Set.of(Case.Precision.values())).stream()
                .map(Case::id)
                .toList();
        assertThat(Goal.ALL).hasSize(23).allSatisfy(g -> assertThat(rows).contains(g.row(), g.than()));
    }
}
