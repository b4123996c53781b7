package org.unmute.spark.layout;

import java.io.Serializable;
import java.util.List;

/**
 * What a task that ended well tells the driver. The driver gets one for each share; attempts that lost are never named.
 *
 * @param number of the share
 * @param files that the task wrote, in the order in which they are to be moved to where they count
 * @param clips rows in the share's index, those with errors among them
 * @param errors how many of them have errors
 * @param seconds of sound embedded
 */
public record ShareResult(int number, List<StoredFile> files, int clips, int errors, double seconds)
        implements Serializable {
    /**
     * A file of a share.
     *
     * @param from where the task put it, below the folder of the job
     * @param to where it counts, below the same; the same as {@code from} where a manifest says what counts
     * @param bytes its size
     * @param sha256 of its bytes, lower-case hexadecimal
     */
    public record StoredFile(String from, String to, long bytes, String sha256) implements Serializable {}

    public ShareResult {
        files = List.copyOf(files);
    }

    /** Bytes of all files. */
    public long bytes() {
        return files.stream().mapToLong(StoredFile::bytes).sum();
    }
}
