package org.unmute.spark.layout;

import java.io.Serializable;
import java.util.List;

/**
 * The result that a successful task sends to the driver. The driver gets one for each share; attempts that lost are not
 * included.
 *
 * @param number number of the share
 * @param files files that the task wrote, in the order in which they are moved to where they count
 * @param clips number of rows in the share's index, including those with errors
 * @param errors number of rows with errors
 * @param seconds seconds of sound embedded
 */
public record ShareResult(int number, List<StoredFile> files, int clips, int errors, double seconds)
        implements Serializable {
    /**
     * A file of a share.
     *
     * @param from where the task wrote the file, below the job's folder
     * @param to where the file counts, below the job's folder; equal to {@code from} if a manifest says which files
     *     count
     * @param bytes size of the file
     * @param sha256 digest of its bytes, in lower-case hexadecimal
     */
    public record StoredFile(String from, String to, long bytes, String sha256) implements Serializable {}

    public ShareResult {
        files = List.copyOf(files);
    }

    /** Total size of all files in bytes. */
    public long bytes() {
        return files.stream().mapToLong(StoredFile::bytes).sum();
    }
}
