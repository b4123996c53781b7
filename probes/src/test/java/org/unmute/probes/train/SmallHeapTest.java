package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.Recording;
import org.unmute.files.Sha256;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;

/**
 * Training reads the mapped cache clip by clip: a data set is never copied as a whole, neither on the heap nor off it.
 */
@FullBuild("starts virtual machines")
class SmallHeapTest {
    private static final int CLIPS = 800;
    private static final int DIM = 256;

    @TempDir
    static Path folder;

    /** Clips of two grids, with the class in every token. */
    @BeforeAll
    static void fill() throws IOException {
        CacheKey key = new CacheKey("noise", "noise-1", "none", "none-1", DType.F16);
        Random random = new Random(1);
        try (TokenCacheWriter writer =
                TokenCacheWriter.open(folder, key, new CacheOptions(32L << 20, 64, 64L << 20, true))) {
            for (int c = 0; c < CLIPS; c++) {
                int rows = c % 3 == 0 ? 200 : 300;
                float[] tokens = new float[rows * DIM];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = random.nextFloat() + (i % 2 == c % 2 ? 1 : 0);
                }
                writer.append(
                        "clip" + c, String.format("%064x", c), new Features(new TokenMap(rows, 1, DIM, tokens, null)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"protobin", "linear-mean"})
    void aCacheLargerThanTheHeapIsTrainedOn(String probe) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:MaxDirectMemorySize=16m",
                        "-XX:-UsePerfData",
                        "-cp",
                        classPath(),
                        SmallHeapProcess.class.getName(),
                        folder.toString(),
                        probe)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        String[] said = output.lines().reduce((a, b) -> b).orElseThrow().split(" ");
        assertThat(Long.parseLong(said[1])).isGreaterThan(3 * Long.parseLong(said[0]));
        assertThat(Double.parseDouble(said[3])).isLessThan(Double.parseDouble(said[2]));
        assertThat(said[4]).isEqualTo(Integer.toString(CLIPS));
    }

    private static String classPath() {
        Path tests = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target/test-classes");
        return Stream.concat(
                        Stream.of(tests),
                        Stream.of(TokenCache.class, TokenMap.class, Recording.class, DType.class, Sha256.class)
                                .map(SmallHeapTest::location))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path location(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
