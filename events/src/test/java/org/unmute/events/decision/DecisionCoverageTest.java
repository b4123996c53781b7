package org.unmute.events.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.unmute.events.decision.SimulatedDecisions.Coverage;
import org.unmute.kernels.contract.FullBuild;

/** Intervals of found and of alarms, of decisions whose truth is known. The full build looks at more cells. */
class DecisionCoverageTest {
    private static final String ALARMS = "alarms=1/h";
    /** Three standard errors of a share of 0.95 in 200 decisions. */
    private static final double CHANCE = 0.05;

    private static List<SimulatedDecisions> grid(int[] classes, int[] recordings, double[] apart) {
        List<SimulatedDecisions> grid = new ArrayList<>();
        for (String rule : List.of("f1", "precision=0.5", ALARMS)) {
            for (int n : classes) {
                for (int r : recordings) {
                    for (double d : apart) {
                        int minutes = rule.equals(ALARMS) ? 120 : 0;
                        grid.add(new SimulatedDecisions(rule, n, r, 1, d, 0, minutes));
                        grid.add(new SimulatedDecisions(rule, n, r, 4, d, 0.3, minutes));
                    }
                }
            }
        }
        return grid;
    }

    @Test
    void intervalsCoverOnAverage() {
        check(grid(new int[] {10}, new int[] {4, 12}, new double[] {1, 2.5}), 20);
    }

    @Test
    @FullBuild("repeats thousands of decisions")
    void intervalsCoverWithFewClassesAndRecordings() {
        check(grid(new int[] {2, 10}, new int[] {3, 6, 20}, new double[] {1, 2.5}), 60);
    }

    private static void check(List<SimulatedDecisions> grid, int times) {
        List<Coverage> all = grid.stream().map(s -> s.repeated(times)).toList();
        all.forEach(c -> System.out.printf(Locale.ROOT, "decisions: %s%n", c));
        double found = Coverage.mean(all, Coverage::found);
        double absent = Coverage.mean(all, Coverage::absent);
        double background = Coverage.mean(all, Coverage::background);
        System.out.printf(
                Locale.ROOT,
                "decisions: coverage of found %.3f, of alarms %.3f, in background %.3f; width of found %.3f%n",
                found,
                absent,
                background,
                Coverage.mean(all, Coverage::width));
        assertThat(found).isBetween(0.94, 0.98);
        assertThat(absent).isBetween(0.94, 0.98);
        // The rule keeps alarms in the background to a few, for which Garwood's intervals are wider than they must be.
        assertThat(background).isBetween(0.94, 0.99);
        assertThat(all).allSatisfy(c -> {
            assertThat(c.found()).isGreaterThan(0.95 - CHANCE - 0.02);
            assertThat(c.absent()).isGreaterThan(0.95 - CHANCE - 0.04);
        });
    }
}
