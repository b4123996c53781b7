package org.unmute.probes.stretch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.train.TokenSource;
import org.unmute.tensor.DType;

/** Stretches have the rows that their clips have there, however the clips are stored. */
class StretchesTest {
    private static final int FREQ = 2;
    private static final int DIM = 4;

    @TempDir
    Path folder;

    /** Values count up from a first one, by quarters, which float16 holds exactly. */
    private static TokenMap map(int rows, float first) {
        float[] tokens = new float[rows * FREQ * DIM];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = first + i / 4f;
        }
        return new TokenMap(rows, FREQ, DIM, tokens, new float[] {first, 1, 2, 3});
    }

    private static void check(TokenSource all, int layers) throws IOException {
        TokenSource stretches = new Stretches(
                all,
                List.of(
                        new Stretches.Stretch(1, 2, 4),
                        new Stretches.Stretch(0, 0, 1),
                        new Stretches.Stretch(1, 0, 5)));
        assertThat(stretches.clips()).isEqualTo(3);
        assertThat(stretches.grid(0).time()).isEqualTo(2);
        float[] whole = new float[5 * FREQ * DIM];
        float[] cls = new float[DIM];
        all.read(1, whole, 0, cls, 0);
        float[] own = new float[2 * FREQ * DIM + 1];
        float[] ownCls = new float[DIM];
        stretches.read(0, own, 1, ownCls, 0);
        assertThat(Arrays.copyOfRange(own, 1, own.length))
                .containsExactly(Arrays.copyOfRange(whole, 2 * FREQ * DIM, 4 * FREQ * DIM));
        assertThat(ownCls).containsExactly(cls);
        for (int l = 0; l < layers; l++) {
            float[] layersOfAll = new float[layers * whole.length];
            float[] layersOfOwn = new float[layers * 2 * FREQ * DIM];
            all.readLayers(1, layersOfAll, 0, whole.length, new float[layers * DIM], 0, DIM);
            stretches.readLayers(0, layersOfOwn, 0, 2 * FREQ * DIM, new float[layers * DIM], 0, DIM);
            int at = l * whole.length;
            assertThat(Arrays.copyOfRange(layersOfOwn, l * 2 * FREQ * DIM, (l + 1) * 2 * FREQ * DIM))
                    .containsExactly(Arrays.copyOfRange(layersOfAll, at + 2 * FREQ * DIM, at + 4 * FREQ * DIM));
        }
        assertThat(stretches.fingerprint()).isNotEqualTo(all.fingerprint());
    }

    @Test
    void haveTheRowsOfTheirClips() throws IOException {
        check(TokenSource.of(List.of(map(3, 0), map(5, 100))), 0);
        check(
                TokenSource.ofFeatures(List.of(
                        new Features(map(3, 0), List.of(map(3, 1), map(3, 2)), null),
                        new Features(map(5, 100), List.of(map(5, 200), map(5, 300)), null))),
                2);
        CacheKey key = new CacheKey("e", "ab".repeat(32), "f", "cd".repeat(32), DType.F16);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            writer.append("a", "ab".repeat(32), new Features(map(3, 0)));
            writer.append("b", "cd".repeat(32), new Features(map(5, 100)));
        }
        try (TokenCache cache = TokenCache.open(folder)) {
            check(TokenSource.of(cache, List.of("a", "b")), 0);
        }
    }

    @Test
    void mustLieInTheirClips() {
        TokenSource all = TokenSource.of(List.of(map(3, 0)));
        assertThatThrownBy(() -> new Stretches(all, List.of(new Stretches.Stretch(0, 1, 4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rows 1 to 4 are no stretch of clip 0, which has 3 rows");
    }
}
