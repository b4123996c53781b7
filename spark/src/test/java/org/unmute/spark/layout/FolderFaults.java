package org.unmute.spark.layout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.unmute.files.InputException;
import org.unmute.files.TemporaryFile;
import org.unmute.kernels.contract.fault.Fault;
import org.unmute.kernels.contract.fault.FaultFileSystem;
import org.unmute.kernels.contract.fault.FaultFileSystemProvider;
import org.unmute.kernels.contract.fault.FaultPlan;
import org.unmute.kernels.contract.fault.Operation;
import org.unmute.kernels.contract.fault.Point;
import org.unmute.kernels.contract.fault.Points;
import org.unmute.kernels.contract.fault.Survival;
import org.unmute.kernels.contract.fault.VolatileDisk;
import org.unmute.spark.plan.PlannedClip;

/**
 * Runs jobs into a folder on a local disk under faults: each operation on a file of the folder fails in turn. After
 * each fault, everything that counted before must still count. The next run must end with the rows, tokens and events
 * of an undisturbed run, and leave no other files. The JVM must have been started with {@link FaultFileSystemProvider}
 * as its file system.
 */
final class FolderFaults {
    /**
     * A new folder; one that is continued with changed, touched and new clips; and the same with manifests that say
     * what counts.
     */
    static final List<String> NAMES = List.of("new", "resumed", "manifests");

    private static final int SHARE = 5;
    private static final int MAX_TOLD = 10;

    private final String name;
    private final Path folder;
    private final Configuration configuration = FaultyFileSystem.configuration();
    private final Path work;
    private final List<PlannedClip> planned = new ArrayList<>();
    /** Clips that already have a row and stay unchanged. */
    private final List<PlannedClip> kept = new ArrayList<>();

    private final List<String> losses = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<Fault, Integer> points = new EnumMap<>(Fault.class);
    private Path start;
    private String expected;

    private FolderFaults(Path folder, String name) throws IOException {
        this.name = name;
        this.folder = Files.createDirectories(folder.resolve(name));
        work = this.folder.resolve("job");
        Files.createDirectories(this.folder.resolve("scratch"));
        if (name.equals("new")) {
            planned.addAll(SampleJob.clips(0, 9, "1"));
        } else {
            kept.addAll(SampleJob.clips(3, 7, "1"));
            planned.addAll(SampleJob.clips(0, 3, "2"));
            planned.addAll(kept);
            planned.addAll(SampleJob.clips(7, 8, "touched 1"));
            planned.addAll(SampleJob.clips(8, 13, "1"));
        }
    }

    /** @param args folder for all files; seconds for each name, or 0 to try every point; seed; names */
    public static void main(String[] args) throws Exception {
        if (!(Path.of("").getFileSystem() instanceof FaultFileSystem)) {
            throw new IllegalStateException("faults: start the JVM with -Djava.nio.file.spi.DefaultFileSystemProvider="
                    + FaultFileSystemProvider.class.getName());
        }
        for (String name : Arrays.asList(args).subList(3, args.length)) {
            new FolderFaults(Path.of(args[0]).toAbsolutePath(), name)
                    .run(Double.parseDouble(args[1]), Long.parseLong(args[2]));
        }
        System.exit(0);
    }

    private SampleJob job(String scheme, Path place) {
        return new SampleJob(scheme + place, folder.resolve("scratch"), configuration, false, 1);
    }

    private SampleJob job() {
        return job("file:", work);
    }

    private void run(double seconds, long seed) throws Exception {
        if (!name.equals("new")) {
            start = folder.resolve("start");
            job(name.equals("manifests") ? "s3a://x" : "file:", start).run(SampleJob.clips(0, 8, "1"), 4);
        }
        prepare();
        job().run(planned, SHARE);
        expected = JobFolderTest.state(job());
        Map<Operation, Integer> counts = counts();
        System.out.println(
                "faults: spark, " + name + ": " + Points.total(counts, Points.ALL) + " operations: " + counts);
        List<Point> all = new ArrayList<>(Points.of(counts));
        Collections.shuffle(all, new Random(seed));
        untouched();
        long begun = System.nanoTime();
        for (Point point : all) {
            if (seconds > 0 && System.nanoTime() - begun > seconds * 1e9 && !points.isEmpty()) {
                break;
            }
            tried(point);
            int n = points.values().stream().mapToInt(Integer::intValue).sum();
            if (n % 500 == 0) {
                System.out.println("faults: spark, " + name + ": " + n + " of " + all.size() + " points, "
                        + losses.size() + " losses");
            }
        }
        summarize((System.nanoTime() - begun) / 1e9);
    }

    private void prepare() throws IOException {
        Files.createDirectories(work);
        VolatileDisk.clear(FaultPlan.plain(work));
        if (start != null) {
            try (Stream<Path> all = Files.walk(start)) {
                for (Path each : all.toList()) {
                    Path target = work.resolve(start.relativize(each).toString());
                    if (Files.isDirectory(each)) {
                        Files.createDirectories(target);
                    } else {
                        Files.write(target, Files.readAllBytes(each));
                    }
                }
            }
        }
    }

