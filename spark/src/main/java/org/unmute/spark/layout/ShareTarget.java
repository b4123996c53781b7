package org.unmute.spark.layout;

import java.io.Serializable;
import java.util.EnumSet;
import java.util.Set;
import org.unmute.spark.plan.Kept;

/**
 * Where the tasks of a job write. Sent from the driver to every task. A share has the same number as its shard and its
 * parts of index and events; {@link JobFolder#firstShare} is the first free number.
 *
 * @param folder the job's folder, as an unescaped URI
 * @param job short name of this run, of letters and digits
 * @param manifest whether files are written to their final place, with a manifest to say which count; otherwise they
 *     are written to a temporary place and renamed
 * @param kept which results the files hold
 */
public record ShareTarget(String folder, String job, boolean manifest, Set<Kept> kept) implements Serializable {
    public ShareTarget {
        kept = kept.isEmpty() ? EnumSet.noneOf(Kept.class) : EnumSet.copyOf(kept);
    }

    /** Folder of an attempt, below the job's folder. */
    String attempt(int share, String attempt) {
        return String.format("%s/%s/%05d-%s", JobFolder.ATTEMPTS, job, share, attempt);
    }

    /**
     * Name under which a file counts, such as {@code shard-00012.tok}. Where nothing is renamed, no two attempts may
     * write to the same file, so the name is {@code shard-00012-JOB-ATTEMPT.tok}.
     */
    String name(String stem, int share, String attempt, String suffix) {
        String number = String.format("%s-%05d", stem, share);
        return (manifest ? number + "-" + job + "-" + attempt : number) + suffix;
    }

    /** Where the driver writes a file that is to count under this name in a folder. */
    String aside(String in, String name) {
        return manifest ? in + "/" + name : JobFolder.ATTEMPTS + "/" + job + "/" + in + "-" + name;
    }
}
