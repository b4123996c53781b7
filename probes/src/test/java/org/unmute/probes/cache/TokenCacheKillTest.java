package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Recording;
import org.unmute.files.Sha256;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Features;
import org.unmute.tensor.DType;

/** Kills real processes. */
@FullBuild("kills processes")
class TokenCacheKillTest {
    private static final int CLIPS = 400;
    private static final long SHARD_BYTES = 20_000;

    @Test
    void aKilledWriterIsResumedToTheSameBytes(@TempDir Path temp) throws Exception {
        Path undisturbed = temp.resolve("undisturbed");
        CacheSamples.fill(undisturbed, CacheSamples.F16, CacheSamples.shards(SHARD_BYTES), CLIPS);
        Path killed = temp.resolve("killed");
        int before = 0;
        for (int clipsToSee : new int[] {1, 60, 150}) {
            // It rests after each clip, so that it is not done before the kill.
            Process process = start(killed, 1);
            try (BufferedReader out = process.inputReader()) {
                for (int seen = 0; seen < clipsToSee; seen++) {
                    assertThat(out.readLine()).isNotNull();
                }
                process.destroyForcibly();
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
            try (TokenCache cache = TokenCache.open(killed)) {
                assertThat(cache.clips()).hasSizeGreaterThanOrEqualTo(before + clipsToSee);
                before = cache.clips().size();
            }
        }
        Process rest = start(killed, 0);
        rest.getInputStream().readAllBytes();
        assertThat(rest.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(rest.exitValue()).isZero();
        CacheSamples.assertSameShards(killed, undisturbed);
    }

    @Test
    void anotherProcessIsNamedAndItsDeathFreesTheFolder(@TempDir Path folder) throws Exception {
        Process process = start(folder, 60_000);
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("0");
            assertThatThrownBy(() -> TokenCacheWriter.open(folder, CacheSamples.F16, CacheOptions.DEFAULT))
                    .isInstanceOf(TokenCacheException.class)
                    .hasMessageContaining("process " + process.pid() + " is writing to " + folder)
                    .hasMessageContaining("since 20");
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        CacheSamples.fill(folder, CacheSamples.F16, CacheOptions.DEFAULT, 3);
        CacheSamples.assertHolds(folder, 3);
    }

    /** A device that refuses to write, as when it is full; simulated by the shell's limit on file sizes. */
    @Test
    void aFullDeviceLosesNothing(@TempDir Path temp) throws Exception {
        Path shell = Path.of("/bin/sh");
        assumeTrue(Files.isExecutable(shell), "skipped: needs a POSIX shell to limit file sizes");
        Path folder = temp.resolve("cache");
        List<String> limited = new ArrayList<>(List.of(shell.toString(), "-c", "ulimit -f 12 && exec \"$@\"", "sh"));
        limited.addAll(command(folder, 10_000_000, 0));
        Process process = new ProcessBuilder(limited).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(output)
                .contains("token cache: cannot write to " + folder)
                .contains("make room, then run the same command again");
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.clips()).isNotEmpty();
            assertThat(cache.verify()).isEmpty();
        }
        CacheSamples.fill(folder, CacheSamples.F16, CacheOptions.DEFAULT, CLIPS);
        CacheSamples.assertHolds(folder, CLIPS);
    }

    private static Process start(Path folder, long restMillis) throws IOException, URISyntaxException {
        return new ProcessBuilder(command(folder, SHARD_BYTES, restMillis))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<String> command(Path folder, long shardBytes, long restMillis) throws URISyntaxException {
        Path testClasses =
                Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/test-classes");
        String classPath = String.join(
                File.pathSeparator,
                Stream.of(
                                testClasses,
                                location(TokenCache.class),
                                location(Features.class),
                                location(Recording.class),
                                location(DType.class),
                                location(Sha256.class))
                        .map(Path::toString)
                        .toList());
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:-UsePerfData",
                "-cp",
                classPath,
                CacheWriterProcess.class.getName(),
                folder.toString(),
                "" + CLIPS,
                "" + shardBytes,
                "" + restMillis);
    }

    private static Path location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
