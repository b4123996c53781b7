package org.unmute.spark.layout;

import java.io.Serializable;
import java.util.EnumSet;
import java.util.Set;
import org.unmute.spark.plan.Kept;

/**
 * Where the tasks of a job write. Travels from the driver to every task. A share's number is that of its shard, and of
 * its parts of index and events: {@link JobFolder#firstShare} is the first that is free.
 *
 * @param folder of the job, as a URI in which nothing is escaped
 * @param job short name of this run, of letters and digits
 * @param manifest whether files are written where they stay, and a manifest says which count; else they are written
 *     aside and renamed
 * @param kept what the files hold
 */
public record ShareTarget(String folder, String job, boolean manifest, Set<Kept> kept) implements Serializable {
    public ShareTarget {
        kept = kept.isEmpty() ? EnumSet.noneOf(Kept.class) : EnumSet.copyOf(kept);
    }

    /** Folder of an attempt, below that of the job. */
    String attempt(int share, String attempt) {
        return String.format("%s/%s/%05d-%s", JobFolder.ATTEMPTS, job, share, attempt);
    }

    /**
     * Name under which a file counts, such as {@code shard-00012.tok}. Where nothing is renamed no two attempts may
     * write to the same: {@code shard-00012-JOB-ATTEMPT.tok}.
     */
    String name(String stem, int share, String attempt, String suffix) {
        String number = String.format("%s-%05d", stem, share);
        return (manifest ? number + "-" + job + "-" + attempt : number) + suffix;
    }

    /** Where the driver writes a file that is to count in a folder under this name. */
    String aside(String in, String name) {
        return manifest ? in + "/" + name : JobFolder.ATTEMPTS + "/" + job + "/" + in + "-" + name;
    }
}
