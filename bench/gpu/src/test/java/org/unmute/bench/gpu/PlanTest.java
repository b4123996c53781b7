package org.unmute.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.bench.gpu.Step.Part;
import org.unmute.bench.gpu.rows.Case;

class PlanTest {
    private static final EnumSet<Case.Precision> ALL = EnumSet.allOf(Case.Precision.class);

    private static List<Step> steps(Part... parts) {
        return Plan.steps(
                Case.all(Case.Sizes.FULL, ALL),
                Case.all(Case.Sizes.SMALL, ALL),
                10,
                EnumSet.copyOf(List.of(parts)),
                true);
    }

    /** What decides whether the rest is worth its time comes first; timings come before what can wait. */
    @Test
    void importantStepsComeFirst() {
        assertThat(steps(Part.values()))
                .extracting(Step::name)
                .startsWith(
                        "smoke",
                        "tensor Prototype",
                        "contract Prototype",
                        "contract Winners",
                        "tensor Product",
                        "contract Product",
                        "contract SameBits",
                        "tensor SameBits",
                        "tensor Attention",
                        "contract Attention")
                .containsSubsequence("contract Attention", "first rows", "contract Index", "encoders", "further rows")
                .endsWith("memcheck", "racecheck", "synccheck", "initcheck")
                .doesNotHaveDuplicates();
    }

    /** A new part of the contract runs here without being named here. */
    @Test
    void everyPartOfTheContractHasItsStep() {
        assertThat(Plan.contract()).contains("Elementwise", "Prototype", "Autograd", "SameBits", "Repeatability");
        assertThat(steps(Part.CONTRACT)).hasSize(Plan.contract().size() + 4);
        assertThat(Plan.steps(List.of(), List.of(), 10, EnumSet.of(Part.CONTRACT), false))
                .hasSameSizeAs(Plan.contract());
    }

    /** Every row of the table is in one of the two steps, whatever its importance. */
    @Test
    void everyRowIsTimedOnce() {
        assertThat(steps(Part.TIMINGS).stream().flatMap(s -> s.items().stream()))
                .containsExactlyInAnyOrderElementsOf(
                        Case.all(Case.Sizes.FULL, ALL).stream().map(Case::id).toList());
        assertThat(steps(Part.TIMINGS).getFirst().items())
                .contains("match-binary-j5270", "match-binary-j5270-bf16", "eat-b16", "matmul-4096x4096");
    }

    @Test
    void aPlanTakesWhatFitsAndGoesOnBehindWhatDoesNot() {
        List<Step> all = List.of(
                step("a", Part.CONTRACT, 20, "x"),
                step("b", Part.CONTRACT, 100, "x"),
                step("c", Part.TIMINGS, 40, "r1", "r2", "r3", "r4"),
                step("d", Part.CONTRACT, 5, "x"));
        assertThat(Plan.fitting(all, Double.POSITIVE_INFINITY)).isEqualTo(all);
        List<Step> fit = Plan.fitting(all, 47);
        assertThat(fit).extracting(Step::name).containsExactly("a", "c", "d");
        // Rows are taken one by one.
        assertThat(fit.get(1).items()).containsExactly("r1", "r2");
        assertThat(fit.get(1).seconds()).isEqualTo(20);
        assertThat(Plan.fitting(all, 1)).isEmpty();
    }

    private static Step step(String name, Part part, double seconds, String... items) {
        return new Step(part, name, "", seconds, 100, 100, Map.of(), List.of(items));
    }
}
