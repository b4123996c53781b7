package org.unmute.experiments.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.experiments.InputException;
import org.unmute.experiments.provenance.Json;

/** What needs no command to have run; {@code FsckEndToEndTest} of the command line checks what commands write. */
class FolderCheckTest {
    @TempDir
    Path folder;

    private FolderCheck.Result check() throws IOException {
        return FolderCheck.of(folder, _ -> {});
    }

    @Test
    void commandsAreQuotedForAShell() {
        RunCommand run = new RunCommand(
                List.of("unmute", "embed", "--out", "my cache", "it's", "$(rm -rf ~)", "--clip=10", ""), Json.object());
        assertThat(run.shell()).isEqualTo("unmute embed --out 'my cache' 'it'\\''s' '$(rm -rf ~)' --clip=10 ''");
    }

    @Test
    void recordsOfOtherProgramsAreNotBelieved() throws IOException {
        Path file = folder.resolve("run.json");
        assertThat(RunCommand.read(file)).isEmpty();
        for (String text : List.of(
                "{}",
                "[]",
                "{\"command\":\"unmute embed\",\"results\":{}}",
                "{\"command\":[\"rm\",\"x\"],\"results\":{}}",
                "{\"command\":[\"unmute\"],\"results\":{}}",
                "{\"command\":[\"unmute\",\"embed\"]}",
                "{")) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> RunCommand.read(file)).as(text).isInstanceOf(InputException.class);
        }
        Files.writeString(file, "{\"command\":[\"unmute\",\"embed\"],\"results\":{}}");
        assertThat(RunCommand.read(file).orElseThrow().name()).isEqualTo("embed");
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
                        "run.json",
                        "notes.txt",
                        "cache/cache.lock",
                        "cache/shard-00000.tok",
                        "cache/shard-00001.tok.damaged",
                        "cache/shard-00000.tok.rebuild");
        assertThat(result.count(Finding.Kind.LEFT_OVER)).isEqualTo(2);
        assertThat(result.count(Finding.Kind.DAMAGED))
                .as("three bytes are no shard")
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
}
