package org.unmute.benchmark.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StudyReplayTest {
    private static final SearchSpace SPACE =
            new SearchSpace(List.of(Range.logarithmic("lr", 1e-4, 7e-3), Range.logarithmic("wd", 1e-5, 5e-4)));
    private static final int EPOCHS = 9;

    private static Study study(long seed, boolean halving) {
        return new Study(
                SPACE,
                new StudySettings(6, 10, seed, halving ? Optional.of(new Halving(1, 2)) : Optional.empty(), true));
    }

    /**
     * Trains a trial as a probe would: scores with noise that depends only on the trial, with ties and occasional NaN.
     */
    private static void train(Study study, boolean coarse) {
        Trial trial = study.next();
        SplittableRandom noise = new SplittableRandom(trial.number());
        double height = -Math.abs(Math.log(trial.values().get("lr") / 1e-3));
        for (int epoch = 1; epoch <= EPOCHS; epoch++) {
            double value = height - 1.0 / epoch + noise.nextDouble();
            value = noise.nextInt(60) == 0 ? Double.NaN : coarse ? Math.rint(value) : value;
            boolean stop = study.report(trial, epoch, value) && epoch < EPOCHS;
            if (stop || epoch == EPOCHS) {
                study.finish(trial, value, stop);
                return;
            }
        }
    }

    /** However often and wherever a search is interrupted, it runs the same trials and finds the same best. */
    @Property
    void aResumedStudyIsTheUndisturbedOne(
            @ForAll long seed,
            @ForAll boolean halving,
            @ForAll boolean coarse,
            @ForAll @IntRange(max = 16) int firstStop,
            @ForAll @IntRange(max = 16) int secondStop,
            @ForAll boolean midTrial) {
        Study whole = study(seed, halving);
        while (!whole.exhausted()) {
            train(whole, coarse);
        }
        Study resumed = study(seed, halving);
        for (int stop : new int[] {Math.min(firstStop, secondStop), Math.max(firstStop, secondStop), 16}) {
            Study again = study(seed, halving);
            resumed.finished().forEach(again::replay);
            while (again.finished().size() < stop) {
                train(again, coarse);
            }
            if (midTrial && !again.exhausted()) {
                again.report(again.next(), 1, 0.5); // killed midway, so it leaves no record
            }
            resumed = again;
        }
        assertThat(resumed.finished()).isEqualTo(whole.finished());
        assertThat(resumed.best(3)).isEqualTo(whole.best(3));
    }

    private static List<FinishedTrial> recorded(int trials) {
        Study study = study(0, true);
        while (study.finished().size() < trials) {
            train(study, false);
        }
        return new ArrayList<>(study.finished());
    }

    @Test
    void aRecordOfAnotherSeedIsRefusedWithBothValues() {
        FinishedTrial first = recorded(1).getFirst();
        Study other = study(1, true);
        double due = study(1, true).next().values().get("lr");
        assertThatThrownBy(() -> other.replay(first))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trial 0 differs in lr")
                .hasMessageContaining("recorded " + first.values().get("lr"))
                .hasMessageContaining("expected " + due)
                .hasMessageContaining("another folder");
        assertThat(other.finished()).isEmpty();
        assertThat(other.next().number()).as("the study is as before").isZero();
    }

    @Test
    void aRecordOfAnotherSpaceIsRefused() {
        FinishedTrial first = recorded(1).getFirst();
        Map<String, Double> renamed = new LinkedHashMap<>(first.values());
        renamed.remove("wd");
        FinishedTrial less =
                new FinishedTrial(0, first.stage(), renamed, first.epochs(), first.value(), first.pruned());
        assertFails(() -> study(0, true).replay(less), "names", "[lr, wd]");
        Study narrower = new Study(
                new SearchSpace(List.of(SPACE.ranges().get(0), Range.logarithmic("wd", 1e-5, 4e-4))),
                new StudySettings(6, 10, 0, Optional.empty(), true));
        assertFails(() -> narrower.replay(first), "differs in wd");
    }

    @Test
    void aRecordWithAnotherNumberOfSobolTrialsIsRefused() {
        List<FinishedTrial> all = recorded(7);
        Study other = new Study(SPACE, new StudySettings(7, 9, 0, Optional.of(new Halving(1, 2)), true));
        all.subList(0, 6).forEach(other::replay);
        assertFails(() -> other.replay(all.get(6)), "stage", "TPE", "SOBOL");
    }

    @Test
    void aGapOrARepetitionIsRefused() {
        List<FinishedTrial> all = recorded(2);
        Study study = study(0, true);
        assertFails(() -> study.replay(all.get(1)), "recorded trial 1 is where trial 0 is due");
        study.replay(all.get(0));
        assertFails(() -> study.replay(all.get(0)), "recorded trial 0 is where trial 1 is due");
        study.replay(all.get(1));
        assertThat(study.finished()).isEqualTo(all);
    }

    @Test
    void aRecordOfOtherHalvingIsRefused() {
        List<FinishedTrial> all = recorded(6);
        FinishedTrial pruned = all.stream()
                .filter(t -> t.pruned() && !t.diverged())
                .findFirst()
                .orElseThrow();
        Study off = study(0, false);
        all.subList(0, pruned.number()).stream().filter(t -> !t.pruned()).forEach(off::replay);
        assertThat(off.finished()).as("trials before the pruned one").hasSize(pruned.number());
        assertFails(() -> off.replay(pruned), "pruned after epoch " + pruned.lastEpoch(), "halving");

        Study on = study(0, true);
        all.subList(0, pruned.number()).forEach(on::replay);
        List<EpochValue> longer = new ArrayList<>(pruned.epochs());
        longer.add(new EpochValue(pruned.lastEpoch() + 1, 0.5));
        FinishedTrial wentOn = new FinishedTrial(pruned.number(), pruned.stage(), pruned.values(), longer, 0.5, false);
        assertFails(() -> on.replay(wentOn), "stopped by halving after epoch " + pruned.lastEpoch());
        FinishedTrial falling = new FinishedTrial(
                pruned.number(),
                pruned.stage(),
                pruned.values(),
                List.of(new EpochValue(2, 0), new EpochValue(2, 0)),
                0,
                false);
        assertFails(() -> on.replay(falling), "epochs");
        on.replay(pruned);
        assertThat(on.finished()).isEqualTo(all.subList(0, pruned.number() + 1));
    }
}
