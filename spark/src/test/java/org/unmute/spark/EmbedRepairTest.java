package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.check.FolderCheck;
import org.unmute.data.ClipDivision;
import org.unmute.kernels.contract.FullBuild;

/** Running the same command again recreates results that its folder has lost. */
@FullBuild("runs Spark")
class EmbedRepairTest {
    private static LocalSpark spark;

    @TempDir
    static Path temp;

    private static Path audio;

    @BeforeAll
    static void start() throws IOException {
        spark = new LocalSpark();
        audio = SmallRecordings.write(temp.resolve("audio"));
    }

    private static Map<String, Row> index(Path out) {
        Map<String, Row> rows = new HashMap<>();
        for (Row row :
                spark.session().read().parquet(out.resolve("index").toString()).collectAsList()) {
            assertThat(rows.put(row.getAs("clip"), row)).as("%s", row).isNull();
        }
        return rows;
    }

    /** Each run finds lost files; only --verify finds changed bytes. The message names the damage. */
    @Test
    void whatWasLostIsMadeAgain(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("out");
        String probe = SmallProbe.write(folder.resolve("probe.safetensors"), "protobin")
                .toString();
        String[] args = {
            "--audio",
            audio.toString(),
            "--out",
            out.toString(),
            "--keep",
            "tokens,pooled,events",
            "--probe",
            probe,
            "--shard-size",
            "100k"
        };
        assertThat(EmbedTest.run(args).status()).isZero();
        Map<String, Row> before = index(out);
        List<Row> events = events(out);
        List<Path> shards = files(out, "tokens", ".tok");
        assertThat(shards).hasSizeGreaterThan(3);
        List<String> gone = new ArrayList<>();
        for (Path file : List.of(
                shards.get(0),
                files(out, "index", ".parquet").get(1),
                files(out, "events", ".parquet").get(0))) {
            Files.delete(file);
            gone.add(file.getFileName().toString());
        }
        EmbedTest.Output again = EmbedTest.run(args);
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.err())
                .contains(gone.stream().map(name -> name + " is missing").toList());
        assertThat(again.out()).doesNotContain(" 0 embedded now");
        assertWhole(out, before, events, folder.resolve("expected"));

        Path changed = files(out, "tokens", ".tok").getLast();
        byte[] bytes = Files.readAllBytes(changed);
        bytes[bytes.length - 9] ^= 2;
        Files.write(changed, bytes);
        assertThat(EmbedTest.run(args).out()).contains("(0 embedded now");
        EmbedTest.Output verified = EmbedTest.run(
                Stream.concat(Stream.of(args), Stream.of("--verify")).toArray(String[]::new));
        assertThat(verified.err()).contains(changed.getFileName() + " has other bytes than were written");
        assertWhole(out, before, events, folder.resolve("expected"));
    }

    private static List<Path> files(Path out, String in, String end) throws IOException {
        try (Stream<Path> files = Files.list(out.resolve(in))) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private static List<Row> events(Path out) {
        return spark.session()
                .read()
                .parquet(out.resolve("events").toString())
                .orderBy("clip", "label", "onset")
                .collectAsList();
    }

    private static void assertWhole(Path out, Map<String, Row> rows, List<Row> events, Path expected)
            throws IOException {
        EmbedTest.assertSameTokens(
                out.resolve("tokens"), EmbedTest.embedded(audio, ClipDivision.Rule.DEFAULT, expected));
        Map<String, Row> now = index(out);
        assertThat(now.keySet()).isEqualTo(rows.keySet());
        rows.forEach((clip, row) -> {
            for (String column : List.of("path", "sha256", "pooled", "time", "error")) {
                assertThat(now.get(clip).<Object>getAs(column)).as(clip).isEqualTo(row.<Object>getAs(column));
            }
        });
        assertThat(events(out)).isEqualTo(events);
        assertThat(FolderCheck.of(out, _ -> {}).findings()).isEmpty();
    }
}
