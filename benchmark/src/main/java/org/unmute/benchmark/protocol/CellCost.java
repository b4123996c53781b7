package org.unmute.benchmark.protocol;

import java.util.Optional;
import org.unmute.benchmark.search.Halving;
import org.unmute.benchmark.search.StudySettings;

/**
 * The trainings of a cell: the trials of the search, some of which are stopped early, then the complete trainings of
 * the best configurations.
 *
 * @param cell the cell
 * @param trials number of trials
 * @param again number of trainings of the best configurations: one for each configuration, fold and seed
 * @param epochs epochs of a training that is not stopped early
 * @param halving the rule that stops trials
 */
public record CellCost(CellId cell, int trials, int again, int epochs, Optional<Halving> halving) {
    /** @param folds number of folds, at least 1 */
    public static CellCost of(CellId cell, CellSettings settings, int folds) {
        StudySettings study = settings.study();
        return new CellCost(
                cell,
                study.trials(),
                settings.top() * settings.seeds().size() * folds,
                settings.training().epochs(),
                study.halving());
    }

    /** Total number of trainings. */
    public int trainings() {
        return trials + again;
    }

    /** Number of epochs in all trainings if no trial is stopped. */
    public long mostEpochs() {
        return (long) trainings() * epochs;
    }

    /**
     * Expected number of epochs in all trainings, if the trials come in random order: at each rung, the i-th trial to
     * arrive continues with probability {@code max(1, ⌊i/eta⌋) / i}. A search whose trials improve over time takes
     * more.
     */
    public long expectedEpochs() {
        double alive = trials;
        double sum = (double) again * epochs;
        long done = 0;
        if (halving.isPresent()) {
            int eta = halving.get().eta();
            for (long rung = halving.get().minEpochs(); rung < epochs; rung *= eta) {
                sum += alive * (rung - done);
                done = rung;
                alive = continuing(alive, eta);
            }
        }
        return Math.round(sum + alive * (epochs - done));
    }

    private static double continuing(double trials, int eta) {
        double sum = 0;
        for (int i = 1; i <= Math.ceil(trials); i++) {
            sum += Math.min(1, trials - i + 1) * Math.max(1, i / eta) / i;
        }
        return sum;
    }
}
