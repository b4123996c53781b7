package org.unmute.experiments.protocol;

import java.util.List;

/**
 * The result of one seed of the chosen configuration.
 *
 * @param seed of the trainings
 * @param validation mean over folds
 * @param test mean over folds
 * @param seconds training time, summed over folds
 * @param clipsPerSecond mean over folds; NaN if unknown, for example if a training was interrupted after its last step
 */
public record SeedResult(long seed, double validation, double test, double seconds, double clipsPerSecond) {
    /** Name of its folder inside the cell's folder. */
    public String folder() {
        return "seed-" + seed;
    }

    /** Mean of a figure over the seeds for which it is not NaN; NaN if there are none. */
    static double mean(List<SeedResult> seeds, java.util.function.ToDoubleFunction<SeedResult> figure) {
        return seeds.stream()
                .mapToDouble(figure)
                .filter(v -> !Double.isNaN(v))
                .average()
                .orElse(Double.NaN);
    }
}
