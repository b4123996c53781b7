package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.unmute.cli.console.ExitCode;

/**
 * Kills a command with SIGKILL at random moments and reruns it in the same folder until it ends by itself. The folder
 * must then equal that of an undisturbed run byte for byte, and the next cycle uses a new folder. After every kill,
 * {@code fsck} must find no damage.
 */
final class KillCampaign {
    /** Exit status of a process killed by SIGKILL. */
    private static final int KILLED = 128 + 9;
    /** One in this many kills comes during the start of the JVM. */
    private static final int EARLY = 8;

    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(5);

    private final Path folder;
    private final SplittableRandom random;

    /**
     * The outcome for a command.
     *
     * @param command its name
     * @param kills killed processes
     * @param early killed processes that had not written anything yet
     * @param unchecked kills that left nothing for {@code fsck} to check
     * @param ended runs that completed, whose files were compared
     * @param files files that an undisturbed run writes
     * @param seconds total time
     */
    record Tally(String command, int kills, int early, int unchecked, int ended, int files, double seconds) {}

    /** Duration of an undisturbed process: until its first file, and in total. */
    private record Duration(long first, long all) {}

    KillCampaign(Path folder, long seed) {
        this.folder = folder;
        random = new SplittableRandom(seed);
    }

    /**
     * Runs the campaign for a command.
     *
     * @param line makes the command line for a folder
     * @param kills number of kills
     * @throws AssertionError if a run fails, or ends differently from an undisturbed one
     */
    Tally run(String name, Function<Path, List<Object>> line, int kills) throws Exception {
        long begun = System.nanoTime();
        Path undisturbed = folder.resolve(name + "-undisturbed");
        Duration duration = time(line.apply(undisturbed), undisturbed);
        TreeMap<String, String> expected = FolderContent.of(undisturbed);
        int done = 0;
        int early = 0;
        int unchecked = 0;
        int ended = 0;
        Path out = folder.resolve(name);
        while (done < kills) {
            if (!kill(line.apply(out), out, duration)) {
                compare(out, expected);
                ended++;
                continue;
            }
            done++;
            early += FolderContent.of(out).isEmpty() ? 1 : 0;
            unchecked += check(out) ? 0 : 1;
        }
        finish(line.apply(out));
        compare(out, expected);
        return new Tally(name, done, early, unchecked, ended + 1, expected.size(), (System.nanoTime() - begun) / 1e9);
    }

    private Duration time(List<Object> line, Path out) throws Exception {
        long begun = System.nanoTime();
        Process process = start(line);
        long first = await(process, out, 0) - begun;
        assertThat(process.waitFor(PATIENCE, TimeUnit.NANOSECONDS))
                .as("it ends")
                .isTrue();
        requireDone(process);
        return new Duration(first, System.nanoTime() - begun);
    }

    /** Waits until a process has changed a folder or has ended; returns the time. */
    private static long await(Process process, Path out, long before) throws Exception {
        while (process.isAlive() && state(out) == before) {
            process.waitFor(2, TimeUnit.MILLISECONDS);
        }
        return System.nanoTime();
    }

    /** Runs a command and kills it; false if it ended before. */
    private boolean kill(List<Object> line, Path out, Duration usual) throws Exception {
        long before = state(out);
        Process process = start(line);
        try {
            if (random.nextInt(EARLY) > 0) {
                await(process, out, before);
                process.waitFor(random.nextLong(1 + usual.all() - usual.first()), TimeUnit.NANOSECONDS);
            } else {
                process.waitFor(random.nextLong(1 + usual.first()), TimeUnit.NANOSECONDS);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        if (process.exitValue() == KILLED) {
            return true;
        }
        requireDone(process);
        return false;
    }

    private void finish(List<Object> line) throws Exception {
        Process process = start(line);
        assertThat(process.waitFor(PATIENCE, TimeUnit.NANOSECONDS))
                .as("it ends")
                .isTrue();
        requireDone(process);
    }

    private void requireDone(Process process) throws IOException {
        assertThat(process.exitValue()).as(Files.readString(log())).isEqualTo(ExitCode.OK);
    }

    /** Compares the output with the expected files, then deletes it. */
    private static void compare(Path out, TreeMap<String, String> expected) throws IOException {
        TreeMap<String, String> actual = FolderContent.of(out);
        assertThat(actual.keySet()).as("files in " + out).isEqualTo(expected.keySet());
        expected.forEach((name, content) ->
                assertThat(actual.get(name)).as(out + ": " + name).isEqualTo(content));
        FolderContent.delete(out);
    }

    /** Checks the files left by a killed process; false if there is nothing to check. */
    private static boolean check(Path out) {
        Ran ran = Ran.unmute("fsck", "-q", out);
        if (ran.status() == ExitCode.INPUT) {
            assertThat(ran.err()).containsAnyOf("no such file or folder", "holds nothing that can be checked");
            return false;
        }
        ran.endsWith(ExitCode.OK);
        return true;
    }

    private Path log() {
        return folder.resolve("process.log");
    }

    /** Most processes end before the second compiler pays. */
    private Process start(List<Object> line) throws IOException {
        return Java.start(log(), line, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g");
    }

    /** A number that changes when files other than locks appear, vanish or grow in a folder; 0 if there are none. */
    private static long state(Path path) throws IOException {
        long state = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
            for (Path each : all) {
                if (Files.isDirectory(each)) {
                    state += state(each);
                } else if (!each.toString().endsWith("lock")) {
                    state += each.hashCode() + Files.size(each);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return state; // the path appears and vanishes
        }
        return state;
    }
}
