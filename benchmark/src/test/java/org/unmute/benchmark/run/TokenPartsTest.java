package org.unmute.benchmark.run;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.Embedding;

/** Tokens computed in parts by several machines. */
class TokenPartsTest {
    @TempDir
    private Path folder;

    private static List<AudioClip> clips(int files, int each) {
        List<AudioClip> all = new ArrayList<>();
        for (int f = 0; f < files; f++) {
            for (int c = 0; c < each; c++) {
                all.add(new AudioClip(f + ".wav#" + c, Path.of(f + ".wav")));
            }
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "40, 1, 5", "40, 1, 7", "3, 20, 6", "1, 50, 4", "10, 3, 30", "5, 1, 9"})
    void everyClipIsInOnePartAndNoFileInTwo(int files, int each, int parts) {
        List<AudioClip> all = clips(files, each);
        List<AudioClip> joined = new ArrayList<>();
        List<Path> last = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            List<AudioClip> own = TokenParts.clips(all, part, parts);
            if (!own.isEmpty()) {
                assertThat(last).doesNotContain(own.getFirst().path());
                last.add(own.getLast().path());
            }
            joined.addAll(own);
        }
        assertThat(joined).isEqualTo(all);
    }

    private Path cache() {
        return folder.resolve("set");
    }

    private TokenParts parts(String content) {
        return new TokenParts(cache(), content);
    }

    @Test
    void theNumberFitsTheClipsTheirSizeAndTheCores() throws IOException {
        assertThat(parts("few").divide(15, 1 << 20, 8)).isEqualTo(1);
        assertThat(folder).isEmptyDirectory();
        assertThat(parts("a").divide(100_000, 1 << 20, 8)).isEqualTo(24);
        assertThat(parts("b").divide(100_000, 500L << 30, 8)).isEqualTo(501);
        assertThat(parts("c").divide(2_000_000, 5000L << 30, 8)).isEqualTo(999);
    }

    @Test
    void whatWasBegunGoesOnInTheSameParts() throws IOException {
        int begun = parts("a").divide(1000, 1 << 20, 8);
        shard(parts("a").folder(3), 300);
        assertThat(parts("a").divide(1000, 1 << 20, 64)).isEqualTo(begun);
        assertThat(parts("a").folder(3)).exists();
        assertThat(parts("other clips").divide(1000, 1 << 20, 4)).isEqualTo(12);
        assertThat(parts("a").folder(3)).doesNotExist();
    }

    @Test
    void aCacheThatHasShardsIsGoneOnWithByOne() throws IOException {
        shard(cache(), 0);
        assertThat(parts("a").divide(1000, 1 << 20, 8)).isEqualTo(1);
    }

    @Test
    void gatheringGoesOnAfterAKill() throws IOException {
        int number = parts("a").divide(24, 1 << 20, 1);
        assertThat(number).isEqualTo(3);
        for (int part = 0; part < number; part++) {
            shard(parts("a").folder(part), part * TokenParts.SHARDS);
            shard(parts("a").folder(part), part * TokenParts.SHARDS + 1);
            Files.writeString(parts("a").folder(part).resolve("cache.lock"), "");
        }
        assertThat(parts("a").gathering()).isNull();
        Embedding.Outcome done = new Embedding.Outcome(
                23, 0, List.of(new Embedding.Skipped("a", "no sound")), List.of(new Embedding.Skipped("b", "gone")));
        Path inTheWay = Files.createDirectories(cache().resolve("shard-00100.tok/x"));
        assertThatThrownBy(() -> parts("a").gather(number, done)).isInstanceOf(IOException.class);
        assertThat(names()).contains("shard-00000.tok", "shard-00001.tok").doesNotContain("shard-00101.tok");
        Files.delete(inTheWay);
        Files.delete(cache().resolve("shard-00100.tok"));

        assertThat(parts("a").divide(24, 1 << 20, 1)).isEqualTo(number);
        assertThat(parts("a").gathering()).isEqualTo(done);
        parts("a").gather(number, done);
        assertThat(names())
                .containsExactly(
                        "shard-00000.tok shard-00001.tok shard-00100.tok shard-00101.tok shard-00200.tok shard-00201.tok"
                                .split(" "));
        parts("a").delete();
        assertThat(folder)
                .isDirectoryNotContaining(f -> f.getFileName().toString().startsWith("."));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(cache())) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static void shard(Path in, int number) throws IOException {
        Files.createDirectories(in);
        Files.writeString(in.resolve(String.format("shard-%05d.tok", number)), "shard " + number);
    }
}
