package org.unmute.probes.train;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how often the state of a run is saved. The interval does not affect the results.
 *
 * @param file replaced atomically by each save
 * @param between min time between two saves; the last epoch is always saved
 */
public record CheckpointPlace(Path file, Duration between) {
    /** Saves after every epoch. */
    public static CheckpointPlace eachEpoch(Path file) {
        return new CheckpointPlace(file, Duration.ZERO);
    }
}
