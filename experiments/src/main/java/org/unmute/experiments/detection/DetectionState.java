package org.unmute.experiments.detection;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What a folder of events knows about its recordings, read to the last byte and without changing anything.
 *
 * @param recordings with known events
 * @param events of all recordings
 * @param rest bytes after the last whole recording; the next run hears those recordings again
 * @param changed whether they are other than a process leaves that is killed while it writes
 */
public record DetectionState(int recordings, long events, long rest, boolean changed) {
    /**
     * Reads the state of a folder.
     *
     * @throws org.unmute.experiments.InputException if its settings cannot be read
     * @throws IOException if a file is missing or cannot be read
     */
    public static DetectionState read(Path folder) throws IOException {
        Path state = folder.resolve(DetectionFolder.STATE);
        DetectionFolder.settings(state);
        return EventJournal.inspect(state.resolve(DetectionFolder.JOURNAL));
    }
}
