package org.unmute.probes.train;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how often the state of a run is saved. How often changes nothing in the result.
 *
 * @param file replaced as a whole each time
 * @param between the minimum time between two saves; the last epoch's state is saved in any case
 */
public record CheckpointPlace(Path file, Duration between) {
    /** Saves after every epoch. */
    public static CheckpointPlace eachEpoch(Path file) {
        return new CheckpointPlace(file, Duration.ZERO);
    }
}
