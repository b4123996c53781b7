package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of the recordings in a folder of events. Reading it examines every byte and changes nothing.
 *
 * @param recordings number of recordings with known events
 * @param events number of events in all recordings
 * @param rest bytes after the last complete recording; the next run processes the recordings there again
 * @param changed whether the journal has damage that cannot come from a process killed while writing
 * @param damagedNotes progress notes with such damage
 */
public record DetectionState(int recordings, long events, long rest, boolean changed, List<Path> damagedNotes) {
    /** Subfolder with the data for resuming a run; folders of events are recognized by it. */
    public static final String FOLDER = DetectionFolder.STATE;

    /** The journal of a folder of events. */
    public static Path journal(Path folder) {
        return folder.resolve(FOLDER).resolve(DetectionFolder.JOURNAL);
    }

    /**
     * Reads the state of a folder.
     *
     * @throws org.unmute.files.InputException if its settings cannot be read
     * @throws IOException if a file is missing or cannot be read
     */
    public static DetectionState read(Path folder) throws IOException {
        DetectionFolder.settings(folder.resolve(FOLDER));
        List<Path> damaged = new ArrayList<>();
        for (Path file : ReadingLog.filesIn(folder.resolve(FOLDER))) {
            if (ReadingLog.isDamaged(file)) {
                damaged.add(file);
            }
        }
        return EventJournal.inspect(journal(folder), damaged);
    }
}
