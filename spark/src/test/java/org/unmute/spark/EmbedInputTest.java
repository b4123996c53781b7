package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/** Input of {@code Embed}: invalid heads, and the index of a job. */
@FullBuild("runs Spark")
class EmbedInputTest {
    private static LocalSpark spark;

    @TempDir
    static Path temp;

    private static Path audio;

    @BeforeAll
    static void start() throws IOException {
        spark = new LocalSpark();
        audio = SmallRecordings.write(temp.resolve("audio"));
    }

    private static Map<String, Row> index(Path table) {
        Map<String, Row> rows = new HashMap<>();
        spark.session()
                .read()
                .parquet(table.toString())
                .collectAsList()
                .forEach(row -> rows.put(row.getAs("clip"), row));
        return rows;
    }

    /** Nothing runs on an executor before the head is known to be valid. */
    @Test
    void aHeadThatCannotBeUsedEndsTheJobBeforeItsTasks(@TempDir Path folder) throws Exception {
        Path text = Files.writeString(folder.resolve("text.safetensors"), "no probe, but a text");
        AtomicInteger jobs = new AtomicInteger();
        SparkListener listener = new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
                jobs.incrementAndGet();
            }
        };
        String[] args = {
            "--audio", audio.toString(), "--out", folder.resolve("out").toString(), "--quiet", "--keep", "scores"
        };
        spark.session().sparkContext().addSparkListener(listener);
        try {
            for (String[] more :
                    new String[][] {{}, {"--probe", text.toString()}, {"--encoder", text.toString()}, {"--dry-run"}}) {
                EmbedTest.Output run = EmbedTest.run(
                        Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
                assertThat(run.status()).as(run.err()).isEqualTo(3);
                assertThat(run.err().lines()).as(run.err()).hasSize(1);
                assertThat(run.err()).contains(more.length < 2 ? "no classification head" : "text.safetensors");
                assertThat(run.out()).isEmpty();
            }
            spark.session().sparkContext().listenerBus().waitUntilEmpty();
        } finally {
            spark.session().sparkContext().removeSparkListener(listener);
        }
        assertThat(jobs).hasValue(0);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    /** Embeds the same clips again: ids, places and lengths come from the index alone. */
    @Test
    void aPartOfAnIndexIsATableOfRecordings(@TempDir Path folder) throws IOException {
        Path first = folder.resolve("first");
        assertThat(EmbedTest.run(
                                "--audio",
                                audio.toString(),
                                "--out",
                                first.toString(),
                                "--clip",
                                "10",
                                "--keep",
                                "pooled")
                        .status())
                .isZero();
        Path any;
        try (Stream<Path> parts = Files.list(first.resolve("index"))) {
            any = parts.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .findFirst()
                    .orElseThrow();
        }
        Path part = Files.copy(any, folder.resolve("clips.parquet"));
        Path second = folder.resolve("second");
        EmbedTest.Output again = EmbedTest.run(
                "--audio", part.toString(), "--out", second.toString(), "--clip", "10", "--keep", "pooled");
        assertThat(again.status()).as(again.err()).isZero();
        Map<String, Row> expected = index(first.resolve("index"));
        index(second.resolve("index")).forEach((clip, row) -> {
            for (String column : List.of("path", "root", "start", "end", "sha256", "pooled")) {
                assertThat(row.<Object>getAs(column))
                        .as(clip)
                        .isEqualTo(expected.get(clip).getAs(column));
            }
        });
        assertThat(index(second.resolve("index"))).hasSameSizeAs(index(part));
    }
}
