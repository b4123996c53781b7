package org.unmute.cli.fault;

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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.cli.Ran;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.FolderManifest;
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

/**
 * Runs scenarios under faults: each operation fails in turn, and the scenario is then rerun without a fault. The
 * failing run must end with a documented status and name the file; the rerun must end with the same files as an
 * undisturbed run. The JVM must use {@link FaultFileSystemProvider} as its file system.
 */
final class Campaign {
    private static final Pattern SHARD = Pattern.compile("(.*)/shard-\\d+\\.tok ");
    /** What follows from the order of a cache's records: vectors, and the digest of the tokens in settings. */
    private static final Pattern DERIVED = Pattern.compile(
            "\\S+\\.vectors differs: .*|\\S+(run|settings)\\.json differs: '[^']*\"tokens\":\"[^']*' .*");

    private static final int MAX_TOLD = 25;

    private final Path folder;
    private final long nanos;
    private final long seed;
    private Scenario scenario;
    private Outputs expected;
    private Path kept;
    private final Map<Fault, Integer> points = new EnumMap<>(Fault.class);
    private final List<String> losses = new ArrayList<>();
    private final List<String> statuses = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();
    private final Map<String, Integer> reordered = new TreeMap<>();

    private Campaign(Path folder, double seconds, long seed) {
        this.folder = folder;
        this.nanos = seconds <= 0 ? Long.MAX_VALUE : (long) (seconds * 1e9);
        this.seed = seed;
    }

    /**
     * @param args a folder for all files; seconds for each scenario, or 0 for every point; a seed for choosing points;
     *     the names of scenarios
     */
    public static void main(String[] args) throws Exception {
        if (!(Path.of("").getFileSystem() instanceof FaultFileSystem)) {
            throw new IllegalStateException("faults: start the JVM with -Djava.nio.file.spi.DefaultFileSystemProvider="
                    + FaultFileSystemProvider.class.getName());
        }
        Path folder = Path.of(args[0]).toAbsolutePath();
        double seconds = Double.parseDouble(args[1]);
        long seed = Long.parseLong(args[2]);
        for (String name : Arrays.asList(args).subList(3, args.length)) {
            new Campaign(folder, seconds, seed).run(name);
        }
        System.exit(0);
    }

    private void run(String name) throws Exception {
        scenario = new Scenarios(folder).named(name.replaceAll("-.*", ""));
        expected = undisturbed();
        if (name.endsWith(Scenarios.RESUMED)) {
            scenario = scenario.startingFrom(name, halfWay());
        } else if (name.endsWith(Scenarios.AGAIN)) {
            scenario = scenario.startingFrom(name, kept);
        }
        Map<Operation, Integer> counts = counts();
        System.out.println("faults: " + name + ": " + Points.total(counts, Points.ALL) + " operations: " + counts);
        List<Point> all = Points.of(counts);
        long begun = System.nanoTime();
        if (nanos == Long.MAX_VALUE) {
            for (Point first : all) {
                if (first.number() == 1) {
                    for (Point p = first; tried(p); p = p.next()) {
                        tell();
                    }
                }
            }
        } else {
            Collections.shuffle(all, new Random(seed));
            for (Point p : all) {
                if (System.nanoTime() - begun > nanos && !points.isEmpty()) {
                    break;
                }
                tried(p);
            }
        }
        summarize(name, (System.nanoTime() - begun) / 1e9);
    }

    private Outputs undisturbed() throws Exception {
        scenario.prepare();
        Ran ran = scenario.once().run();
        if (ran.status() != ExitCode.OK) {
            throw new IllegalStateException("faults: " + scenario.name() + " fails without a fault: " + ran);
        }
        kept = folder.resolve("kept").resolve(scenario.name());
        Scenario.copy(scenario.work(), kept);
        return Outputs.of(scenario.work());
    }

    /** The files that remain after a power failure midway. */
    private Path halfWay() throws Exception {
        int middle = Points.total(counts(), Points.CHANGES) / 2;
        scenario.prepare();
        Point point = new Point(Fault.POWER_LOSS, Points.CHANGES, Math.max(1, middle), Survival.SOME, 7);
        attempt(point);
        Path left = folder.resolve("left").resolve(scenario.name());
        Scenario.copy(scenario.work(), left);
        return left;
    }

    /** The number of operations of each kind in an undisturbed run. */
    private Map<Operation, Integer> counts() throws Exception {
        scenario.prepare();
        FaultPlan plan = FaultPlan.counting(folder);
        FaultPlan.install(plan);
        scenario.once().run();
        FaultPlan.install(null);
        Map<Operation, Integer> counts = new EnumMap<>(Operation.class);
        for (Operation operation : Operation.values()) {
            counts.put(operation, plan.seen(operation));
        }
        return counts;
    }

