package org.unmute.probes.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.TokenCache;

/** The stored file of pooled vectors is opened, keeps its meaning, and is written again byte for byte. */
class VectorMuseumTest {
    private static final String FILE = "pooled-1.vectors";
    /** Rows of half a second. */
    private static final RowTimes TIMES = new RowTimes(100, 50, 0, 0);

    @TempDir
    Path folder;

    private static Path museum(String name) throws URISyntaxException {
        return Path.of(VectorMuseumTest.class.getResource("/museum").toURI()).resolve(name);
    }

    @Test
    void vectorsAreThoseOfTheirTokens() throws IOException, URISyntaxException {
        Path written = folder.resolve(FILE);
        Path made = Path.of("target", "museum").resolve(FILE);
        try (TokenCache cache = TokenCache.open(museum("cache-padded-1"))) {
            VectorIndexWriter.write(written, cache, TIMES, 1, _ -> {});
            Files.createDirectories(made.getParent());
            Files.write(made, Files.readAllBytes(written));
            assertThat(museum(FILE))
                    .as("the format changed: give it a new version and add %s to the museum", made)
                    .exists()
                    .hasSameBinaryContentAs(written);
            try (VectorIndex index = VectorIndex.open(museum(FILE))) {
                assertThat(index.verify()).isEmpty();
                assertThat(index.head().seconds()).isEqualTo(1);
                assertThat(index.head().times()).isEqualTo(TIMES);
                assertThat(index.head().digest()).isEqualTo(VectorIndexHead.digest(cache));
                // Four rows, of which one, four and all are sound.
                assertThat(index.head().clips())
                        .isEqualTo(List.of(
                                new VectorIndexHead.Clip("clip 0", 1, 1),
                                new VectorIndexHead.Clip("clip 1", 4, 2),
                                new VectorIndexHead.Clip("clip 2", 4, 2)));
                float[] vectors = new float[VectorIndex.BLOCK * 4];
                assertThat(index.read(0, vectors)).isEqualTo(5);
                assertUnitMean(vectors, 0, cache.read("clip 0"), 0, 1);
                assertUnitMean(vectors, 1, cache.read("clip 1"), 0, 2);
                assertUnitMean(vectors, 2, cache.read("clip 1"), 2, 4);
                assertUnitMean(vectors, 4, cache.read("clip 2"), 2, 4);
            }
        }
    }

    private static void assertUnitMean(float[] vectors, int row, TokenMap map, int from, int to) {
        double[] sum = new double[4];
        for (int i = from * map.freq() * 4; i < to * map.freq() * 4; i++) {
            sum[i % 4] += map.tokens()[i];
        }
        double norm = 0;
        for (double v : sum) {
            norm += v * v;
        }
        for (int d = 0; d < 4; d++) {
            assertThat(vectors[4 * row + d])
                    .isEqualTo(Float.float16ToFloat(Float.floatToFloat16((float) (sum[d] / Math.sqrt(norm)))));
        }
    }
}
