package org.unmute.experiments.protocol;

import java.util.List;

/**
 * What one seed of the chosen configuration came to.
 *
 * @param seed of the trainings
 * @param validation mean over folds
 * @param test mean over folds
 * @param seconds of training, all folds together
 * @param clipsPerSecond mean over folds; NaN if not known, as of a training that was interrupted after its last step
 */
public record SeedResult(long seed, double validation, double test, double seconds, double clipsPerSecond) {
    /** Name of its folder in that of the cell. */
    public String folder() {
        return "seed-" + seed;
    }

    /** Mean of some figure, of those that are known; NaN if none is. */
    static double mean(List<SeedResult> seeds, java.util.function.ToDoubleFunction<SeedResult> figure) {
        return seeds.stream()
                .mapToDouble(figure)
                .filter(v -> !Double.isNaN(v))
                .average()
                .orElse(Double.NaN);
    }
}
