package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.files.FolderFiles;
import org.unmute.tensor.DType;

/** Records state which rows are padding, in bits that earlier versions set to 0 and ignore. */
class PaddingInCacheTest {
    private static final String SHARD = "shard-00000.tok";

    @TempDir
    Path folder;

    private static CacheKey key(DType dtype, int layers) {
        return new CacheKey("EAT base", "eat-1", "fbank 128", "fbank-1", dtype, layers);
    }

    private static TokenMap map(int time, boolean cls) {
        float[] tokens = new float[time * 2];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i;
        }
        return new TokenMap(time, 2, 1, tokens, cls ? new float[1] : null);
    }

    private static Features features(TokenMap map, int layers) {
        return new Features(map, Collections.nCopies(layers, map), null);
    }

    private void write(CacheKey key, TokenMap... maps) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int i = 0; i < maps.length; i++) {
                writer.append(CacheSamples.id(i), CacheSamples.hash(i), features(maps[i], key.layers()));
            }
        }
    }

    private ByteBuffer shard() throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(folder.resolve(SHARD))).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void recordsKeepTheirSound() throws IOException {
        for (DType dtype : new DType[] {DType.F16, DType.F32}) {
            for (int layers : new int[] {0, 2}) {
                folder = Files.createDirectory(folder.resolve(dtype + "-" + layers));
                CacheKey key = key(dtype, layers);
                write(key, map(5, true).withSound(5), map(5, false).withSound(2), map(3, true));
                assertKept(TokenCache.open(folder, key), layers);
                Files.write(folder.resolve(ShardContents.nameFor(SHARD)), ShardContents.of(folder.resolve(SHARD)));
                assertKept(TokenCache.open(new FolderFiles(folder, Arena.ofShared()), key), layers);
            }
        }
    }

    private static void assertKept(TokenCache opened, int layers) throws IOException {
        try (TokenCache cache = opened) {
            assertThat(cache.verify()).isEmpty();
            assertThat(cache.clips()).extracting(CachedClip::sound).containsExactly(5, 2, 3);
            assertThat(cache.clips()).extracting(CachedClip::isSoundKnown).containsExactly(true, true, false);
            assertThat(cache.clips()).extracting(CachedClip::padding).containsExactly(0, 3, TokenMap.UNKNOWN);
            for (CachedClip clip : cache.clips()) {
                Features read = cache.readFeatures(clip.id());
                assertThat(cache.read(clip.id()).padding()).isEqualTo(clip.padding());
                assertThat(read.tokens().padding()).isEqualTo(clip.padding());
                assertThat(read.layers()).hasSize(layers).allMatch(layer -> layer.padding() == clip.padding());
            }
        }
    }

    /** Values after the requested rows stay as they are. */
    @Test
    void theFirstRowsAreRead() throws IOException {
        for (int layers : new int[] {0, 2}) {
            folder = Files.createDirectory(folder.resolve("rows-" + layers));
            CacheKey key = key(DType.F16, layers);
            write(key, map(5, true).withSound(2));
            try (TokenCache cache = TokenCache.open(folder, key)) {
                float[] tokens = new float[40];
                Arrays.fill(tokens, -1);
                short[] halves = new short[8];
                assertThat(cache.readInto(CacheSamples.id(0), 2, tokens, 1, new float[1], 0)
                                .sound())
                        .isEqualTo(2);
                assertThat(tokens).startsWith(-1, 0, 1, 2, 3, -1);
                cache.readHalvesInto(CacheSamples.id(0), 2, halves, 1, new float[1], 0);
                assertThat(halves[4]).isEqualTo(Float.floatToFloat16(3));
                assertThat(halves[5]).isZero();
                if (layers > 0) {
                    Arrays.fill(tokens, -1);
                    cache.readLayersInto(CacheSamples.id(0), 2, tokens, 1, 7, new float[4], 0, 2);
                    assertThat(tokens).startsWith(-1, 0, 1, 2, 3, -1, -1, -1, 0, 1, 2, 3, -1);
                }
                for (int rows : new int[] {-1, 6}) {
                    assertThatThrownBy(() -> cache.readInto(CacheSamples.id(0), rows, tokens, 0, new float[1], 0))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                }
            }
        }
    }

    /** Flags as docs/formats.md states them, read the way programs without support for padding read them. */
    @Test
    void earlierVersionsSeeTheSameRecord() throws IOException {
        CacheKey key = key(DType.F32, 2);
        write(key, map(5, true).withSound(2));
        ByteBuffer known = shard();
        int at = ShardHeader.encode(0, key).length;
        int flags = known.getInt(at + 12);
        assertThat(flags).isEqualTo(1 | 2 | 3 << 2 | 2 << 16);
        assertThat(flags & 1).as("cls").isEqualTo(1);
        assertThat(flags >>> 16).as("layers").isEqualTo(2);
        Files.delete(folder.resolve(SHARD));
        write(key, map(5, true));
        ByteBuffer unknown = shard();
        assertThat(unknown.getInt(at + 12)).isEqualTo(1 | 2 << 16);
        int header = known.getInt(at + 8);
        known.putInt(at + 12, unknown.getInt(at + 12)).putInt(at + header - 4, unknown.getInt(at + header - 4));
        assertThat(known.array()).as("but for flags and their checksum").isEqualTo(unknown.array());
    }

    @Test
    void aRecordWithoutSoundIsDamaged() throws IOException {
        CacheKey key = key(DType.F16, 0);
        write(key, map(5, true).withSound(2));
        ByteBuffer bytes = shard();
        int at = ShardHeader.encode(0, key).length;
        int header = bytes.getInt(at + 8);
        bytes.putInt(at + 12, 1 | 2 | 5 << 2);
        bytes.putInt(at + header - 4, Payload.checksum(bytes.slice(at, header - 4)));
        Files.write(folder.resolve(SHARD), bytes.array());
        try (TokenCache cache = TokenCache.open(folder, key)) {
            assertThat(cache.clips()).isEmpty();
            assertThat(cache.damage())
                    .singleElement()
                    .extracting(Damage::reason)
                    .isEqualTo("time 5, freq 2, dim 1, layers 0 leave no sound beside 5 rows of padding");
        }
    }

    @Test
    void morePaddingThanARecordCanSayIsRefused() throws IOException {
        CacheKey key = key(DType.F16, 0);
        TokenMap most = new TokenMap(16_384, 1, 1, new float[16_384], null).withSound(1);
        TokenMap more = new TokenMap(16_385, 1, 1, new float[16_385], null).withSound(1);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            writer.append("most", CacheSamples.hash(0), new Features(most));
            assertThatThrownBy(() -> writer.append("more", CacheSamples.hash(1), new Features(more)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("16384 rows of padding, a record can say 16383");
        }
        try (TokenCache cache = TokenCache.open(folder, key)) {
            assertThat(cache.clips()).extracting(CachedClip::sound).isEqualTo(List.of(1));
        }
    }
}
