package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.rows.Row;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the processes are shell commands")
class ProgramTest {
    @TempDir
    private Path folder;

    private Program program(String script, double timeout) {
        return new Program(
                "p",
                "a program",
                new Row.Program(
                        (_, result) -> List.of("sh", "-c", script, "sh", result.toString()),
                        (result, printed, to) -> Files.writeString(
                                to.resolve("seen"), Files.readString(result.resolve("n")) + Files.readString(printed))),
                Map.of("WORD", "hello"),
                timeout);
    }

    @Test
    void everyCallIsAProcessThatFindsNoResultsOfTheOneBefore() throws Exception {
        Program program = program("mkdir \"$1\" && echo 5 >\"$1/n\" && echo $WORD", 60);
        program.prepare(folder);
        assertThat(Files.readString(folder.resolve("out/p/seen"))).isEqualTo("5\nhello\n");
        assertThat(program.time(3, 60)).hasSize(3).doesNotContain(0);
    }

    @Test
    void aProcessThatFailsSaysWhy() {
        assertThatThrownBy(() -> program("echo no weights >&2; exit 3", 60).prepare(folder))
                .isInstanceOf(PeerException.class)
                .hasMessage("ended with status 3: no weights");
    }

    @Test
    void aProcessThatHangsIsEnded() {
        assertThatThrownBy(() -> program("sleep 60", 0.1).prepare(folder))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("did not end within");
    }

    @Test
    void resultsThatAreMissingAreAReason() {
        assertThatThrownBy(() -> program("true", 60).prepare(folder))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("its results cannot be read");
    }
}
