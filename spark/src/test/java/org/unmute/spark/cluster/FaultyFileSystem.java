package org.unmute.spark.cluster;

import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.TaskContext;

/**
 * The local file system, on which writes of chosen tasks fail or are delayed. Replaces {@code file:} through the
 * setting {@code fs.file.impl}.
 */
public final class FaultyFileSystem extends LocalFileSystem {
    /** Setting: creating a file is disturbed if its name contains this. */
    static final String FILES = "unmute.test.files";
    /** Setting: the partition whose first attempts fail. */
    static final String FAILING = "unmute.test.failing.partition";
    /** Setting: the number of attempts that fail. */
    static final String FAILURES = "unmute.test.failures";
    /** Setting: the partition whose first attempt blocks at its first write until it is interrupted. */
    static final String HELD = "unmute.test.held.partition";
    /** Setting: the file to which a held attempt writes the id of its process. */
    static final String MARK = "unmute.test.mark";

    private static final int POLL_MILLIS = 20;

    /** Called by Hadoop. */
    public FaultyFileSystem() {
        super(new Raw());
    }

    /** The file system below the one that adds checksums, which jobs do not use. */
    private static final class Raw extends RawLocalFileSystem {
        @Override
        public FSDataOutputStream create(
                Path file, boolean overwrite, int buffer, short replication, long block, Progressable progress)
                throws IOException {
            disturb(file);
            return super.create(file, overwrite, buffer, replication, block, progress);
        }

        @Override
        public FSDataOutputStream create(
                Path file,
                FsPermission permission,
                boolean overwrite,
                int buffer,
                short replication,
                long block,
                Progressable progress)
                throws IOException {
            disturb(file);
            return super.create(file, permission, overwrite, buffer, replication, block, progress);
        }

        private void disturb(Path file) throws IOException {
            TaskContext task = TaskContext.get();
            String files = getConf().get(FILES);
            if (task == null || files == null || !file.toString().contains(files)) {
                return;
            }
            if (task.partitionId() == getConf().getInt(FAILING, -1)
                    && task.attemptNumber() < getConf().getInt(FAILURES, 0)) {
                throw new IOException(
                        "injected: attempt " + task.attemptNumber() + " of partition " + task.partitionId());
            }
            if (task.partitionId() == getConf().getInt(HELD, -1) && task.attemptNumber() == 0) {
                hold(java.nio.file.Path.of(getConf().get(MARK)));
            }
        }

        private static void hold(java.nio.file.Path mark) throws IOException {
            java.nio.file.Path unfinished = mark.resolveSibling(mark.getFileName() + ".tmp");
            Files.writeString(unfinished, String.valueOf(ProcessHandle.current().pid()));
            Files.move(unfinished, mark);
            try {
                while (!TaskContext.get().isInterrupted()) {
                    Thread.sleep(POLL_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("injected: a held attempt was ended");
        }
    }
}
