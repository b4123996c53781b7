package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.check.FolderCheck;
import org.unmute.files.FolderLock;
import org.unmute.kernels.contract.FullBuild;

/** The folder of a job that something else has left in another state than a run does. */
@FullBuild("runs Spark")
class JobFolderTest {
    private static LocalSpark spark;

    @TempDir
    static Path temp;

    private static Path audio;

    @TempDir
    Path out;

    @BeforeAll
    static void start() throws IOException {
        spark = new LocalSpark();
        audio = SmallRecordings.write(temp.resolve("audio"));
    }

    private EmbedTest.Output embed(String... more) {
        String[] args = {"--audio", audio.toString(), "--out", out.toString(), "--keep", "tokens,pooled"};
        return EmbedTest.run(Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
    }

    private void assertRefused(String... words) {
        EmbedTest.Output run = embed();
        assertThat(run.status()).as(run.err()).isEqualTo(3);
        assertThat(run.err()).contains(words);
    }

    private List<Path> files(String in, String begin) throws IOException {
        try (Stream<Path> files = Files.list(out.resolve(in))) {
            return files.filter(file -> file.getFileName().toString().startsWith(begin))
                    .sorted()
                    .toList();
        }
    }

    private List<Row> clips() {
        return spark.session()
                .read()
                .parquet(out.resolve("index").toString())
                .select("clip", "sha256", "shard", "offset")
                .orderBy("clip")
                .collectAsList();
    }

    /** As a driver leaves it that was killed while it removed rows, and tasks that outlived it. */
    @Test
    void rowsThatAreThereTwiceAndShardsOfNobodyGo() throws IOException {
        assertThat(embed().status()).isZero();
        // Clips that could not be used are tried again, so that their rows are new ones.
        List<Row> before = clips();
        List<Path> parts = files("index", "part-");
        Files.copy(parts.getFirst(), parts.getFirst().resolveSibling("part-99999-copy-c000.zstd.parquet"));
        Path stray = Files.writeString(out.resolve("tokens/shard-0000099-0a1b-9.tok"), "half a shard");
        Path unfinished = Files.createDirectories(out.resolve("index/_temporary/0/_temporary/attempt_1"));
        Files.writeString(unfinished.resolve("part-00000.parquet"), "half a part");
        EmbedTest.Output again = embed();
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.out()).contains("0 embedded now, " + SmallRecordings.USABLE + " already there");
        assertThat(clips()).isEqualTo(before);
        assertThat(stray).doesNotExist();
        assertThat(out.resolve("index/_temporary")).doesNotExist();
        assertThat(FolderCheck.of(out, _ -> {}).findings()).isEmpty();
    }

    @Test
    void aSecondJobIsRefused() throws IOException {
        try (FolderLock _ = FolderLock.acquire(out, FolderLock.NAME)) {
            assertRefused("is writing to " + out, "wait until it is done");
        }
    }

    @Test
    void aFolderOfAnEarlierVersionIsRefusedWithAdvice() throws IOException {
        Files.writeString(out.resolve("key.json"), "{\"format\":\"unmute-key-1\",\"key\":{}}");
        assertRefused("an earlier version filled the folder: submit the job again into another one");
    }

    @Test
    void aFolderOfAnotherProgramIsRefused() throws IOException {
        Files.writeString(Files.createDirectories(out.resolve("index")).resolve("part-00000.parquet"), "rows");
        assertRefused("has part-00000.parquet and no key.json", "choose another folder");
    }

    @Test
    void aLinkInPlaceOfAFolderIsNamed(@TempDir Path elsewhere) throws IOException {
        Files.createSymbolicLink(out.resolve("tokens"), elsewhere);
        EmbedTest.Output run = embed();
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("a symbolic link is where a folder of the job is to be", "/tokens");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aLostKeyIsWrittenAgainByTheSameSettings() throws IOException {
        assertThat(embed().status()).isZero();
        byte[] key = Files.readAllBytes(out.resolve("key.json"));
        Files.delete(out.resolve("key.json"));
        assertThat(embed("--pool", "max").err()).contains("key.json is missing, and the settings of this run are not");
        assertThat(embed().err()).contains("key.json is missing: it is made again");
        assertThat(out.resolve("key.json")).hasBinaryContent(key);
    }
}
