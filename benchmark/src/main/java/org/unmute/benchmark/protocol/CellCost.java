package org.unmute.benchmark.protocol;

import java.util.Optional;
import org.unmute.benchmark.search.Halving;
import org.unmute.benchmark.search.StudySettings;

/**
 * The expected cost of a cell.
 *
 * @param cell the cell
 * @param schedule its trainings
 * @param seconds expected seconds on one core
 */
public record CellCost(CellId cell, Schedule schedule, double seconds) {
    /**
     * The trainings of a cell in order: the trials of the search, some of which are stopped early, then the complete
     * trainings of the best configurations.
     *
     * @param trials number of trials
     * @param again number of trainings of the best configurations: one for each configuration, fold and seed
     * @param epochs epochs of a training that is not stopped early
     * @param halving the rule that stops trials
     */
    public record Schedule(int trials, int again, int epochs, Optional<Halving> halving) {
        /** Nothing to train. */
        public static final Schedule NONE = new Schedule(0, 0, 0, Optional.empty());

        static Schedule of(CellSettings settings, Sizes sizes) {
            StudySettings study = settings.study();
            return new Schedule(
                    study.trials(),
                    settings.top() * settings.seeds().size() * sizes.folds(),
                    settings.training().epochs(),
                    study.halving());
        }

        /** Total number of trainings. */
        public int trainings() {
            return trials + again;
        }

        /** Expected number of epochs in all trainings. */
        public double expectedEpochs() {
            return searchEpochs(trials) + (double) again * epochs;
        }

        /**
         * Expected number of epochs in the first trials of a search, if the trials come in random order: at each rung,
         * the i-th trial to arrive continues with probability {@code max(1, ⌊i/eta⌋) / i}. A search whose trials
         * improve over time takes more.
         *
         * @param first number of trials, from 0
         */
        public double searchEpochs(int first) {
            double alive = first;
            if (halving.isEmpty()) {
                return alive * epochs;
            }
            double sum = 0;
            long done = 0;
            for (long rung = halving.get().minEpochs();
                    rung < epochs;
                    rung *= halving.get().eta()) {
                sum += alive * (rung - done);
                done = rung;
                alive = goingOn(alive, halving.get().eta());
            }
            return sum + alive * (epochs - done);
        }
    }

    /**
     * Number of clips in each part.
     *
     * @param train training clips of a fold
     * @param validation validation clips of a fold
     * @param test test clips of a fold
     * @param folds number of folds, at least 1
     */
    public record Sizes(int train, int validation, int test, int folds) {}

    /** Estimates the cost of a cell from the cost per clip. */
    public static CellCost of(CellId cell, CellSettings settings, Sizes sizes, StepCost step) {
        return new CellCost(cell, Schedule.of(settings, sizes), step.seconds(clips(settings, sizes)));
    }

    /** Total number of trials and of trainings of the best configurations. */
    public int trainings() {
        return schedule.trainings();
    }

    /** Expected number of epochs in all trainings, with poor trials stopped early. */
    public long epochs() {
        return Math.round(schedule.expectedEpochs());
    }

    /** Number of epochs in all trainings if no trial is stopped. */
    public long mostEpochs() {
        return (long) schedule.trainings() * schedule.epochs;
    }

    /** Expected number of clips that a cell processes in training and scoring. */
    public static StepCost.Clips clips(CellSettings settings, Sizes sizes) {
        double epochs = Schedule.of(settings, sizes).expectedEpochs();
        double tested = (double) settings.seeds().size() * sizes.folds() * sizes.test();
        return new StepCost.Clips(
                epochs * sizes.train(),
                epochs * sizes.validation() + tested,
                (double) sizes.folds() * (sizes.train() + sizes.validation()) + tested);
    }

    private static double goingOn(double trials, int eta) {
        double sum = 0;
        for (int i = 1; i <= Math.ceil(trials); i++) {
            double chance = Math.max(1, i / eta) / (double) i;
            sum += Math.min(1, trials - i + 1) * chance;
        }
        return sum;
    }
}
