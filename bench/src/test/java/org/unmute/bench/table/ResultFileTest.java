package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFileTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        RowResult row =
                Results.row("a", Results.timed("unmute", 1.5, 10, 20), RowResult.Entry.failed("mkl", "", "not here"));
        Path file = folder.resolve("below/results.json");
        ResultFile.write(file, List.of(row));
        RowResult read = ResultFile.read(file).getFirst();
        assertThat(read.origin()).isEqualTo(row.origin());
        assertThat(read.timed("unmute").orElseThrow().ms()).isEqualTo(1.5);
        assertThat(read.timed("unmute").orElseThrow().tensorBytes()).isEqualTo(20);
        assertThat(read.timed("mkl")).isEmpty();
        assertThat(read.entries().getLast().problem()).isEqualTo("not here");
    }

    @Test
    void freshRowsReplaceFormerOnesInTheOrderOfTheTable() {
        List<RowResult> merged = ResultFile.merge(
                List.of(Results.row("gone"), Results.row("b", Results.timed("unmute", 1))),
                List.of(Results.row("b", Results.timed("unmute", 2)), Results.row("a")),
                List.of("a", "b", "c"));
        assertThat(merged).extracting(RowResult::id).containsExactly("a", "b", "gone");
        assertThat(merged.get(1).timed("unmute").orElseThrow().ms()).isEqualTo(2);
    }

    @Test
    void anotherFileIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "[1, 2]");
        assertThatThrownBy(() -> ResultFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not results of bench");
    }
}
