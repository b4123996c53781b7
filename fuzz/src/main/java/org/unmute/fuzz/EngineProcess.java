package org.unmute.fuzz;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.unmute.fuzz.format.SeedFiles;

/**
 * The engine running on one target in a separate process. Its lasting output is in the target's folder: {@code
 * corpus}, {@code findings}, {@code progress.json} and {@code engine.log}.
 */
final class EngineProcess {
    private static final String ENGINE = "com.code_intelligence.jazzer.Jazzer";
    /** This program's code, and the libraries that parse bytes for it. */
    private static final String INSTRUMENTED = String.join(
            System.getProperty("path.separator"),
            "org.unmute.**",
            "javazoom.jl.**",
            "com.fasterxml.jackson.core.**",
            "com.fasterxml.jackson.dataformat.**");

    /** In wall-clock time, including class loading; {@link Bounds} measures CPU time. */
    private static final int TIMEOUT_SECONDS = 120;

    private static final long FEW = 20_000;
    private static final long SAVE_NANOS = 2_000_000_000L;
    private static final int TAIL = 12;

    private final String target;
    private final Path folder;
    private final Path scratch;
    private final long seed;
    private volatile Process process;
    private volatile boolean stopped;
    private double slowness = 1;

    /**
     * @param target name of a target, or {@link MixedInput#NAME}
     * @param folder folder of the target
     * @param scratch folder for seeds and for files that the target reads; should be fast, since each input is written
     *     there
     * @param seed seed of the engine's random numbers; 0 for a different one each time
     */
    EngineProcess(String target, Path folder, Path scratch, long seed) {
        this.target = target;
        this.folder = folder;
        this.scratch = scratch;
        this.seed = seed;
    }

    /** Wall-clock seconds per CPU second in the last run: 1 on an otherwise idle machine. */
    double slowness() {
        return slowness;
    }

    /** Ends the process. Its findings are kept. */
    void stop() {
        stopped = true;
        Process running = process;
        if (running != null) {
            running.destroy();
        }
    }

    /**
     * Runs the engine.
     *
     * @param seeds valid files
     * @param seconds max seconds of fuzzing
     * @param executions max number of inputs
     * @return the progress, which has been saved
     * @throws IOException if the process could not be started, or ended before the first input
     */
    TargetProgress run(List<byte[]> seeds, int seconds, long executions) throws IOException {
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path findings = Files.createDirectories(folder.resolve("findings"));
        Path seedFolder = Files.createDirectories(scratch.resolve("seeds"));
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(seedFolder.resolve("seed-" + i), seeds.get(i));
        }
        Path log = folder.resolve("engine.log");
        Process started = new ProcessBuilder(command(seconds, executions, corpus, findings, seedFolder))
                .redirectErrorStream(true)
                .directory(scratch.toFile())
                .start();
        process = started;
        if (stopped) {
            started.destroy();
        }
        started.getOutputStream().close();
        EngineLog read = new EngineLog(TargetProgress.of(folder));
        Clock clock = new Clock(started.toHandle());
        List<String> tail = new ArrayList<>();
        try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
                BufferedWriter out = Files.newBufferedWriter(
                        log, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            long saved = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.write(line);
                out.newLine();
                tail.add(line);
                tail.subList(0, Math.max(0, tail.size() - TAIL)).clear();
                if (read.accept(line, clock.nanos()) && System.nanoTime() - saved > SAVE_NANOS) {
                    read.progress().save(folder);
                    saved = System.nanoTime();
                }
            }
            started.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            started.destroy();
            slowness = clock.slowness();
            read.progress().save(folder);
            Bounds.remove(folder.resolve("tmp"));
        }
        if (!read.started() && !stopped) {
            throw new IOException("fuzz: the engine ended before the first input of " + target + ", with status "
                    + started.exitValue() + "; the last lines of " + log + ":\n" + String.join("\n", tail));
        }
        return read.progress();
    }

    private List<String> command(int seconds, long executions, Path corpus, Path findings, Path seedFolder)
            throws IOException {
        // The engine unpacks a native library, which may not be executable on an in-memory file system.
        Path temporary = folder.resolve("tmp");
        Bounds.remove(temporary);
        Files.createDirectories(temporary);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                // The engine attaches its agent to its own process, and reads memory that libFuzzer shares with it.
                "-XX:+EnableDynamicAgentLoading",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-OmitStackTraceInFastThrow",
                "-Djava.io.tmpdir=" + temporary,
                "-D" + EngineEntry.FOLDER + "=" + scratch.resolve("inputs"),
                "-cp",
                System.getProperty("java.class.path"),
                ENGINE,
                "--target_class=" + EngineEntry.class.getName(),
                "--target_args=" + target,
                "--instrumentation_includes=" + INSTRUMENTED,
                "--instrumentation_excludes=org.unmute.fuzz.**",
                "--custom_hook_includes=" + INSTRUMENTED,
                "--keep_going=0",
                "--reproducer_path=" + temporary,
                "-artifact_prefix=" + findings + "/",
                "-max_total_time=" + seconds,
                "-runs=" + Math.min(executions, Integer.MAX_VALUE),
                "-max_len=" + SeedFiles.MAX_BYTES,
                "-timeout=" + TIMEOUT_SECONDS,
                // Otherwise, an input that takes 10 s of wall-clock time on a busy machine would be a finding.
                "-report_slow_units=" + TIMEOUT_SECONDS,
                "-rss_limit_mb=4096",
                "-reload=0",
                "-print_final_stats=1"));
        if (seed > 0) {
            command.add("-seed=" + seed);
        }
        if (executions < FEW) {
            // Such a run ends before compiling with C2 pays off.
            command.add(1, "-XX:TieredStopAtLevel=1");
        }
        command.add(corpus.toString());
        command.add(seedFolder.toString());
        return command;
    }

    /**
     * CPU time of a process, capped at wall-clock time, which it would exceed while several threads run, such as those
     * of the compilers.
     */
    private static final class Clock {
        private final ProcessHandle process;
        private final long begun = System.nanoTime();
        private long last;

        Clock(ProcessHandle process) {
            this.process = process;
        }

        /** The time so far; after the end of the process, the time of the last call before it ended. */
        long nanos() {
            long wall = System.nanoTime() - begun;
            process.info().totalCpuDuration().ifPresent(used -> last = Math.max(last, Math.min(wall, used.toNanos())));
            return last;
        }

        double slowness() {
            return last == 0 ? 1 : Math.max(1, (System.nanoTime() - begun) / (double) last);
        }
    }
}
