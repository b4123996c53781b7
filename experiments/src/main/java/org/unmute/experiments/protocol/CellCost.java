package org.unmute.experiments.protocol;

import org.unmute.experiments.search.Halving;
import org.unmute.experiments.search.StudySettings;

/**
 * The expected cost of a cell.
 *
 * @param cell which cell
 * @param trainings number of trials and of trainings of the best configurations
 * @param epochs expected epochs of all trainings, with poor trials stopped early
 * @param mostEpochs epochs of all trainings if no trial is stopped
 * @param seconds expected seconds on one core
 */
public record CellCost(CellId cell, int trainings, long epochs, long mostEpochs, double seconds) {
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
        int trainings = settings.study().trials() + again(settings, sizes);
        return new CellCost(
                cell,
                trainings,
                Math.round(epochs(settings, sizes)),
                (long) trainings * settings.training().epochs(),
                step.seconds(clips(settings, sizes)));
    }

    /** How many clips the trainings and scorings of a cell are expected to handle. */
    public static StepCost.Clips clips(CellSettings settings, Sizes sizes) {
        double epochs = epochs(settings, sizes);
        double tested = (double) settings.seeds().size() * sizes.folds() * sizes.test();
        return new StepCost.Clips(
                epochs * sizes.train(),
                epochs * sizes.validation() + tested,
                (double) sizes.folds() * (sizes.train() + sizes.validation()) + tested);
    }

    private static double epochs(CellSettings settings, Sizes sizes) {
        int epochs = settings.training().epochs();
        return searchEpochs(settings.study(), epochs) + (double) again(settings, sizes) * epochs;
    }

    /** Trainings of the best configurations. */
    private static int again(CellSettings settings, Sizes sizes) {
        return settings.top() * settings.seeds().size() * sizes.folds();
    }

    /**
     * Expected epochs of a search whose trials come in random order: at each rung, the i-th trial to arrive continues
     * with probability {@code max(1, ⌊i/eta⌋) / i}. A search whose trials improve over time takes more.
     */
    static double searchEpochs(StudySettings study, int epochs) {
        double alive = study.trials();
        if (study.halving().isEmpty()) {
            return alive * epochs;
        }
        Halving halving = study.halving().get();
        double sum = 0;
        long done = 0;
        for (long rung = halving.minEpochs(); rung < epochs; rung *= halving.eta()) {
            sum += alive * (rung - done);
            done = rung;
            alive = goingOn(alive, halving.eta());
        }
        return sum + alive * (epochs - done);
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
