package org.unmute.benchmark.results;

/**
 * One training of a cell's best settings.
 *
 * @param seed           its seed
 * @param validation     metric on the validation clips, a fraction
 * @param test           metric on the test clips, a fraction
 * @param seconds        training time
 * @param clipsPerSecond training clips per second
 * @param folder         name of its folder below the cell's
 */
public record SeedRun(
        long seed, double validation, double test, double seconds, double clipsPerSecond, String folder) {}
