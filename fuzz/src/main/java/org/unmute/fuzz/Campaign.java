package org.unmute.fuzz;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.unmute.files.AtomicFile;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.fuzz.format.SeedFiles;
import org.unmute.fuzz.format.Targets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Fuzzes targets, several at once, each for a total time. A folder keeps the progress, so that the next call continues
 * from there, even after a kill.
 */
@Command(
        name = "fuzz/fuzz",
        description = "Fuzzes the readers of untrusted bytes, guided by coverage. Called again, it resumes where it"
                + " stopped; a target that has had its time is left alone.",
        footer = {
            "",
            "Exit status: 0 no findings; 1 findings; 2 wrong usage or a damaged state folder; 3 the engine did not"
                    + " run.",
        },
        sortOptions = false)
public final class Campaign {
    /** Exit status: nothing was found. */
    public static final int CLEAN = 0;

    /** Exit status: there are findings. */
    public static final int FOUND = 1;

    private static final int USAGE = 2;
    private static final int NOT_RUN = 3;
    /** A process that ended because of a timeout or lack of memory is restarted at most this often. */
    private static final int MAX_STARTS = 20;

    private static final int START_SECONDS = 5;
    private static final int LONG = 60;

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and stop.")
    private boolean help;

    @Parameters(
            arity = "0..*",
            paramLabel = "TARGET",
            description = "What to fuzz; all, if none is named. \"mixed\" is a quick look at all in one process.")
    private List<String> names = List.of();

    @Option(
            names = "--seconds",
            description = "Time of a processor for each target over all calls. Default: ${DEFAULT-VALUE}.")
    private int seconds = 600;

    @Option(
            names = "--executions",
            description = "Inputs for each target over all calls, after which it ends before its time.")
    private long executions = Long.MAX_VALUE;

    @Option(
            names = "--seed",
            description = "Seed of the engine's random numbers, 1 or more; another each time if not given.")
    private long seed;

    @Option(names = "--jobs", description = "Targets at once, one processor core each. Default: ${DEFAULT-VALUE}.")
    private int jobs = 2;

    @Option(
            names = "--state",
            description = "Folder that keeps corpus, progress and findings. Default: ${DEFAULT-VALUE}.")
    private Path state = Path.of("runs/fuzz");

    @Option(names = "--root", description = "Folder of the source tree, whose tests have seeds.", hidden = true)
    private Path root = Path.of("");

    @Option(names = "--list", description = "Print the targets and stop.")
    private boolean list;

    @Option(names = "--replay", paramLabel = "FILE", description = "Run one input on the one target named, and stop.")
    private Path replay;

    private final PrintWriter out;
    private volatile boolean stopping;

    Campaign(PrintWriter out) {
        this.out = out;
    }

