package org.unmute.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineProcessTest {
    @TempDir
    Path folder;

    /** Libraries may print anything, even on the line of an answer. */
    @Test
    void answersAreHeardAmongOtherOutput() throws PeerException {
        List<String> command = List.of("sh", "-c", "echo something else; echo printed before @ready it; cat");
        try (LineProcess process = new LineProcess(command, Map.of(), "@", folder.resolve("log"), 20)) {
            assertThat(process.label()).isEqualTo("it");
            assertThat(process.ask("something else\n@gone far", "gone")).isEqualTo("far");
        }
    }

    @Test
    void aProcessThatDoesNotAnswerInTimeIsNoLongerAlive() throws PeerException {
        List<String> command = List.of("sh", "-c", "echo @ready it; exec sleep 100");
        try (LineProcess process = new LineProcess(command, Map.of(), "@", folder.resolve("log"), 20)) {
            assertThat(process.label()).isEqualTo("it");
            assertThat(process.isAlive()).isTrue();
            assertThatThrownBy(() -> process.ask("go", "gone", 0.1)).hasMessage("no answer within 0 s");
            assertThat(process.isAlive()).isFalse();
        }
    }
}
