package org.unmute.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.check.FolderCheck;
import org.unmute.kernels.contract.FullBuild;

/**
 * A job in one JVM is repeatedly killed with SIGKILL, at random moments and as tasks end, and resubmitted until it ends.
 * Its rows, tokens and events are those of an undisturbed job, and committed rows are never lost.
 * {@code -Dunmute.kills=N} kills it N times.
 */
@FullBuild("kills processes")
class EmbedKillTest {
    private static final int KILLS = Integer.getInteger("unmute.kills", 3);
    private static final long SEED = Long.getLong("unmute.kills.seed", 1);
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final int CLIPS_OF_A_CLASS = 4;
    private static final int KILLED = 128 + 9;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @TempDir
    Path folder;

    private Path audio;
    private int started;

    @Test
    void aJobThatIsKilledAgainAndAgainEndsAsAnUndisturbedOne() throws Exception {
        audio = Recordings.write(folder.resolve("recordings")).some("few", CLIPS_OF_A_CLASS);
        Path undisturbed = folder.resolve("undisturbed");
        long begun = System.nanoTime();
        ChildJvm first = start(undisturbed);
        awaitWritten(undisturbed, first);
        long starting = System.nanoTime() - begun;
        requireDone(first);
        long working = System.nanoTime() - begun - starting;

        Path out = folder.resolve("killed");
        Set<String> before = new TreeSet<>();
        int kills = 0;
        int ended = 0;
        while (kills < KILLS) {
            ChildJvm driver = start(out);
            if (!kill(driver, out, starting, working)) {
                assertSame(out, undisturbed);
                delete(out);
                before.clear();
                ended++;
                continue;
            }
            kills++;
            if (Files.isDirectory(out.resolve("index"))) {
                Set<String> shown = JobTables.index(out).keySet();
                assertThat(shown).as("clips that counted before").containsAll(before);
                before = new TreeSet<>(shown);
            }
        }
        requireDone(start(out));
        assertSame(out, undisturbed);
        System.out.printf(
                "kills: result: spark: %d kills, %d jobs compared: 0 losses, %.0f s%n",
                kills, ended + 1, (System.nanoTime() - begun) / 1e9);
    }

    private ChildJvm start(Path out) throws IOException {
        List<String> options = new ArrayList<>(Stream.of(JavaModuleOptions.defaultModuleOptionArray())
                .map(String::strip)
                .filter(option -> !option.isEmpty())
                .toList());
        options.addAll(List.of(
                "-XX:+UseSerialGC",
                "-Xmx768m",
                "-Dspark.master=local[2]",
                "-Dspark.app.name=killed",
                "-Dspark.ui.enabled=false",
                "-Dspark.driver.host=127.0.0.1",
                "-Dspark.driver.bindAddress=127.0.0.1",
                "-Dspark.local.dir=" + folder.resolve("scratch"),
                "-cp",
                System.getProperty("java.class.path")));
        List<String> arguments = List.of(
                "--audio",
                audio.toString(),
                "--out",
                out.toString(),
                "--keep",
                "tokens,pooled",
                "--shard-size",
                "256k");
        return ChildJvm.start("driver" + started++, folder, Map.of(), options, "org.unmute.spark.Embed", arguments);
    }

    /** Kills a driver; returns false if it had already ended. */
    private boolean kill(ChildJvm driver, Path out, long starting, long working) throws Exception {
        switch (random.nextInt(3)) {
            case 0 -> sleep(driver, random.nextLong(1 + starting + working));
            case 1 -> {
                awaitWritten(out, driver);
                sleep(driver, random.nextLong(1 + working));
            }
            default -> awaitPart(out, driver);
        }
        driver.kill();
        if (driver.await(PATIENCE) == KILLED) {
            return true;
        }
        requireDone(driver);
        return false;
    }

    private static void sleep(ChildJvm driver, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        while (driver.isAlive() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Waits until tasks are writing, or the driver has ended. */
    private static void awaitWritten(Path out, ChildJvm driver) throws Exception {
        while (driver.isAlive() && !Files.exists(out.resolve("index/_temporary"))) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Waits until another task has ended, or the driver has. */
    private static void awaitPart(Path out, ChildJvm driver) throws Exception {
        long before = parts(out);
        while (driver.isAlive() && parts(out) <= before) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static long parts(Path out) throws IOException {
        try (Stream<Path> files = Files.list(out.resolve("index"))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static void requireDone(ChildJvm driver) throws Exception {
        assertThat(driver.await(PATIENCE)).as(driver::shown).isZero();
    }

    private static void assertSame(Path job, Path undisturbed) throws IOException {
        assertThat(JobTables.words(job)).isEqualTo(JobTables.words(undisturbed));
        assertThat(CacheDigests.of(job.resolve("tokens"))).isEqualTo(CacheDigests.of(undisturbed.resolve("tokens")));
        assertThat(FolderCheck.of(job, _ -> {}).findings()).isEmpty();
    }

    private static void delete(Path out) throws IOException {
        try (Stream<Path> all = Files.walk(out)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
