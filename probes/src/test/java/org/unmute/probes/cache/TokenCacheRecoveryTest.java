package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;
import static org.unmute.probes.cache.CacheSamples.F16;
import static org.unmute.probes.cache.CacheSamples.F32;
import static org.unmute.probes.cache.CacheSamples.fill;
import static org.unmute.probes.cache.CacheSamples.id;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCacheRecoveryTest {
    private static final CacheOptions SMALL_SHARDS = CacheSamples.shards(900);
    private Path whole;
    private Path hurt;

    @BeforeTry
    void folders() throws IOException {
        whole = Files.createTempDirectory("whole");
        hurt = Files.createTempDirectory("hurt");
    }

    @AfterTry
    void removeFolders() throws IOException {
        TokenCacheTest.deleteAll(whole);
        TokenCacheTest.deleteAll(hurt);
    }

    /** A writer stopped at any byte: complete records stay, and the resumed run produces the same bytes. */
    @Test
    void everyLengthOfTheOnlyShardIsResumed(@TempDir Path temp) throws IOException {
        Path reference = temp.resolve("reference");
        fill(reference, F16, CacheOptions.DEFAULT, 4);
        byte[] bytes = CacheSamples.shards(reference).get("shard-00000.tok");
        int last = -1;
        for (int length = 0; length <= bytes.length; length++) {
            Path folder = Files.createDirectories(temp.resolve("cut"));
            Files.write(folder.resolve("shard-00000.tok"), Arrays.copyOf(bytes, length));
            try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
                assertThat(writer.clips()).isGreaterThanOrEqualTo(last);
                assertThat(writer.recovered()).hasSizeLessThanOrEqualTo(1);
                writer.recovered()
                        .forEach(d -> assertThat(d.kind()).as(d.toString()).isEqualTo(Damage.Kind.TORN_TAIL));
                last = writer.clips();
                fill(writer, 4);
            }
            CacheSamples.assertSameShards(folder, reference);
            TokenCacheTest.deleteAll(folder);
        }
        assertThat(last).isEqualTo(4);
    }

    @Property
    void aKillAnywhereIsResumedToTheSameBytes(
            @ForAll @IntRange(min = 1, max = 12) int clips,
            @ForAll @IntRange(max = 1_000_000) int place,
            @ForAll boolean half)
            throws IOException {
        CacheKey key = half ? F16 : F32;
        fill(whole, key, SMALL_SHARDS, clips);
        // A run writes its shards one after another, so a kill leaves a prefix of their concatenation.
        List<Map.Entry<String, byte[]>> shards =
                List.copyOf(CacheSamples.shards(whole).entrySet());
        long left = place % (shards.stream().mapToLong(s -> s.getValue().length).sum() + 1);
        for (Map.Entry<String, byte[]> shard : shards) {
            if (left > 0) {
                int length = (int) Math.min(left, shard.getValue().length);
                Files.write(hurt.resolve(shard.getKey()), Arrays.copyOf(shard.getValue(), length));
                left -= length;
            }
        }
        fill(hurt, key, SMALL_SHARDS, clips);
        CacheSamples.assertSameShards(hurt, whole);
    }

    /**
     * One flipped bit anywhere is reported and never read as tokens. The other records survive, and embedding again
     * restores the clip.
     */
    @Property
    void aFlippedBitIsFoundNamedAndRebuilt(
            @ForAll @IntRange(min = 1, max = 12) int clips,
            @ForAll @IntRange(max = 1_000_000) int place,
            @ForAll @IntRange(max = 7) int bit)
            throws IOException {
        fill(hurt, F16, SMALL_SHARDS, clips);
        List<String> names = List.copyOf(CacheSamples.shards(hurt).keySet());
        String name = names.get(place % names.size());
        byte[] bytes = CacheSamples.shards(hurt).get(name);
        int at = (int) (place * 2_654_435_761L % bytes.length);
        bytes[at] ^= (byte) (1 << bit);
        Files.write(hurt.resolve(name), bytes);

        noWrongTokensAreRead(clips);
        try (TokenCacheWriter writer = TokenCacheWriter.open(hurt, F16, SMALL_SHARDS)) {
            assertThat(writer.recovered())
                    .isNotEmpty()
                    .allSatisfy(d -> assertThat(d.shard()).isEqualTo(name));
            assertThat(writer.clips()).isGreaterThanOrEqualTo(clips - 1);
            writer.recovered()
                    .forEach(d -> d.clip()
                            .ifPresent(c -> assertThat(writer.status(c, CacheSamples.hash(clipOf(c))))
                                    .isNotEqualTo(ClipStatus.PRESENT)));
            fill(writer, clips);
        }
        CacheSamples.assertHolds(hurt, clips);
        try (TokenCacheWriter writer = TokenCacheWriter.open(hurt, F16, SMALL_SHARDS)) {
            assertThat(writer.recovered()).isEmpty();
        }
        Files.deleteIfExists(hurt.resolve(name + ".damaged"));
    }

    private static int clipOf(String id) {
        return Integer.parseInt(id.replaceAll("\\D", ""));
    }

    private void noWrongTokensAreRead(int clips) throws IOException {
        TokenCache cache;
        try {
            cache = TokenCache.open(hurt, F16);
        } catch (TokenCacheException e) {
            return;
        }
        try (cache) {
            int readable = 0;
            for (int c = 0; c < clips; c++) {
                try {
                    CacheSamples.assertTokens(cache, c);
                    readable++;
                } catch (TokenCacheException e) {
                    assertThat(e).hasMessageContaining(id(c));
                }
            }
            assertThat(cache.verify()).isNotEmpty();
            assertThat(readable).isGreaterThanOrEqualTo(clips - 1);
        }
    }

    @Test
    void damageNamesShardRecordAndClip(@TempDir Path folder) throws IOException {
        fill(folder, F16, CacheOptions.DEFAULT, 5);
        Path shard = folder.resolve("shard-00000.tok");
        byte[] bytes = Files.readAllBytes(shard);
        int[] starts = recordStarts(bytes);
        bytes[starts[3] - 1] ^= 1;
        Files.write(shard, bytes);
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.damage()).isEmpty();
            assertThat(cache.verify()).singleElement().satisfies(d -> {
                assertThat(d.shard()).isEqualTo("shard-00000.tok");
                assertThat(d.record()).isEqualTo(2);
                assertThat(d.clip()).contains(id(2));
                assertThat(d.offset()).isEqualTo(starts[2]);
                assertThat(d.kind()).isEqualTo(Damage.Kind.CORRUPT);
                assertThat(d.toString())
                        .isEqualTo("shard-00000.tok, record 2 at byte " + starts[2]
                                + ", clip 'folder/clip2.wav': the tokens do not match their checksum");
            });
            assertFails(TokenCacheException.class, () -> cache.read(id(2)), "record 2", "run the embedding again");
            CacheSamples.assertTokens(cache, 1);
        }
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            assertThat(writer.recovered()).extracting(Damage::clip).containsExactly(Optional.of(id(2)));
            assertThat(writer.clips()).isEqualTo(4);
            fill(writer, 5);
        }
        CacheSamples.assertHolds(folder, 5);
    }

    @Test
    void headersOfADamagedRecordAndShardAreSaved(@TempDir Path folder) throws IOException {
        fill(folder, F16, CacheOptions.DEFAULT, 5);
        Path shard = folder.resolve("shard-00000.tok");
        byte[] bytes = Files.readAllBytes(shard);
        int[] starts = recordStarts(bytes);
        bytes[20] ^= 4;
        bytes[starts[1] + 9] ^= 64;
        bytes[starts[4]] ^= 1;
        Files.write(shard, bytes);
        assertFails(() -> TokenCache.open(folder), "the header of", "is damaged");
        assertThatThrownBy(() ->
                        TokenCacheWriter.open(folder, CacheSamples.key("other", F16.dtype()), CacheOptions.DEFAULT))
                .isInstanceOf(TokenCacheException.class)
                .hasMessageContaining("was not made by");
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            assertThat(writer.recovered()).extracting(Damage::record).containsExactly(-1, 1, 4);
            assertThat(writer.clips()).isEqualTo(3);
            fill(writer, 5);
        }
        CacheSamples.assertHolds(folder, 5);
    }

    @Test
    void aShardWithoutARecordIsKeptAside(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("shard-00000.tok"), "somebody's own notes");
        fill(folder, F16, CacheOptions.DEFAULT, 2);
        assertThat(folder.resolve("shard-00000.tok.damaged")).hasContent("somebody's own notes");
        CacheSamples.assertHolds(folder, 2);
    }

    @Test
    void withoutFullVerificationHeadersAndTheLastShardAreChecked(@TempDir Path folder) throws IOException {
        fill(folder, F16, SMALL_SHARDS, 20);
        List<String> names = List.copyOf(CacheSamples.shards(folder).keySet());
        flipLastByte(folder.resolve(names.getFirst()));
        flipLastByte(folder.resolve(names.getLast()));
        try (TokenCacheWriter writer =
                TokenCacheWriter.open(folder, F16, new CacheOptions(900, 64, 64L << 20, false))) {
            assertThat(writer.recovered()).extracting(Damage::shard).containsExactly(names.getLast());
        }
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, SMALL_SHARDS)) {
            assertThat(writer.recovered()).extracting(Damage::shard).containsExactly(names.getFirst());
        }
    }

    @Test
    void anUnfinishedRebuildIsForgotten(@TempDir Path folder) throws IOException {
        fill(folder, F16, CacheOptions.DEFAULT, 3);
        Files.write(folder.resolve("shard-00000.tok.rebuild"), new byte[100]);
        fill(folder, F16, CacheOptions.DEFAULT, 3);
        assertThat(folder.resolve("shard-00000.tok.rebuild")).doesNotExist();
        CacheSamples.assertHolds(folder, 3);
    }

    /** Anyone with write access to the folder could have created them. */
    @Test
    void linksInTheFolderAreNotWrittenThrough(@TempDir Path temp) throws IOException {
        Path folder = temp.resolve("cache");
        Path other = temp.resolve("other");
        fill(other, F16, CacheOptions.DEFAULT, 3);
        Path shard = other.resolve("shard-00000.tok");
        byte[] torn = Arrays.copyOf(Files.readAllBytes(shard), (int) Files.size(shard) - 1);
        Files.write(shard, torn);
        Files.createDirectories(folder);
        for (String name : List.of("cache.lock", "shard-00000.tok")) {
            Path link = Files.createSymbolicLink(folder.resolve(name), shard);
            assertThatThrownBy(() -> fill(folder, F16, CacheOptions.DEFAULT, 5))
                    .as(name)
                    .hasMessageContaining(name)
                    .hasMessageContaining("a symbolic link");
            assertThat(shard).hasBinaryContent(torn);
            Files.delete(link);
        }
        fill(folder, F16, CacheOptions.DEFAULT, 5);
        CacheSamples.assertHolds(folder, 5);
    }

    private static void flipLastByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    private static int[] recordStarts(byte[] shard) {
        String text = new String(shard, StandardCharsets.ISO_8859_1);
        return Pattern.compile("\u0089TOKREC\n")
                .matcher(text)
                .results()
                .mapToInt(m -> m.start())
                .toArray();
    }
}
