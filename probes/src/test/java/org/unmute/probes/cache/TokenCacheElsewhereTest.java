package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;
import static org.unmute.probes.cache.CacheSamples.F16;
import static org.unmute.probes.cache.CacheSamples.F32;
import static org.unmute.probes.cache.CacheSamples.hash;
import static org.unmute.probes.cache.CacheSamples.id;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.MalformedFileException;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.files.FileManifest;

/** Caches outside the local file system, and folders whose manifest lists the files that count. */
class TokenCacheElsewhereTest {
    private static final int CLIPS = 60;

    private static Path filled(Path folder) throws IOException {
        CacheSamples.fill(folder, F16, CacheSamples.shards(1200), CLIPS);
        assertThat(CacheSamples.shards(folder)).hasSizeGreaterThan(5);
        return folder;
    }

    private static void assertSame(RangedFolder files, Path local) throws IOException {
        try (TokenCache elsewhere = TokenCache.open(files, F16);
                TokenCache here = TokenCache.open(local)) {
            assertThat(elsewhere.clips()).isEqualTo(here.clips());
            assertThat(elsewhere.key()).isEqualTo(here.key());
            assertThat(elsewhere.bytes()).isEqualTo(here.bytes());
            assertThat(elsewhere.damage()).isEmpty();
            assertThat(elsewhere.verify()).isEmpty();
            for (int clip = 0; clip < CLIPS; clip++) {
                CacheSamples.assertTokens(elsewhere, clip);
            }
        }
        assertThat(files.closed).isTrue();
    }

    @Test
    void aTableOfContentsOpensAShardInOneRead(@TempDir Path folder) throws IOException {
        RangedFolder.writeContents(filled(folder));
        int shards = CacheSamples.shards(folder).size();
        RangedFolder files = new RangedFolder(folder);
        try (TokenCache cache = TokenCache.open(files, null)) {
            assertThat(cache.clips()).hasSize(CLIPS);
            assertThat(files.reads).hasValue(shards);
            CacheSamples.assertTokens(cache, 17);
            assertThat(files.reads).hasValue(shards + 1);
        }
        assertSame(new RangedFolder(folder), folder);
    }

    @Test
    void withoutATableManyHeadersAreReadAtOnce(@TempDir Path folder) throws IOException {
        int shards = CacheSamples.shards(filled(folder)).size();
        RangedFolder files = new RangedFolder(folder);
        try (TokenCache cache = TokenCache.open(files, null)) {
            assertThat(cache.clips()).hasSize(CLIPS);
        }
        assertThat(files.reads).hasValue(shards);
        assertSame(new RangedFolder(folder), folder);
    }