    private Map<Operation, Integer> counts() throws IOException {
        prepare();
        FaultPlan plan = FaultPlan.counting(work);
        FaultPlan.install(plan);
        job().run(planned, SHARE);
        FaultPlan.install(null);
        Map<Operation, Integer> counts = new EnumMap<>(Operation.class);
        for (Operation operation : Operation.values()) {
            counts.put(operation, plan.seen(operation));
        }
        return counts;
    }

    /** A job that has ended loses nothing, not even its latest writes. */
    private void untouched() throws Exception {
        for (Survival survival : Survival.values()) {
            prepare();
            VolatileDisk disk = new VolatileDisk(work);
            FaultPlan.install(new FaultPlan(work, Fault.POWER_LOSS, Points.CHANGES, Integer.MAX_VALUE, disk));
            try {
                job().run(planned, SHARE);
            } finally {
                FaultPlan.install(null);
            }
            disk.lose(survival, 1);
            compare("power lost after the end leaves " + survival);
        }
    }

    private void tried(Point point) throws Exception {
        prepare();
        VolatileDisk disk = point.survival() == null ? null : new VolatileDisk(work);
        FaultPlan plan = new FaultPlan(work, point.fault(), point.operations(), point.number(), disk);
        FaultPlan.install(plan);
        Exception failure = null;
        try {
            job().run(planned, SHARE);
        } catch (Exception e) { // judged below
            failure = e;
        } finally {
            FaultPlan.install(null);
            Thread.interrupted();
        }
        if (!plan.fired()) {
            return;
        }
        points.merge(point.fault(), 1, Integer::sum);
        if (disk != null) {
            disk.lose(point.survival(), point.number() * 31L + point.seed());
        }
        String where = point + " (" + plan.where() + ")";
        if (disk == null) {
            judge(where, point, plan, failure);
        }
        try {
            requireKept(where);
            job().run(planned, SHARE);
        } catch (Exception | AssertionError e) {
            losses.add(where + ": the next run ends with " + e);
            return;
        }
        compare(where);
    }

    /** Judges the failing run itself: it must end with an exception of a permitted type that names the file. */
    private void judge(String where, Point point, FaultPlan plan, Exception failure) {
        if (failure == null) {
            return; // the operation was not essential, or was repeated: the folder is compared
        }
        if (point.fault() == Fault.SHORT) {
            failures.add(where + ": short transfers are allowed: " + failure);
            return;
        }
        Path path = plan.path();
        String said = failure.toString();
        boolean other = point.fault().lasting() || point.fault() == Fault.INTERRUPTED || TemporaryFile.isOne(path);
        boolean named = said.contains(path.getFileName().toString())
                || path.startsWith(work)
                        && !path.equals(work)
                        && said.contains(path.getParent().toString())
                || (other || path.equals(work)) && said.contains(work.toString());
        boolean kind = failure instanceof IOException || failure instanceof InputException;
        if (!named || !kind) {
            failures.add(where + ": " + failure);
        }
    }

    /** Requires that clips that counted before still count, before anything is done again. */
    private void requireKept(String where) throws IOException {
        try (JobFolder opened = job().open()) {
            for (PlannedClip clip : kept) {
                KnownClips.Standing standing = opened.known().of(clip);
                KnownClips.Standing wanted =
                        SampleJob.isUnusable(clip) ? KnownClips.Standing.FAILED : KnownClips.Standing.DONE;
                if (standing != wanted) {
                    losses.add(where + ": " + clip.clip() + " counted before, and is " + standing);
                    return;
                }
            }
        }
    }

    private void compare(String where) {
        try {
            if (!JobFolderTest.state(job()).equals(expected)) {
                losses.add(where + ": other rows, tokens or events than undisturbed");
            }
            if (!name.equals("manifests")) {
                JobFolderTest.assertClean(job());
            } else if (job().files().stream().anyMatch(file -> file.startsWith("_attempts") || file.endsWith(".tmp"))) {
                losses.add(where + ": left over: " + job().files());
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            losses.add(where + ": after the next run " + e);
        }
    }

    private void summarize(double seconds) {
        told("loss", losses);
        told("wrong failure", failures);
        int n = points.values().stream().mapToInt(Integer::intValue).sum();
        System.out.printf(
                "faults: result: spark, %s: %d points, %d losses, %d wrong failures, %.0f s %s%n",
                name, n, losses.size(), failures.size(), seconds, points);
    }

    private static void told(String what, List<String> all) {
        all.stream().limit(MAX_TOLD).forEach(one -> System.out.println("faults: " + what + ": " + one));
        if (all.size() > MAX_TOLD) {
            System.out.println("faults: and " + (all.size() - MAX_TOLD) + " more of: " + what);
        }
    }
}
