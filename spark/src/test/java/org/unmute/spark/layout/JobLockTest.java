package org.unmute.spark.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.InputException;

/** The lock of a folder that is not on a local disk. */
class JobLockTest {
    @TempDir
    Path folder;

    /** The local disk under another scheme, as a store that knows no locks of the operating system. */
    public static final class Store extends RawLocalFileSystem {
        @Override
        public URI getUri() {
            return URI.create("store:///");
        }
    }

    private JobStore store() throws IOException {
        Configuration configuration = new Configuration();
        configuration.setClass("fs.store.impl", Store.class, RawLocalFileSystem.class);
        return JobStore.of("store://" + folder, configuration);
    }

    @Test
    void oneDriverAtATime() throws IOException {
        try (JobLock first = JobLock.acquire(store(), "first", false)) {
            first.requireHeld();
            assertFails(
                    InputException.class,
                    () -> JobLock.acquire(store(), "second", false),
                    "is being filled by another job, of user ",
                    "process " + ProcessHandle.current().pid(),
                    "--break-lock");
        }
        assertThat(folder.resolve(JobLock.FILE)).doesNotExist();
        JobLock.acquire(store(), "second", false).close();
    }

    @Test
    void whoBreaksALockHasIt() throws IOException {
        JobLock dead = JobLock.acquire(store(), "dead", false);
        try (JobLock next = JobLock.acquire(store(), "next", true)) {
            assertFails(IOException.class, dead::requireHeld, "another job has taken this folder");
            dead.close();
            next.requireHeld();
        }
        assertThat(folder.resolve(JobLock.FILE)).doesNotExist();
    }

    @Test
    void aLockThatWasCutIsALock() throws IOException {
        Files.writeString(folder.resolve(JobLock.FILE), "{\"run\":");
        assertFails(InputException.class, () -> JobLock.acquire(store(), "second", false), "as _lock.json says: {");
    }
}
