package org.unmute.spark.layout;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;

/**
 * One driver's right to commit to a folder. On a local disk it is a lock of the operating system, which ends with the
 * process; elsewhere it is a {@link DriverLease}, which ends when its driver stops showing signs of life.
 */
final class JobLock implements Closeable {
    private final FolderLock local;
    private final DriverLease lease;

    private JobLock(FolderLock local, DriverLease lease) {
        this.local = local;
        this.lease = lease;
    }

    /**
     * Acquires the lock.
     *
     * @param job name of the run
     * @param broken whether to take the lock at once from another driver
     * @param tell receives messages about what is being waited for
     * @throws InputException if another process has the lock
     */
    static JobLock acquire(JobStore store, String job, boolean broken, Consumer<String> tell) throws IOException {
        Optional<Path> folder = store.local();
        if (folder.isEmpty()) {
            return new JobLock(null, DriverLease.acquire(store, job, broken, tell));
        }
        try {
            return new JobLock(FolderLock.acquire(folder.get(), FolderLock.NAME), null);
        } catch (FolderLock.HeldException e) {
            throw new InputException(e.getMessage(), e);
        }
    }

    /** @throws IOException if another driver has the folder, or may have it */
    void requireHeld() throws IOException {
        if (lease != null) {
            lease.requireHeld();
        }
    }

    @Override
    public void close() throws IOException {
        if (local != null) {
            local.close();
        } else {
            lease.close();
        }
    }
}
