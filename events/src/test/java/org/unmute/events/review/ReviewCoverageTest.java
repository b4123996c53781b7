package org.unmute.events.review;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.unmute.events.review.SimulatedReview.Chosen;
import org.unmute.events.review.SimulatedReview.Outcome;
import org.unmute.events.review.SimulatedReview.Shape;
import org.unmute.kernels.contract.FullBuild;

/**
 * Intervals of reviews whose truth is known. The full build repeats each cell 1,000 times and prints the tables of
 * docs/review.md.
 */
class ReviewCoverageTest {
    private static final double LEAST = 0.93;
    /** Three standard errors of a share of 0.95 in 300 repetitions. */
    private static final double CHANCE = 0.04;

    private static List<SimulatedReview> grid(int[] events, double[] precisions, int[] verdicts, Shape... shapes) {
        List<SimulatedReview> all = new ArrayList<>();
        for (Shape shape : shapes) {
            for (int e : events) {
                for (double p : precisions) {
                    Arrays.stream(verdicts)
                            .filter(n -> n < e)
                            .forEach(n -> all.add(new SimulatedReview(e, p, n, shape)));
                }
            }
        }
        return all;
    }

    private static double mean(List<Outcome> outcomes, ToDoubleFunction<Outcome> of) {
        return outcomes.stream().mapToDouble(of).average().orElseThrow();
    }

    @Test
    void intervalsCoverAndThresholdsHold() {
        List<SimulatedReview> grid = grid(
                new int[] {250},
                new double[] {0.02, 0.5, 0.95, 0.99},
                new int[] {10, 50, 200},
                Shape.FLAT,
                Shape.RISING);
        List<Outcome> outcomes = grid.parallelStream().map(r -> r.repeated(300)).toList();
        assertThat(outcomes).allSatisfy(o -> {
            assertThat(o.covered()).isGreaterThan(LEAST - CHANCE);
            assertThat(o.above()).isGreaterThan(LEAST - CHANCE);
            assertThat(o.retrained()).isGreaterThan(LEAST - CHANCE);
        });
        assertThat(grid.parallelStream().map(r -> r.chosen(0.9, 300)))
                .allSatisfy(c -> assertThat(c.met()).isGreaterThan(LEAST - CHANCE));
    }

    @Test
    @FullBuild("repeats thousands of reviews")
    void intervalsCoverInEveryCell() {
        List<SimulatedReview> grid =
                grid(SimulatedReview.EVENTS, SimulatedReview.PRECISIONS, SimulatedReview.VERDICTS, Shape.values());
        List<Outcome> outcomes =
                grid.parallelStream().map(r -> r.repeated(1000)).toList();
        print(outcomes);
        assertThat(outcomes).allSatisfy(o -> {
            assertThat(o.covered()).isGreaterThanOrEqualTo(LEAST);
            assertThat(o.above()).isGreaterThanOrEqualTo(LEAST);
            assertThat(o.retrained()).isGreaterThanOrEqualTo(LEAST);
        });
        assertThat(mean(outcomes, Outcome::covered)).isBetween(0.94, 0.98);
        assertThat(mean(outcomes, Outcome::retrained)).isBetween(0.94, 0.98);
        // In many cells all of the highest events are true, or none is: no interval that keeps to the verdicts misses.
        List<Outcome> open = outcomes.stream().filter(o -> !o.certain()).toList();
        assertThat(mean(open, Outcome::above)).isBetween(0.94, 0.985);
        assertThat(mean(outcomes, Outcome::above)).isLessThan(0.988);
        for (double wanted : new double[] {0.8, 0.9}) {
            List<Chosen> chosen =
                    grid.parallelStream().map(r -> r.chosen(wanted, 1000)).toList();
            System.out.printf(
                    Locale.ROOT,
                    "review: wanted %.1f: met in %.3f at worst, %.3f on average; chosen in %.3f, with %.3f of the true"
                            + " events%n",
                    wanted,
                    chosen.stream().mapToDouble(Chosen::met).min().orElseThrow(),
                    chosen.stream().mapToDouble(Chosen::met).average().orElseThrow(),
                    chosen.stream().mapToDouble(Chosen::found).average().orElseThrow(),
                    chosen.stream().mapToDouble(Chosen::recall).average().orElseThrow());
            assertThat(chosen).allSatisfy(c -> assertThat(c.met()).isGreaterThanOrEqualTo(LEAST));
        }
    }

    /** The tables of docs/review.md. */
    private static void print(List<Outcome> outcomes) {
        for (Shape shape : Shape.values()) {
            print(
                    shape.name().toLowerCase(Locale.ROOT),
                    outcomes.stream().filter(o -> o.review().shape() == shape).toList());
        }
        for (int n : SimulatedReview.VERDICTS) {
            print(
                    n + " verdicts",
                    outcomes.stream().filter(o -> o.review().verdicts() == n).toList());
        }
        print("all", outcomes);
        print("not all alike above", outcomes.stream().filter(o -> !o.certain()).toList());
    }

    private static void print(String name, List<Outcome> some) {
        System.out.printf(
                Locale.ROOT,
                "review: %s: whole %.3f (least %.3f), above %.3f (%.3f), retrained %.3f (%.3f), width %.3f, exact"
                        + " %.3f%n",
                name,
                mean(some, Outcome::covered),
                some.stream().mapToDouble(Outcome::covered).min().orElseThrow(),
                mean(some, Outcome::above),
                some.stream().mapToDouble(Outcome::above).min().orElseThrow(),
                mean(some, Outcome::retrained),
                some.stream().mapToDouble(Outcome::retrained).min().orElseThrow(),
                mean(some, Outcome::width),
                mean(some, Outcome::exact));
    }
}
