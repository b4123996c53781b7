package org.unmute.benchmark.protocol;

/**
 * The result of one seed of the chosen configuration.
 *
 * @param seed of the trainings
 * @param validation metric on the validation clips, mean over folds
 * @param test metric on the test clips, mean over folds
 * @param seconds training time, summed over folds
 * @param clipsPerSecond mean over folds; NaN if unknown, for example if a training was interrupted after its last step
 * @param folder name of its folder inside the cell's folder
 */
public record SeedResult(
        long seed, double validation, double test, double seconds, double clipsPerSecond, String folder) {
    /** A result in the folder of its seed. */
    public SeedResult(long seed, double validation, double test, double seconds, double clipsPerSecond) {
        this(seed, validation, test, seconds, clipsPerSecond, "seed-" + seed);
    }
}
