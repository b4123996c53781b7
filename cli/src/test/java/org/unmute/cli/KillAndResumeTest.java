package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.kernels.contract.FullBuild;

/** An {@code embed} or {@code probe} that is killed and rerun writes the same bytes as an uninterrupted run. */
@FullBuild("kills processes")
class KillAndResumeTest {
    private static final int CLIPS = 160;

    @TempDir
    static Path folder;

    private static Path recordings;
    private static Path encoder;

    @BeforeAll
    static void prepare() throws IOException {
        recordings = folder.resolve("recordings");
        new SyntheticScenes(SyntheticScenes.Options.standard(), 11).write(recordings, CLIPS - 20, 20);
        encoder = folder.resolve("encoder.safetensors");
        assertThat(run(
                        "pretrain",
                        "-q",
                        "--synthetic",
                        "--steps",
                        "2",
                        "--batch",
                        "2",
                        "--clips",
                        "4",
                        "--dim",
                        "48",
                        "--depth",
                        "2",
                        "--heads",
                        "2",
                        "--out",
                        encoder.toString()))
                .isZero();
    }

    @Test
    void embedGoesOnWhereItWasKilled() throws Exception {
        Path undisturbed = folder.resolve("cache-undisturbed");
        assertThat(run(embed(undisturbed))).isZero();
        Path shard = killedInTime(
                "cache-killed",
                "shard-00000.tok",
                (out, part) -> killWhen(() -> size(part) > 100_000, embed(out))
                        || size(part) == size(undisturbed.resolve("shard-00000.tok")));
        assertThat(run(embed(shard.getParent()))).isZero();
        assertThat(Files.mismatch(shard, undisturbed.resolve("shard-00000.tok")))
                .isEqualTo(-1);
    }

    @Test
    void probeGoesOnWhereItWasKilled() throws Exception {
        Path cache = folder.resolve("cache-probe");
        assertThat(run(embed(cache))).isZero();
        Path undisturbed = folder.resolve("run-undisturbed");
        assertThat(run(probe(cache, undisturbed))).isZero();
        Path killed = killedInTime(
                        "run-killed",
                        "checkpoint-seed0.safetensors",
                        (out, part) -> killWhen(() -> size(part) > 0, probe(cache, out))
                                || Files.exists(out.resolve("probe-seed0.safetensors")))
                .getParent();
        assertThat(run(probe(cache, killed))).isZero();
        assertThat(Files.mismatch(
                        killed.resolve("probe-seed0.safetensors"), undisturbed.resolve("probe-seed0.safetensors")))
                .isEqualTo(-1);
    }

    /** Runs a command into a folder and kills it. */
    @FunctionalInterface
    private interface Killing {
        /** @return whether the command finished before the kill */
        boolean isDone(Path out, Path part) throws Exception;
    }

    /**
     * A file that a killed command left unfinished. On a busy machine the kill may come too late; then it is tried
     * again.
     */
    private static Path killedInTime(String name, String part, Killing killing) throws Exception {
        for (int attempt = 0; attempt < 10; attempt++) {
            Path file = folder.resolve(name + attempt).resolve(part);
            if (!killing.isDone(file.getParent(), file)) {
                return file;
            }
        }
        throw new AssertionError(name + ": the process was done before it was killed, ten times");
    }

    /** Unlike a kill, the signal sent by Ctrl-C and by a system shutdown leaves time to print a line. */
    @Test
    void interruptedCommandsSayHowToGoOn() throws Exception {
        Path cache = folder.resolve("cache-interrupted");
        Path shard = cache.resolve("shard-00000.tok");
        assertThat(interruptWhen(() -> size(shard) > 100_000, embed(cache)))
                .matches("(?s).*interrupted: run the same command again, it resumes after \\d+ of 160 clips\\s*");
        assertThat(run(embed(cache))).isZero();
        Path run = folder.resolve("run-interrupted");
        assertThat(interruptWhen(() -> size(run.resolve("checkpoint-seed0.safetensors")) > 0, probe(cache, run)))
                .matches("(?s).*interrupted: run the same command again, it goes on after epoch \\d+ of 150\\s*");
    }

    private static String[] embed(Path out) {
        return new String[] {
            "embed", "-q", "--encoder", encoder.toString(), "--audio", recordings.toString(), "--out", out.toString()
        };
    }

    private static String[] probe(Path cache, Path out) {
        return new String[] {
            "probe",
            "-q",
            "--probe",
            "protobin",
            "--cache",
            cache.toString(),
            "--labels",
            recordings.resolve("manifest.csv").toString(),
            "--epochs",
            "150",
            "--batch",
            "32",
            "--out",
            out.toString()
        };
    }

    /**
     * Runs the command in a separate process and kills it when the condition holds; returns whether it ended by itself.
     */
    private static boolean killWhen(BooleanSupplier condition, String... args) throws Exception {
        Path log = Files.createTempFile(folder, "killed", ".log");
        Process process = started(log, args);
        try {
            awaitOrEnd(process, condition);
            boolean ended = !process.isAlive();
            assertThat(ended && process.exitValue() != 0)
                    .as(Files.readString(log))
                    .isFalse();
            return ended;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Runs the command in a separate process, interrupts it when the condition holds and returns its output. */
    private static String interruptWhen(BooleanSupplier condition, String... args) throws Exception {
        Path log = Files.createTempFile(folder, "interrupted", ".log");
        String[] loud = Stream.of(args).filter(a -> !a.equals("-q")).toArray(String[]::new);
        Process process = started(log, loud);
        try {
            awaitOrEnd(process, condition);
            assertThat(process.isAlive()).as("interrupted before it was done").isTrue();
            process.destroy();
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("it ends").isTrue();
            return Files.readString(log);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void awaitOrEnd(Process process, BooleanSupplier condition) throws InterruptedException {
        while (process.isAlive() && !condition.getAsBoolean()) {
            process.waitFor(2, TimeUnit.MILLISECONDS);
        }
    }

    private static Process started(Path log, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                classPath(),
                "org.unmute.cli.Main"));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** The module path of the test run, which holds the modules, and the class path, which holds the rest. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path", ""), System.getProperty("jdk.module.path", ""))
                .filter(p -> !p.isEmpty())
                .reduce((a, b) -> a + java.io.File.pathSeparator + b)
                .orElseThrow();
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static int run(String... args) {
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), args);
        assertThat(status).as(err.toString()).isZero();
        return status;
    }
}
