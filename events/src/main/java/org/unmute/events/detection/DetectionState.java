package org.unmute.events.detection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a folder of events knows about its recordings, read to the last byte and without changing anything.
 *
 * @param recordings with known events
 * @param events of all recordings
 * @param rest bytes after the last whole recording; the next run hears those recordings again
 * @param changed whether they are other than a process leaves that is killed while it writes
 * @param damagedNotes files that say how far a recording was read, and are other than such a process leaves them
 */
public record DetectionState(int recordings, long events, long rest, boolean changed, List<Path> damagedNotes) {
    /** Subfolder of what a run needs to go on, by which a folder of events is recognized. */
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
