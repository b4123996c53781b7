package org.unmute.spark.layout;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.Sha256;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ClipRow;

/**
 * Measures time and memory of a driver's work on a folder of many clips: {@code FolderAtScale ROWS FOLDER}, with a new
 * folder on any file system. Tasks write rows without vectors; their time is not counted.
 */
public final class FolderAtScale {
    private static final int ROWS_OF_SHARE = 1250;
    private static final Set<Kept> KEPT = EnumSet.noneOf(Kept.class);
    private static final String SHA256 = Sha256.of("the same audio");

    private FolderAtScale() {}

    /** Seconds for the driver's steps, and peak heap in bytes while it reopened the folder. */
    record Taken(int rows, int shares, double commit, double complete, double open, double compare, long peakBytes) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d rows in %d shares: committed in %.1f s, ended in %.1f s; opened again with the index in %.1f s,"
                            + " compared with the plan in %.1f s; heap at most %d MiB, the plan of the test included",
                    rows,
                    shares,
                    commit,
                    complete,
                    open,
                    compare,
                    peakBytes >> 20);
        }
    }

    public static void main(String[] args) throws IOException {
        System.out.println(run(Integer.parseInt(args[0]), args[1], new Configuration()));
    }

    static Taken run(int rows, String folder, Configuration configuration) throws IOException {
        Path scratch = Files.createTempDirectory("scale");
        List<PlannedClip> clips = clips(rows);
        double commit;
        double complete;
        int shares = 0;
        try (JobFolder opened = JobFolder.open(folder, SampleJob.key("hash"), false, configuration)) {
            List<ShareResult> results = new ArrayList<>();
            for (int at = 0; at < rows; at += ROWS_OF_SHARE) {
                results.add(share(
                        opened.target(KEPT),
                        shares++,
                        clips.subList(at, Math.min(rows, at + ROWS_OF_SHARE)),
                        scratch,
                        configuration));
            }
            long start = System.nanoTime();
            try (ShareCommits commits = opened.commits()) {
                for (ShareResult result : results) {
                    commits.add(result);
                }
                commits.finish();
            }
            commit = since(start);
            start = System.nanoTime();
            opened.complete(false, new RunRecord(List.of("scale")));
            complete = since(start);
        }
        pools().forEach(MemoryPoolMXBean::resetPeakUsage);
        long start = System.nanoTime();
        try (JobFolder opened = JobFolder.open(folder, SampleJob.key("hash"), false, configuration)) {
            double open = since(start);
            start = System.nanoTime();
            for (PlannedClip clip : clips) {
                if (opened.known().of(clip) != KnownClips.Standing.DONE) {
                    throw new AssertionError(clip + " is " + opened.known().of(clip));
                }
            }
            long peak = pools().stream()
                    .mapToLong(pool -> pool.getPeakUsage().getUsed())
                    .sum();
            return new Taken(rows, shares, commit, complete, open, since(start), peak);
        }
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<MemoryPoolMXBean> pools() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
    }

    private static List<PlannedClip> clips(int rows) {
        List<PlannedClip> clips = new ArrayList<>(rows);
        for (int i = 0; i < rows; i++) {
            String file = String.format("station-%03d/2026/recording-%07d.flac", i / 10_000, i);
            clips.add(new PlannedClip(
                    file,
                    file,
                    "hdfs://cluster/audio/" + file,
                    0,
                    Double.POSITIVE_INFINITY,
                    10,
                    "bird;rain",
                    "train",
                    (320_000 + i) + "-1790000000000"));
        }
        return clips;
    }

    private static ShareResult share(
            ShareTarget target, int share, List<PlannedClip> clips, Path scratch, Configuration configuration)
            throws IOException {
        Path disk = Files.createDirectory(scratch.resolve("share"));
        try (ShareWriter writer = ShareWriter.open(target, share, "0", disk, null, configuration)) {
            for (PlannedClip c : clips) {
                writer.add(new ClipRow(c.origin(), SHA256, null, null, null), null, List.of(), c.seconds());
            }
            return writer.finish();
        }
    }
}
