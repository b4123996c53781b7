package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.probes.cache.CacheSamples.F16;
import static org.unmute.probes.cache.CacheSamples.hash;
import static org.unmute.probes.cache.CacheSamples.id;
import static org.unmute.probes.cache.CacheSamples.tokens;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards of several writers with separate folders, moved into one folder. */
class WritersOfOneCacheTest {
    private static final CacheOptions SMALL_SHARDS = CacheSamples.shards(1200);

    @Test
    void shardsNumberedApartBecomeOneCache(@TempDir Path temp) throws IOException {
        Path all = Files.createDirectory(temp.resolve("all"));
        int clips = 0;
        for (int first : List.of(0, 100, 20_000)) {
            Path own = temp.resolve("from-" + first);
            try (TokenCacheWriter writer = TokenCacheWriter.open(own, F16, SMALL_SHARDS, first)) {
                for (int i = 0; i < 10; i++, clips++) {
                    writer.append(id(clips), hash(clips), tokens(clips));
                }
            }
            for (String name : CacheSamples.shards(own).keySet()) {
                assertThat(Files.exists(all.resolve(name))).as(name).isFalse();
                Files.move(own.resolve(name), all.resolve(name));
            }
        }
        assertThat(CacheSamples.shards(all)).containsKeys("shard-00000.tok", "shard-00100.tok", "shard-20000.tok");
        CacheSamples.assertHolds(all, clips);
    }

    @Test
    void aFolderWithShardsGoesOnWithTheirNumbers(@TempDir Path folder) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, SMALL_SHARDS, 7)) {
            writer.append(id(0), hash(0), tokens(0));
        }
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, SMALL_SHARDS, 50)) {
            for (int i = 1; i < 10; i++) {
                writer.append(id(i), hash(i), tokens(i));
            }
        }
        assertThat(CacheSamples.shards(folder).keySet().iterator().next()).isEqualTo("shard-00007.tok");
        assertThat(CacheSamples.shards(folder)).containsKey("shard-00008.tok").doesNotContainKey("shard-00050.tok");
        CacheSamples.assertHolds(folder, 10);
    }

    @Test
    void appendTellsWhereTheRecordIs(@TempDir Path folder) throws IOException {
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, SMALL_SHARDS, 3)) {
            for (int i = 0; i < 20; i++) {
                TokenCacheWriter.Place place = writer.append(id(i), hash(i), tokens(i));
                byte[] shard = Files.readAllBytes(folder.resolve(place.shard()));
                byte[] clip = id(i).getBytes(StandardCharsets.UTF_8);
                int at = indexOf(shard, clip, (int) place.offset());
                assertThat(at).isBetween((int) place.offset(), (int) place.offset() + RecordHeader.bytesFor(clip));
                assertThat(shard.length).isGreaterThan((int) place.offset());
            }
        }
    }

    private static int indexOf(byte[] all, byte[] part, int from) {
        for (int at = from; at + part.length <= all.length; at++) {
            if (Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    @Test
    void refusesNegativeNumbers(@TempDir Path folder) {
        assertThatThrownBy(() -> TokenCacheWriter.open(folder, F16, SMALL_SHARDS, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("numbered from 0, not from -1");
    }
}
