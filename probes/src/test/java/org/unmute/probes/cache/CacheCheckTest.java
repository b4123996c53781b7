package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheCheckTest {
    private static final int CLIPS = 12;

    @TempDir
    Path folder;

    @BeforeEach
    void fill() throws IOException {
        CacheSamples.fill(folder, CacheSamples.F16, CacheSamples.shards(900), CLIPS);
        assertThat(shards()).hasSizeGreaterThan(2);
    }

    private List<Path> shards() throws IOException {
        return CacheSamples.shards(folder).keySet().stream()
                .map(folder::resolve)
                .toList();
    }

    private CacheCheck check() throws IOException {
        return CacheCheck.of(folder, _ -> {});
    }

    @Test
    void anIntactCacheHasNoDamage() throws IOException {
        List<Path> seen = new ArrayList<>();
        CacheCheck check = CacheCheck.of(folder, seen::add);
        assertThat(check.damage()).isEmpty();
        assertThat(check.clips()).isEqualTo(CLIPS);
        assertThat(check.shards()).isEqualTo(shards().size());
        assertThat(seen).isEqualTo(shards());
    }

    @Test
    void everyFlippedByteIsFound(@TempDir Path alone) throws IOException {
        for (Path each : List.of(shards().getFirst(), shards().getLast())) {
            Path shard = Files.copy(each, alone.resolve(each.getFileName()));
            byte[] bytes = Files.readAllBytes(shard);
            for (int at = 0; at < bytes.length; at++) {
                byte[] hurt = bytes.clone();
                hurt[at] ^= (byte) (1 << at % Byte.SIZE);
                Files.write(shard, hurt);
                assertThat(CacheCheck.of(alone, _ -> {}).damage())
                        .as("%s, byte %d", shard.getFileName(), at)
                        .isNotEmpty()
                        .allMatch(d -> d.shard().equals(shard.getFileName().toString()));
            }
            Files.delete(shard);
        }
    }

    /**
     * The records of a shard without a header are found by the key of the other shards, whichever shard is affected.
     */
    @Test
    void aDamagedHeaderHidesNoRecords() throws IOException {
        for (Path shard : shards()) {
            byte[] bytes = Files.readAllBytes(shard);
            byte[] hurt = bytes.clone();
            Arrays.fill(hurt, 0, 12, (byte) 0);
            Files.write(shard, hurt);
            CacheCheck check = check();
            assertThat(check.damage()).extracting(Damage::record).containsExactly(-1);
            assertThat(check.clips()).isEqualTo(CLIPS);
            Files.write(shard, bytes);
        }
    }

    @Test
    void aShardOfAnotherCacheIsDamage(@TempDir Path other) throws IOException {
        CacheSamples.fill(other, CacheSamples.F32, CacheOptions.DEFAULT, 2);
        Files.copy(other.resolve("shard-00000.tok"), folder.resolve("shard-00099.tok"));
        CacheCheck check = check();
        assertThat(check.clips()).isEqualTo(CLIPS);
        assertThat(check.damage()).hasSize(1);
        assertThat(check.damage().getFirst().shard()).isEqualTo("shard-00099.tok");
        assertThat(check.damage().getFirst().reason()).startsWith("none of its records can be used: ");
    }

    @Test
    void aFolderWithoutShardsHoldsNothing(@TempDir Path empty) throws IOException {
        assertThat(CacheCheck.of(empty, _ -> {})).isEqualTo(new CacheCheck(0, 0, 0, List.of()));
    }

    @Test
    void onlyWhatTheManifestNamesIsChecked() throws IOException {
        List<Path> kept = shards().subList(0, 2);
        RangedFolder.writeManifest(folder, kept);
        Files.write(shards().getLast(), new byte[] {1, 2, 3});
        CacheCheck check = check();
        assertThat(check.damage()).isEmpty();
        assertThat(check.shards()).isEqualTo(2);
        Files.write(kept.getLast(), new byte[] {1, 2, 3});
        assertFails(TokenCacheException.class, this::check, kept.getLast() + " has 3 bytes, _manifest.json says ");
    }
}
