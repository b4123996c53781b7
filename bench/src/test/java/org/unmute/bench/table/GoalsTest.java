package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.bench.rows.BenchRows;
import org.unmute.bench.rows.Row;

class GoalsTest {
    @TempDir
    private Path folder;

    private Goals read(String text) throws IOException {
        return Goals.read(Files.writeString(folder.resolve("goals.toml"), text));
    }

    private Goals.Verdict only(String text, RowResult... rows) throws IOException {
        List<Goals.Verdict> verdicts = read(text).judge(List.of(rows));
        assertThat(verdicts).hasSize(1);
        return verdicts.getFirst();
    }

    @Test
    void everyGoalOfTheProjectIsAboutARowThatThereIsWithPeersThatItHas() throws IOException {
        Goals goals = Goals.read(Path.of("goals.toml"));
        List<Row> rows = BenchRows.all(Path.of(""));
        for (Goals.Goal goal : goals.goals()) {
            List<Row> own = rows.stream()
                    .filter(r -> Pattern.matches(goal.rows(), r.id()))
                    .toList();
            assertThat(own)
                    .as(goal.rows())
                    .isNotEmpty()
                    .allSatisfy(r -> assertThat(r.peers()).containsAll(goal.peers()));
        }
    }

    @Test
    void everyRowOfTheTableHasAGoal() throws IOException {
        Goals goals = Goals.read(Path.of("goals.toml"));
        assertThat(BenchRows.all(Path.of("")).stream().map(Row::id).filter(id -> !goals.concerns(id)))
                .containsExactly("vit-b1-t1");
    }

    @Test
    void theFastestOfTheNamedPeersThatWasTimedCounts() throws IOException {
        String goal = "[[goal]]\nrows = \"a.*\"\npeers = [\"mkl\", \"openblas\", \"ejml\"]\nratio = 1.0";
        RowResult row = Results.row(
                "a1",
                Results.timed("unmute", 10),
                Results.timed("mkl", 12),
                Results.timed("openblas", 9),
                RowResult.Entry.failed("ejml", "", "not here"));
        assertThat(only(goal, row))
                .isEqualTo(new Goals.Verdict("a1", Goals.State.MISSED, "ratio to openblas 1.111, at most 1.000"));
        RowResult slower = Results.row("a1", Results.timed("unmute", 10), Results.timed("mkl", 12));
        assertThat(only(goal, slower))
                .isEqualTo(new Goals.Verdict("a1", Goals.State.REACHED, "ratio to mkl 0.833, at most 1.000"));
    }

    @Test
    void aGoalWhosePeersAreMissingIsNeitherReachedNorMissed() throws IOException {
        String goal = "[[goal]]\nrows = \"a\"\npeers = [\"mkl\"]\nratio = 1.0";
        RowResult row = Results.row("a", Results.timed("unmute", 10), RowResult.Entry.failed("mkl", "", "not here"));
        assertThat(only(goal, row).state()).isEqualTo(Goals.State.NOT_MEASURED);
        assertThat(only(goal, row).text()).contains("mkl");
        assertThat(only(goal, Results.row("b", Results.timed("unmute", 1))).state())
                .isEqualTo(Goals.State.NOT_MEASURED);
    }

    @Test
    void aRowThatOursFailedInIsMissed() throws IOException {
        String goal = "[[goal]]\nrows = \"a\"\nseconds = 1";
        Goals.Verdict verdict = only(goal, Results.row("a", RowResult.Entry.failed("unmute", "", "broken")));
        assertThat(verdict.state()).isEqualTo(Goals.State.MISSED);
        assertThat(verdict.text()).contains("broken");
    }

    @ParameterizedTest
    @CsvSource({"900, REACHED", "1100, MISSED"})
    void secondsAreThoseOfACall(double ms, Goals.State expected) throws IOException {
        assertThat(only("[[goal]]\nrows = \"a\"\nseconds = 1", Results.row("a", Results.timed("unmute", ms)))
                        .state())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"125, REACHED", "200, MISSED"})
    void theShareOfThePeakIsThatOfTheRowsOperations(double ms, Goals.State expected) throws IOException {
        // 10 GFLOP in 125 ms are 80 GFLOP/s, out of a peak of 100.
        assertThat(only("[[goal]]\nrows = \"a\"\nflop-share = 0.7", Results.row("a", Results.timed("unmute", ms)))
                        .state())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"20, REACHED", "21, MISSED", "-1, NOT_MEASURED"})
    void memoryIsComparedWithThePeers(long bytes, Goals.State expected) throws IOException {
        String goal = "[[goal]]\nrows = \"a\"\npeers = [\"pytorch\"]\nmemory-ratio = 0.02";
        assertThat(only(
                                goal,
                                Results.row(
                                        "a",
                                        Results.timed("unmute", 1, bytes, -1),
                                        Results.timed("pytorch", 5, 1000, -1)))
                        .state())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        x = 1                                                          | Unrecognized field
        goal = []                                                      | no [[goal]]
        [[goal]] \\n ratio = 1.0                                       | has no 'rows'
        [[goal]] \\n rows = "(" \\n seconds = 1                        | not a regular expression
        [[goal]] \\n rows = "a"                                        | has no limit
        [[goal]] \\n rows = "a" \\n ratio = 1.0                        | no peers
        [[goal]] \\n rows = "a" \\n ratio = 1.0 \\n peers = ["fast"]   | 'fast'
        [[goal]] \\n rows = "a" \\n seconds = -1                       | -1
        [[goal                                                         | goals.toml
        """)
    void aFileThatIsWrongIsRefusedWithWhatIsWrong(String text, String expected) {
        assertThatThrownBy(() -> read(text.replace("\\n", "\n")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("goals.toml")
                .hasMessageContaining(expected);
    }
}