    /** Runs the command and exits. */
    public static void main(String[] args) {
        System.exit(run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), args));
    }

    /**
     * Runs the command in this process; the engines run in separate processes.
     *
     * @return the exit status
     */
    public static int run(PrintWriter out, String... args) {
        Campaign campaign = new Campaign(out);
        CommandLine line = new CommandLine(campaign);
        try {
            line.parseArgs(args);
            if (line.isUsageHelpRequested()) {
                line.usage(out);
                return CLEAN;
            }
            return campaign.call();
        } catch (CommandLine.ParameterException | IllegalArgumentException | InputException e) {
            System.err.println("fuzz: " + e.getMessage().replaceFirst("^fuzz: ", ""));
            return USAGE;
        } catch (IOException e) {
            System.err.println("fuzz: " + String.valueOf(e.getMessage()).replaceFirst("^fuzz: ", ""));
            return NOT_RUN;
        }
    }

    private int call() throws IOException {
        if (list) {
            Targets.names().forEach(out::println);
            return CLEAN;
        }
        List<String> targets =
                names.isEmpty() ? Targets.names() : names.stream().distinct().toList();
        targets.stream().filter(t -> !t.equals(MixedInput.NAME)).forEach(Targets::named);
        if (seconds < 1 || jobs < 1 || executions < 1 || seed < 0) {
            throw new IllegalArgumentException("--seconds, --jobs, --executions and --seed must be at least 1: "
                    + seconds + ", " + jobs + ", " + executions + ", " + seed);
        }
        if (replay != null) {
            return replay(targets);
        }
        Path scratch = Files.createTempDirectory(
                Files.isWritable(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir")),
                "unmute-fuzz-");
        Thread cleaner = Thread.ofPlatform().unstarted(() -> remove(scratch));
        Runtime.getRuntime().addShutdownHook(cleaner);
        try (FolderLock _ = FolderLock.acquire(Files.createDirectories(state), FolderLock.NAME)) {
            return fuzz(targets, scratch);
        } finally {
            remove(scratch);
        }
    }

    private int replay(List<String> targets) throws IOException {
        if (targets.size() != 1) {
            throw new IllegalArgumentException("--replay needs the one target that reads the file: name it");
        }
        byte[] input = Files.readAllBytes(replay);
        try (Bounds bounds = new Bounds(Files.createTempDirectory("unmute-fuzz-"))) {
            boolean accepted = bounds.check(Targets.named(targets.getFirst()), input);
            out.println(replay + " is " + (accepted ? "accepted" : "refused") + " by " + targets.getFirst());
            return CLEAN;
        } catch (RuntimeException | Error e) {
            e.printStackTrace(out);
            return FOUND;
        }
    }

    private int fuzz(List<String> targets, Path scratch) throws IOException {
        Path states = state.toAbsolutePath();
        List<EngineProcess> running = new ArrayList<>();
        Thread stopper = Thread.ofPlatform().unstarted(() -> {
            stopping = true;
            synchronized (running) {
                running.forEach(EngineProcess::stop);
            }
        });
        Runtime.getRuntime().addShutdownHook(stopper);
        Map<String, Future<TargetProgress>> results = new LinkedHashMap<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(jobs)) {
            for (String target : targets) {
                results.put(target, pool.submit(() -> fuzz(target, states, scratch, running)));
            }
        }
        Map<String, TargetProgress> all = new LinkedHashMap<>();
        IOException failure = null;
        for (Map.Entry<String, Future<TargetProgress>> e : results.entrySet()) {
            try {
                all.put(e.getKey(), e.getValue().get());
            } catch (ExecutionException | InterruptedException x) {
                failure = new IOException(
                        x.getCause() == null ? x.toString() : x.getCause().getMessage(), x);
                System.err.println("fuzz: " + failure.getMessage());
            }
        }
        Summary summary = new Summary(all);
        AtomicFile.write(states.resolve("summary.md"), summary.markdown().getBytes(StandardCharsets.UTF_8));
        out.print(summary.markdown());
        out.flush();
        return failure != null ? NOT_RUN : summary.findings() > 0 ? FOUND : CLEAN;
    }

    /** Fuzzes a target for its remaining time. */
    private TargetProgress fuzz(String target, Path states, Path scratch, List<EngineProcess> running)
            throws IOException {
        Path folder = Files.createDirectories(states.resolve(target));
        Path own = Files.createDirectories(scratch.resolve(target));
        SeedFiles files = new SeedFiles(root, Files.createDirectories(own.resolve("made")));
        List<byte[]> seeds = target.equals(MixedInput.NAME)
                ? MixedInput.seeds(files)
                : Targets.named(target).seeds().contents(files);
        TargetProgress progress = TargetProgress.of(folder);
        double slowness = 1;
        for (int start = 0; start < MAX_STARTS && !stopping && !done(progress); start++) {
            EngineProcess engine = new EngineProcess(target, folder, own, seed);
            synchronized (running) {
                running.add(engine);
            }
            int left = (int) Math.ceil((seconds - progress.seconds()) * slowness);
            // The engine counts wall-clock time from its start; this class counts CPU time from the first input.
            progress =
                    engine.run(seeds, left >= LONG ? left + START_SECONDS : left, executions - progress.executions());
            slowness = engine.slowness();
            say(target, progress);
        }
        return progress;
    }

    /** Whether the time is used up, apart from a rest too short to start another process. */
    private boolean done(TargetProgress progress) {
        boolean begun = progress.executions() > 0;
        double slack = Math.min(seconds / 2.0, 2 * START_SECONDS);
        return progress.executions() >= executions || begun && progress.seconds() > seconds - slack;
    }

    private synchronized void say(String name, TargetProgress p) {
        out.printf(
                "%s: %.0f s, %d executions, %d edges, %d findings%n",
                name, p.seconds(), p.executions(), p.edges(), p.findings().size());
        out.flush();
    }

    /** Removes a folder. Also runs in a shutdown hook, so failures are printed rather than thrown. */
    private static void remove(Path folder) {
        try {
            Bounds.remove(folder);
        } catch (IOException e) {
            System.err.println("fuzz: " + folder + " could not be removed: " + e);
        }
    }
}
