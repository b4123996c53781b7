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
        return Plan.steps(Case.all(Case.Sizes.FULL, ALL), 10, EnumSet.copyOf(List.of(parts)), true);
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
        assertThat(Plan.steps(List.of(), 10, EnumSet.of(Part.CONTRACT), false)).hasSameSizeAs(Plan.contract());
    }

    /** Every row of the table is in one of the two steps, whatever its importance. */
    @Test
    void everyRowIsTimedOnce() {
        assertThat(steps(Part.TIMINGS).stream().flatMap(s -> s.rows().stream()))
                .containsExactlyInAnyOrderElementsOf(
                        Case.all(Case.Sizes.FULL, ALL).stream().map(Case::id).toList());
        assertThat(steps(Part.TIMINGS).getFirst().rows())
                .contains("match-binary-j5270", "match-binary-j5270-bf16", "eat-b16", "matmul-4096x4096");
    }

    /** Rows are taken one by one. */
    @Test
    void aStepFitsIfOneOfItsRowsDoes() {
        Step tests = Step.of(Part.CONTRACT, "a", "", Map.of(), List.of("x"));
        assertThat(tests.fits(tests.seconds())).isTrue();
        assertThat(tests.fits(tests.seconds() - 1)).isFalse();
        Step rows = Step.of(Part.TIMINGS, "b", "", Map.of(), List.of("x")).timing(List.of("r1", "r2"), 30);
        assertThat(rows.seconds()).isEqualTo(70);
        assertThat(rows.fits(35)).isTrue();
        assertThat(rows.fits(34)).isFalse();
    }
}
