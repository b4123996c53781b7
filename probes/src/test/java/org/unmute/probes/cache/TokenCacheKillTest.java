package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.tensor.DType;

/** Real processes, really killed. */
class TokenCacheKillTest {
    private static final int CLIPS = 400;
    private static final long SHARD_BYTES = 20_000;

    @Test
    void aKilledWriterIsResumedToTheSameBytes(@TempDir Path temp) throws Exception {
        Path undisturbed = temp.resolve("undisturbed");
        CacheSamples.fill(undisturbed, CacheSamples.F16, CacheOptions.DEFAULT.withShardBytes(SHARD_BYTES), CLIPS);
        Path killed = temp.resolve("killed");
        int before = 0;
        for (int clipsToSee : new int[] {1, 60, 150}) {
            Process process = start(killed, 0);
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
                    .isInstanceOf(TokenCacheException.class).hasMessageContaining("process " + process.pid() + " is writing to " + folder);
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        CacheSamples.fill(folder, CacheSamples.F16, CacheOptions.DEFAULT, 3);
        CacheSamples.assertHolds(folder, 3);
    }

    private static Process start(Path folder, long restMillis) throws IOException, URISyntaxException {
        Path testClasses = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/test-classes");
        String classPath = String.join(File.pathSeparator, Stream.of(testClasses, location(TokenCache.class), location(DType.class)).map(Path::toString).toList());
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-cp", classPath,
                CacheWriterProcess.class.getName(), folder.toString(), "" + CLIPS, "" + SHARD_BYTES, "" + restMillis)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static Path location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
