package org.unmute.benchmark.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StudyTest {
    private static final SearchSpace SPACE =
            new SearchSpace(List.of(Range.logarithmic("lr", 2e-3, 8e-2), Range.linear("p", 0, 0.5)));

    private static StudySettings settings(int sobol, int tpe, Halving halving) {
        return new StudySettings(sobol, tpe, 0, Optional.ofNullable(halving), true);
    }

    /**
     * Runs one trial that reports {@code values} after epochs 1, 2, … until it is stopped; returns the number of
     * epochs run.
     */
    private static int run(Study study, double... values) {
        Trial trial = study.next();
        for (int epoch = 1; epoch <= values.length; epoch++) {
            if (study.report(trial, epoch, values[epoch - 1]) && epoch < values.length) {
                study.finish(trial, values[epoch - 1], true);
                return epoch;
            }
        }
        study.finish(trial, values[values.length - 1], false);
        return values.length;
    }

    @Test
    void sobolTrialsComeFirst() {
        Study study = new Study(SPACE, settings(2, 1, null));
        Trial first = study.next();
        assertThat(first.number()).isZero();
        assertThat(first.values()).isEqualTo(SPACE.at(new Sobol(2, 0).point(0))).containsOnlyKeys("lr", "p");
        study.finish(first, 0.1, false);
        Trial second = study.next();
        assertThat(second.values()).isEqualTo(SPACE.at(new Sobol(2, 0).point(1)));
        study.finish(second, 0.2, false);
        Trial third = study.next();
        assertThat(third.stage()).isEqualTo(Stage.TPE);
        assertThat(third.number()).isEqualTo(2);
    }

    @Test
    void anExhaustedStudyRefusesMore() {
        Study study = new Study(SPACE, settings(1, 0, null));
        study.finish(study.next(), 0.5, false);
        assertThat(study.exhausted()).isTrue();
        assertFails(IllegalStateException.class, study::next, "all 1 trials are used");
        FinishedTrial again = study.finished().getFirst();
        assertThatThrownBy(() -> study.replay(again)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void oneTrialAtATime() {
        Study study = new Study(SPACE, settings(2, 0, null));
        Trial trial = study.next();
        assertFails(IllegalStateException.class, study::next, "trial 0 is still under way");
        study.finish(trial, 1, false);
        assertThatThrownBy(() -> study.finish(trial, 1, false)).isInstanceOf(IllegalStateException.class);
        assertFails(() -> study.report(trial, 1, 1), "trial 0 is not under way");
        study.next();
        assertFails(() -> study.report(trial, 1, 1), "but trial 1");
    }

    @Test
    void epochsMustRise() {
        Study study = new Study(SPACE, settings(1, 0, null));
        Trial trial = study.next();
        study.report(trial, 2, 0.1);
        assertFails(() -> study.report(trial, 2, 0.1), "epoch 2 after 2");
        assertThatThrownBy(() -> new Study(SPACE, settings(1, 0, null)).report(trial, 0, 0.1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void halvingStopsWhatIsNotAmongTheBestThird() {
        Study study = new Study(SPACE, settings(9, 0, new Halving(2, 3)));
        assertThat(run(study, 0, 0.5, 0, 0, 0, 0, 0))
                .as("the first has no rival")
                .isEqualTo(7);
        assertThat(run(study, 9, 0.4, 9, 9, 9, 9, 9)).as("only epoch 2 counts").isEqualTo(2);
        assertThat(run(study, 0, 0.6, 0, 0, 0, 0.1, 0))
                .as("better at 2 and at 6")
                .isEqualTo(7);
        assertThat(run(study, 0, 0.6, 0, 0, 0, 0.05, 0))
                .as("a tie at 2, worse at 6")
                .isEqualTo(6);
        assertThat(run(study, 0, 0.55, 0, 0, 0, 9, 0))
                .as("one of five goes on: 0.6")
                .isEqualTo(2);
        assertThat(run(study, 0, 0.55, 0, 0, 0, 9, 0))
                .as("two of six go on: both 0.6")
                .isEqualTo(2);
        assertThat(run(study, 0, 0.61, 0, 0, 0, 0.01, 0))
                .as("the best at 2, not at 6")
                .isEqualTo(6);
        assertThat(study.finished().stream().map(FinishedTrial::pruned))
                .containsExactly(false, true, false, true, true, true, true);
        assertThat(study.finished().get(3).lastEpoch()).isEqualTo(6);
    }

    @Test
    void aThirdGoesOnOnceThereAreEnough() {
        Study study = new Study(SPACE, settings(9, 0, new Halving(1, 3)));
        for (double value : new double[] {0.9, 0.1, 0.2, 0.3, 0.4}) {
            run(study, value, value);
        }
        assertThat(run(study, 0.5, 0.5)).as("second of six").isEqualTo(2);
        assertThat(run(study, 0.45, 0.45)).as("third of seven").isEqualTo(1);
    }

    @Test
    void halvingMinimisesTooAndCanBeOff() {
        Study study = new Study(SPACE, new StudySettings(3, 0, 0, Optional.of(new Halving(1, 2)), false));
        run(study, 0.5, 0.5);
        assertThat(run(study, 0.6, 0.6)).isEqualTo(1);
        assertThat(run(study, 0.4, 0.4)).isEqualTo(2);
        assertThat(study.best(1).getFirst().number()).isEqualTo(2);
        Study off = new Study(SPACE, settings(2, 0, null));
        run(off, 0.5, 0.5);
        assertThat(run(off, 0, 0)).isEqualTo(2);
    }

    @Test
    void aTrialThatJumpsOverARungIsJudgedAfterIt() {
        Study study = new Study(SPACE, settings(2, 0, new Halving(2, 2)));
        Trial first = study.next();
        assertThat(study.report(first, 5, 0.5)).isFalse();
        study.finish(first, 0.5, false);
        Trial second = study.next();
        assertThat(study.report(second, 1, 0)).isFalse();
        assertThat(study.report(second, 3, 0.4)).as("at rung 2").isTrue();
    }

    @Test
    void divergedTrialsCountAsWorstAndAreNeverBest() {
        Study study = new Study(SPACE, settings(6, 2, new Halving(1, 2)));
        assertThat(run(study, Double.NaN, Double.NaN))
                .as("stopped although it has no rival")
                .isEqualTo(1);
        assertThat(run(study, 0.2, 0.3)).as("a number beats none").isEqualTo(2);
        assertThat(run(study, 0.1, 0.9)).isEqualTo(1);
        study.finish(study.next(), Double.POSITIVE_INFINITY, false);
        study.finish(study.next(), Double.NaN, false);
        study.finish(study.next(), 0.25, false);
        assertThat(study.best(9).stream().map(FinishedTrial::number)).containsExactly(1, 5, 2);
        assertThat(study.best(2).stream().map(FinishedTrial::number)).containsExactly(1, 5);
        study.finish(study.next(), Double.NaN, false);
        study.finish(study.next(), Double.NaN, false);
        assertThat(study.exhausted()).isTrue();
    }

    @Test
    void prunedTrialsRankByHowFarTheyCame() {
        Study study = new Study(SPACE, settings(4, 0, new Halving(1, 2)));
        run(study, 0.9, 0.9, 0.1);
        run(study, 0.8, 0);
        run(study, 0.95, 0.3, 0);
        assertThat(study.finished().get(2).lastEpoch()).isEqualTo(2);
        assertThat(study.best(4).stream().map(FinishedTrial::number)).containsExactly(0, 2, 1);
    }

    /** The estimator must not fail even if all trials diverge. */
    @Test
    void aStudyWhereEverythingDivergesStillSuggests() {
        Study study = new Study(SPACE, settings(3, 20, null));
        while (!study.exhausted()) {
            study.finish(study.next(), Double.NaN, false);
        }
        assertThat(study.best(3)).isEmpty();
        assertThat(study.finished().stream().map(FinishedTrial::values).distinct())
                .hasSize(23);
    }

    @Test
    void rangesCoverTheirBoundsAlongTheLogarithm() {
        Range rate = Range.logarithmic("lr", 1e-4, 7e-3);
        assertThat(rate.at(0)).isEqualTo(1e-4);
        assertThat(rate.at(1)).isCloseTo(7e-3, within(1e-17)).isLessThanOrEqualTo(7e-3);
        assertThat(rate.at(0.5)).isCloseTo(Math.sqrt(1e-4 * 7e-3), within(1e-18));
        assertThat(Range.linear("p", 0, 0.5).at(0.5)).isEqualTo(0.25);
        assertThat(Range.logarithmic("wd", 1e-4, 1e-4).at(0.3)).isEqualTo(1e-4);
    }

    @Test
    void badRangesSpacesAndSettingsAreRefused() {
        assertFails(() -> Range.linear("lr", 2, 1), "lr must rise", "2.0 to 1.0");
        assertFails(() -> Range.linear("lr", Double.NaN, 1), "NaN");
        assertFails(() -> Range.logarithmic("lr", 0, 1), "starts above 0");
        assertFails(() -> Range.linear("lr", 0, 1).at(1.5), "1.5");
        assertFails(() -> new SearchSpace(List.of()), "1 to 10 ranges: 0");
        assertThatThrownBy(() -> new SearchSpace(List.of(Range.linear("a", 0, 1), Range.linear("a", 0, 1))))
                .hasMessageContaining("two ranges are named a");
        assertFails(() -> SPACE.at(new double[3]), "3 for 2");
        assertFails(() -> settings(0, 0, null), "0, 0");
        assertFails(() -> settings(-1, 5, null), "-1, 5");
        assertFails(() -> new Halving(0, 3), "0, 3");
        assertFails(() -> new Halving(1, 1), "1, 1");
    }
}
