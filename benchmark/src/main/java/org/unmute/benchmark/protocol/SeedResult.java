package org.unmute.benchmark.protocol;

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
}