    /** Runs the scenario with a fault and again without; false if the fault did not occur. */
    private boolean tried(Point point) throws Exception {
        scenario.prepare();
        Attempt attempt = attempt(point);
        if (!attempt.plan().fired()) {
            return false;
        }
        points.merge(point.fault(), 1, Integer::sum);
        String where = scenario.name() + ": " + point + " (" + attempt.plan().where() + ")";
        if (point.fault() != Fault.POWER_LOSS) {
            judge(where, point, attempt);
        } else if (scenario.marker() != null && Files.exists(scenario.marker())) {
            List<String> wrong = Outputs.of(scenario.work()).differences(expected).stream()
                    .filter(difference -> !difference.endsWith(Outputs.LEFT_OVER))
                    // The manifest is written after the marker and says until then that everything is unfinished.
                    .filter(difference -> !difference.contains(FolderManifest.FILE + " differs: 'unfinished'"))
                    .toList();
            if (!wrong.isEmpty()) {
                losses.add(where + ": " + scenario.marker() + " is there, but " + String.join("; ", wrong));
            }
        }
        Ran again = scenario.again().run();
        if (again.status() != ExitCode.OK) {
            losses.add(where + ": the next run ends with " + again.status() + ": "
                    + again.err().strip());
            return true;
        }
        compare(where);
        return true;
    }

    private record Attempt(FaultPlan plan, Ran ran) {}

    private Attempt attempt(Point point) throws Exception {
        VolatileDisk disk = point.survival() == null ? null : new VolatileDisk(scenario.work());
        FaultPlan plan = new FaultPlan(folder, point.fault(), point.operations(), point.number(), disk);
        FaultPlan.install(plan);
        Ran ran;
        try {
            ran = scenario.once().run();
        } finally {
            FaultPlan.install(null);
            Thread.interrupted();
        }
        if (disk != null && plan.fired()) {
            disk.lose(point.survival(), point.number() * 31L + point.seed());
        }
        return new Attempt(plan, ran);
    }

    /** Checks the status and the messages of the failing run. */
    private void judge(String where, Point point, Attempt attempt) throws IOException {
        Ran ran = attempt.ran();
        boolean bug = ran.err().contains("a bug");
        if (bug || ran.status() != ExitCode.OK && ran.status() != ExitCode.FAILED && ran.status() != ExitCode.INPUT) {
            statuses.add(where + ": " + ran);
            return;
        }
        if (point.fault() == Fault.SHORT && ran.status() != ExitCode.OK) {
            statuses.add(where + ": short transfers are allowed: " + ran);
            return;
        }
        if (ran.status() == ExitCode.OK && done()) {
            return;
        }
        String said = ran.err() + ran.out();
        Path path = attempt.plan().path();
        Path parent = path.getParent();
        // With a lasting fault or an interrupt, which the thread keeps, the failure of the first operation may be
        // harmless. For a temporary file, the message names its target.
        boolean other = point.fault().lasting() || point.fault() == Fault.INTERRUPTED || TemporaryFile.isOne(path);
        boolean named = said.contains(path.getFileName().toString())
                || said.contains(parent.toString())
                || other && said.contains(FaultPlan.plain(folder).toString());
        if (!named) {
            messages.add(where + ": " + ran.status() + ": "
                    + ran.err().lines().reduce((one, next) -> next).orElse(""));
        }
    }

    /** Whether all files equal those of an undisturbed run. */
    private boolean done() {
        try {
            return Outputs.of(scenario.work()).differences(expected).isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private void compare(String where) throws IOException {
        Outputs now;
        try {
            now = Outputs.of(scenario.work());
        } catch (IOException e) {
            losses.add(where + ": a file cannot be read after the next run: " + e.getMessage());
            return;
        }
        List<String> differences = now.differences(expected);
        if (differences.isEmpty()) {
            return;
        }
        if (sameTokens(differences)) {
            reordered.merge(where.replaceAll(" at number.*", ""), 1, Integer::sum);
            return;
        }
        losses.add(where + ": after the next run " + String.join("; ", differences));
    }

    /**
     * Whether only the order of a cache's records differs: clips that were lost or skipped follow the others when they
     * are added again.
     */
    private boolean sameTokens(List<String> differences) {
        Set<Path> caches = new TreeSet<>();
        for (String difference : differences) {
            Matcher shard = SHARD.matcher(difference);
            if (shard.lookingAt()) {
                caches.add(Path.of(shard.group(1)));
            } else if (!DERIVED.matcher(difference).matches()) {
                return false;
            }
        }
        try {
            for (Path cache : caches) {
                Map<String, String> here = Outputs.tokens(scenario.work().resolve(cache));
                if (!here.equals(Outputs.tokens(kept.resolve(cache)))) {
                    return false;
                }
            }
            return !caches.isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private void tell() {
        int n = points.values().stream().mapToInt(Integer::intValue).sum();
        if (n % 200 == 0) {
            System.out.println("faults: " + scenario.name() + ": " + n + " points, " + losses.size() + " losses, "
                    + statuses.size() + " wrong statuses, " + messages.size() + " messages without the file");
        }
    }

    private void summarize(String name, double seconds) {
        told("loss", losses);
        told("wrong status", statuses);
        told("message without the file", messages);
        reordered.forEach((where, n) ->
                System.out.println("faults: same tokens in another order: " + where + ": " + n + " times"));
        int n = points.values().stream().mapToInt(Integer::intValue).sum();
        System.out.printf(
                "faults: result: %s: %d points, %d losses, %d wrong statuses, %d messages without the file, %.0f s"
                        + " %s%n",
                name, n, losses.size(), statuses.size(), messages.size(), seconds, points);
    }

    private static void told(String what, List<String> all) {
        all.stream().limit(MAX_TOLD).forEach(one -> System.out.println("faults: " + what + ": " + one));
        if (all.size() > MAX_TOLD) {
            System.out.println("faults: and " + (all.size() - MAX_TOLD) + " more of: " + what);
        }
    }
}