    /** Records larger than a block, one of them damaged, so that the next record must be searched for. */
    @Test
    void recordsOfAnySizeAreFoundBlockByBlock(@TempDir Path folder) throws IOException {
        float[] large = new float[1_500_000];
        Arrays.fill(large, 0.5f);
        long[] offsets = new long[12];
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F32, CacheOptions.DEFAULT)) {
            for (int clip = 0; clip < 12; clip++) {
                int dim = clip % 3 == 0 ? large.length : 100 + clip;
                TokenMap map = new TokenMap(1, 1, dim, Arrays.copyOf(large, dim), null);
                offsets[clip] =
                        writer.append(id(clip), hash(clip), new Features(map)).offset();
            }
        }
        Path shard = folder.resolve("shard-00000.tok");
        RangedFolder whole = new RangedFolder(folder);
        try (TokenCache cache = TokenCache.open(whole, F32)) {
            assertThat(cache.clips()).hasSize(12);
            assertThat(cache.verify()).isEmpty();
        }
        byte[] bytes = Files.readAllBytes(shard);
        bytes[(int) offsets[6] + 20]++;
        Files.write(shard, bytes);
        try (TokenCache elsewhere = TokenCache.open(new RangedFolder(folder), F32);
                TokenCache here = TokenCache.open(folder)) {
            assertThat(elsewhere.clips()).isEqualTo(here.clips()).hasSize(11);
            assertThat(elsewhere.damage()).isEqualTo(here.damage()).hasSize(1);
            assertThat(elsewhere.damage().getFirst().bytes()).isGreaterThan(6_000_000);
        }
    }

    @Test
    void aTableOfAnotherShardSizeIsNotUsed(@TempDir Path folder) throws IOException {
        RangedFolder.writeContents(filled(folder));
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            writer.append("later.wav", hash(900), CacheSamples.tokens(900));
        }
        try (TokenCache cache = TokenCache.open(new RangedFolder(folder), F16)) {
            assertThat(cache.clips()).hasSize(CLIPS + 1);
            assertThat(cache.read("later.wav").dim())
                    .isEqualTo(CacheSamples.tokens(900).tokens().dim());
        }
    }

    @Test
    void everyFlippedByteOfATableIsFound(@TempDir Path folder) throws IOException {
        CacheSamples.fill(folder, F16, CacheOptions.DEFAULT, 4);
        RangedFolder.writeContents(folder);
        Path table = folder.resolve("shard-00000.toc");
        byte[] intact = Files.readAllBytes(table);
        for (int at = 0; at < intact.length; at++) {
            byte[] hurt = intact.clone();
            hurt[at] ^= (byte) (1 << at % Byte.SIZE);
            Files.write(table, hurt);
            assertThatThrownBy(() -> TokenCache.open(new RangedFolder(folder), F16))
                    .as("byte %d", at)
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessageContainingAll("shard-00000.toc: bad-contents", "delete it");
            Files.write(table, Arrays.copyOf(intact, at));
            assertThatThrownBy(() -> TokenCache.open(new RangedFolder(folder), F16))
                    .as("cut at %d", at)
                    .isInstanceOf(MalformedFileException.class);
        }
        try (TokenCache here = TokenCache.open(folder)) {
            assertThat(here.clips()).hasSize(4);
        }
    }

    /**
     * The table holds copies of the headers, so damage to a header in the shard itself is found only by a full check.
     */
    @Test
    void everyFlippedByteOfARecordIsFoundByAFullCheck(@TempDir Path folder) throws IOException {
        long second;
        long third;
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT)) {
            writer.append(id(0), hash(0), CacheSamples.tokens(0));
            second = writer.append(id(1), hash(1), CacheSamples.tokens(1)).offset();
            third = writer.append(id(2), hash(2), CacheSamples.tokens(2)).offset();
        }
        RangedFolder.writeContents(folder);
        Path shard = folder.resolve("shard-00000.tok");
        byte[] intact = Files.readAllBytes(shard);
        for (int at = (int) second; at < third; at++) {
            byte[] hurt = intact.clone();
            hurt[at] ^= 1;
            Files.write(shard, hurt);
            try (TokenCache cache = TokenCache.open(new RangedFolder(folder), F16)) {
                assertThat(cache.verify())
                        .as("byte %d", at)
                        .extracting(Damage::record)
                        .containsExactly(1);
                CacheSamples.assertTokens(cache, 2);
            }
        }
        byte[] hurt = intact.clone();
        hurt[(int) third - 1] ^= 1;
        Files.write(shard, hurt);
        try (TokenCache cache = TokenCache.open(new RangedFolder(folder), F16)) {
            assertFails(TokenCacheException.class, () -> cache.read(id(1)), "the tokens do not match their checksum");
        }
    }

    @Test
    void onlyTheFilesOfTheManifestCount(@TempDir Path folder) throws IOException {
        List<Path> shards = CacheSamples.shards(filled(folder)).keySet().stream()
                .map(folder::resolve)
                .toList();
        Path renamed = Files.move(shards.get(0), folder.resolve("shard-00000-4f2a.0.tok"));
        RangedFolder.writeManifest(folder, List.of(shards.get(2), renamed));
        List<String> expected;
        try (TokenCache cache = TokenCache.open(folder)) {
            expected = cache.clips().stream().map(CachedClip::id).toList();
            assertThat(cache.clips())
                    .extracting(CachedClip::shard)
                    .containsOnly("shard-00002.tok", "shard-00000-4f2a.0.tok")
                    .startsWith("shard-00002.tok");
            assertThat(cache.verify()).isEmpty();
            assertThat(cache.read(id(0)).dim())
                    .isEqualTo(CacheSamples.tokens(0).tokens().dim());
        }
        try (TokenCache cache = TokenCache.open(new RangedFolder(folder), null)) {
            assertThat(cache.clips()).extracting(CachedClip::id).isEqualTo(expected);
        }
        assertThatThrownBy(() -> TokenCacheWriter.open(folder, F16, CacheOptions.DEFAULT))
                .isInstanceOf(TokenCacheException.class)
                .hasMessageContainingAll("has a _manifest.json", "choose another folder");
    }

    /** A manifest is written after its files, so none of them can be unfinished. */
    @Test
    void whatTheManifestNamesMustBeThereAndWhole(@TempDir Path folder) throws IOException {
        List<Path> shards = CacheSamples.shards(filled(folder)).keySet().stream()
                .map(folder::resolve)
                .toList();
        RangedFolder.writeManifest(folder, shards);
        byte[] last = Files.readAllBytes(shards.getLast());
        Files.write(shards.getLast(), Arrays.copyOf(last, last.length - 1));
        assertThatThrownBy(() -> TokenCache.open(folder))
                .isInstanceOf(TokenCacheException.class)
                .hasMessageContaining(shards.getLast() + " has " + (last.length - 1) + " bytes, _manifest.json says "
                        + last.length + " bytes: copy the folder again");
        Files.delete(shards.getLast());
        assertFails(() -> TokenCache.open(folder), shards.getLast() + " is missing, _manifest.json says");
        byte[] torn = Arrays.copyOf(last, last.length - 1);
        Files.write(shards.getLast(), torn);
        RangedFolder.writeManifest(folder, shards);
        try (TokenCache cache = TokenCache.open(folder)) {
            assertThat(cache.damage()).extracting(Damage::kind).containsExactly(Damage.Kind.CORRUPT);
        }
    }

    @Test
    void aManifestIsReadStrictly() throws MalformedFileException {
        String hash = "0123456789abcdef".repeat(4);
        String file = "{\"name\":\"a.tok\",\"bytes\":3,\"sha256\":\"" + hash + "\"}";
        String whole = "{\"format\":\"unmute-manifest-1\",\"later\":[{}],\"files\":[" + file + "]}";
        FileManifest read = FileManifest.parse(whole.getBytes(), "m");
        assertThat(read.files()).containsExactly(new FileManifest.Entry("a.tok", 3, hash));
        assertThat(FileManifest.parse(read.encode(), "m")).isEqualTo(read);
        for (String bad : List.of(
                "",
                "{}",
                "[]",
                "{\"format\":\"unmute-manifest-1\"}",
                whole.replace("-1", "-2"),
                whole + "x",
                whole.replace(file, file + "," + file),
                whole.replace("a.tok", "../a.tok"),
                whole.replace("a.tok", ".a.tok"),
                whole.replace("a.tok", ""),
                whole.replace(":3", ":-3"),
                whole.replace(":3", ":\"3\""),
                whole.replace("0123", "012"),
                whole.replace("abc", "ABC"),
                whole.replace("\"bytes\":3,", ""),
                whole.substring(0, whole.length() - 1))) {
            assertThatThrownBy(() -> FileManifest.parse(bad.getBytes(), "m"))
                    .as(bad)
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessageStartingWith("m: ");
        }
    }
}
