package org.unmute.benchmark.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.provenance.Json;
import org.unmute.files.InputException;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.tensor.DType;

/** What needs no command to have run; {@code FsckEndToEndTest} of the command line checks what commands write. */
class FolderCheckTest {
    @TempDir
    Path folder;

    private FolderCheck.Result check() throws IOException {
        return FolderCheck.of(folder, _ -> {});
    }

    @Test
    void commandsAreQuotedForAShell() {
        StatedCommand run = new StatedCommand(
                List.of("unmute", "embed", "--out", "my cache", "it's", "$(rm -rf ~)", "--clip=10", ""), Json.object());
        assertThat(run.shell()).isEqualTo("unmute embed --out 'my cache' 'it'\\''s' '$(rm -rf ~)' --clip=10 ''");
    }

    @Test
    void recordsOfOtherProgramsAreNotBelieved() throws IOException {
        Path file = folder.resolve("run.json");
        assertThat(StatedCommand.read(file)).isEmpty();
        for (String text : List.of(
                "{}",
                "[]",
                "{\"command\":\"unmute embed\",\"results\":{}}",
                "{\"command\":[\"rm\",\"x\"],\"results\":{}}",
                "{\"command\":[\"unmute\"],\"results\":{}}",
                "{\"command\":[\"unmute\",\"embed\"]}",
                "{")) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> StatedCommand.read(file)).as(text).isInstanceOf(InputException.class);
        }
        Files.writeString(file, "{\"command\":[\"unmute\",\"embed\"],\"results\":{}}");
        assertThat(StatedCommand.read(file).orElseThrow().name()).isEqualTo("embed");
    }

    /** The cells of a grid are paths below its folder, whatever it says. */
    @Test
    void aGridCannotNameOtherFolders() throws IOException {
        Path run = Files.createDirectories(folder.resolve("a/run"));
        Files.writeString(Files.createDirectories(folder.resolve("a/b")).resolve("cell.json"), "{}");
        Files.writeString(
                run.resolve("grid.json"),
                "{\"encoders\":[],\"datasets\":[],\"probes\":[],\"cells\":[\"../b/.\"],\"settings\":{},"
                        + "\"file\":\"g.toml\"}");
        FolderCheck.Result result = FolderCheck.of(run, _ -> {});
        assertThat(result.items()).extracting(CheckedItem::what).containsExactly("benchmark");
        assertThat(result.findings()).extracting(Finding::what).containsExactly("0 of 1 cell finished");
        assertThat(result.findings().getFirst().remedy()).startsWith("run: unmute benchmark g.toml --out ");
    }

    @Test
    void everyFileIsReportedOnce() throws IOException {
        Files.writeString(folder.resolve("run.json"), "{}");
        Files.writeString(folder.resolve("notes.txt"), "");
        Files.writeString(Files.createDirectories(folder.resolve("cache")).resolve("cache.lock"), "");
        Files.write(folder.resolve("cache/shard-00000.tok"), new byte[3]);
        Files.write(folder.resolve("cache/shard-00001.tok.damaged"), new byte[3]);
        Files.write(folder.resolve("cache/shard-00000.tok.rebuild"), new byte[3]);
        List<String> seen = new ArrayList<>();
        FolderCheck.Result result =
                FolderCheck.of(folder, file -> seen.add(folder.relativize(file).toString()));
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        ("run.json notes.txt cache/cache.lock cache/shard-00000.tok cache/shard-00001.tok.damaged "
                                        + "cache/shard-00000.tok.rebuild")
                                .split(" "));
        assertThat(result.count(Finding.Kind.LEFT_OVER)).isEqualTo(2);
        assertThat(result.count(Finding.Kind.DAMAGED))
                .as("three bytes are not a shard")
                .isEqualTo(1);
    }

    @Test
    void brokenJsonAndLeftOversAreFound() throws IOException {
        Files.writeString(folder.resolve("eval.json"), "{\"a\": 1} x");
        Files.writeString(folder.resolve("metrics.json"), "");
        Files.writeString(folder.resolve("scores.csv.7-1.tmp"), "half");
        Files.writeString(folder.resolve("other.json"), "not ours");
        FolderCheck.Result result = check();
        assertThat(result.findings())
                .extracting(f -> f.kind() + " " + f.path().getFileName())
                .containsExactlyInAnyOrder("damaged eval.json", "damaged metrics.json", "left over scores.csv.7-1.tmp");
        assertThat(result.items()).hasSize(1);
        assertThat(result.items().getFirst().state()).isEqualTo(Finding.Kind.DAMAGED);
    }

    @Test
    void aFolderOfOthersHasNoItems() throws IOException {
        Files.writeString(folder.resolve("readme.txt"), "hello");
        assertThat(check().items()).isEmpty();
    }

    /** The folder of a job on Spark, with names of files as on an object store. */
    private Path job() throws IOException {
        Path tokens = Files.createDirectories(folder.resolve("job/tokens"));
        manifest(Files.writeString(folder.resolve("job/key.json"), "{}"));
        CacheKey key = new CacheKey("encoder", "hash", "front end", "hash of it", DType.F16);
        try (TokenCacheWriter writer = TokenCacheWriter.open(tokens, key, CacheOptions.DEFAULT)) {
            for (int clip = 0; clip < 3; clip++) {
                writer.append("clip " + clip, "ab".repeat(32), new Features(new TokenMap(1, 1, 2, new float[2], null)));
            }
        }
        Files.delete(tokens.resolve("cache.lock"));
        Path shard = Files.move(tokens.resolve("shard-00000.tok"), tokens.resolve("shard-00000-0a1b-2.tok"));
        Path table = Files.write(tokens.resolve("shard-00000-0a1b-2.toc"), ShardContents.of(shard));
        String command = "\"org.unmute.spark.Embed\",\"--audio\",\"my audio\",\"--out\",\"job\"";
        manifest(table, shard, Files.writeString(tokens.resolve("run.json"), "{\"command\":[" + command + "]}"));
        for (String name : List.of("index", "events")) {
            Path rows = Files.createDirectories(folder.resolve("job").resolve(name));
            manifest(Files.writeString(rows.resolve("part-00000-0a1b-2.parquet"), "PAR1 rows PAR1"));
        }
        return folder.resolve("job");
    }

    private static void manifest(Path... files) throws IOException {
        List<FileManifest.Entry> entries = new ArrayList<>();
        for (Path file : files) {
            entries.add(new FileManifest.Entry(file.getFileName().toString(), Files.size(file), Sha256.of(file)));
        }
        Files.write(files[0].resolveSibling(FileManifest.FILE), new FileManifest(entries).encode());
    }

    @Test
    void theFolderOfAJobIsCheckedByItsManifests() throws IOException {
        Path job = job();
        FolderCheck.Result intact = check();
        assertThat(intact.findings()).isEmpty();
        assertThat(intact.items())
                .extracting(i -> i.what() + ": " + i.content())
                .containsExactly("job on Spark: events: 1 part, index: 1 part", "token cache: 3 clips, 368 B");
        List<Path> files;
        try (Stream<Path> all = Files.walk(job)) {
            files = all.filter(f -> f.toString().matches(".*(tok|toc|parquet|json)"))
                    .toList();
        }
        assertThat(files).hasSize(10);
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            for (int at = 0; at < bytes.length; at += 5) {
                byte[] hurt = bytes.clone();
                hurt[at] ^= (byte) (at % 2 == 0 ? 1 : 0x40);
                Files.write(file, hurt);
                assertThat(check().count(Finding.Kind.DAMAGED))
                        .as("%s, byte %d", file, at)
                        .isPositive();
            }
            Files.write(file, bytes);
        }
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            assertThat(check().findings())
                    .as("%s", file)
                    .filteredOn(finding -> finding.path().equals(file) && finding.kind() == Finding.Kind.DAMAGED)
                    .singleElement()
                    .matches(finding -> finding.what().startsWith("is missing"))
                    .matches(finding -> finding.remedy()
                            .equals(
                                    file.endsWith("run.json")
                                            ? "run: spark/submit embed, with the options that the job had"
                                            : "run: spark/submit embed --audio 'my audio' --out job"));
            Files.write(file, new byte[0]);
            assertThat(check().count(Finding.Kind.DAMAGED)).as("%s", file).isPositive();
            Files.write(file, bytes);
        }
    }

    @Test
    void whatNoManifestNamesIsLeftOver() throws IOException {
        Path job = job();
        Files.writeString(job.resolve("tokens/shard-00001-0a1b-3.tok"), "an attempt that lost");
        Files.writeString(job.resolve("tokens/shard-00002-0a1b-4.toc"), "an attempt without its shard");
        Files.writeString(job.resolve("events/part-00001-0a1b-3.parquet"), "PAR1 half");
        FolderCheck.Result check = check();
        assertThat(check.items())
                .extracting(CheckedItem::content)
                .containsExactly("events: 1 part, index: 1 part", "3 clips, 368 B");
        assertThat(check.findings())
                .extracting(f -> f.kind() + " " + job.relativize(f.path()))
                .containsExactlyInAnyOrder(
                        "left over events/part-00001-0a1b-3.parquet",
                        "left over tokens/shard-00001-0a1b-3.tok",
                        "left over tokens/shard-00002-0a1b-4.toc");
    }

    /** Rows that were committed since the last run ended are in no manifest, and are no damage. */
    @Test
    void aJobThatWasKilledIsUnfinished() throws IOException {
        Path job = job();
        Path tokens = job.resolve("tokens");
        manifest(tokens.resolve("shard-00000-0a1b-2.toc"), tokens.resolve("shard-00000-0a1b-2.tok"));
        Files.move(job.resolve("index/part-00000-0a1b-2.parquet"), job.resolve("index/part-00001-0a1b-5.parquet"));
        Files.writeString(job.resolve("index/part-00002-0a1b-6.parquet"), "PAR1 rows PAR1");
        FolderCheck.Result check = check();
        assertThat(check.findings())
                .extracting(f -> f.kind() + " " + folder.relativize(f.path()))
                .containsExactly("unfinished job");
        assertThat(check.items().getFirst().content()).isEqualTo("events: 1 part, index: 2 parts");
    }
}
