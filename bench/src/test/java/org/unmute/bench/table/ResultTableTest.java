package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    @Test
    void aRowShowsTimesRatiosAndTheShareOfTheLimit() {
        String table = ResultTable.markdown(
                List.of(Results.row("a", Results.timed("unmute", 125), Results.timed("mkl", 250))), "./unmute bench");
        assertThat(table)
                .contains("| row | threads | unmute | GFLOP/s | share of limit | mkl |")
                .contains("| title of a (`a`) | 2 | **125 ms** | 80 | 80 % FMA | 250 ms (0.50) |")
                .contains("- command: `./unmute bench`", "- machine: a machine; a JVM", "2 threads: 100 GFLOP/s")
                .contains("- date: 2026-01-02 03:04, commit abc");
    }

    @Test
    void whoIsMissingIsNamedOnceWithTheReasonAndTheRows() {
        RowResult.Entry missing = RowResult.Entry.failed("mkl", "", "not here");
        String table = ResultTable.markdown(
                List.of(
                        Results.row("a", Results.timed("unmute", 1), missing, Results.timed("openblas", 2)),
                        Results.row("b", Results.timed("unmute", 1), missing)),
                "x");
        assertThat(table)
                .contains("- not timed: mkl: not here (`a`, `b`)", "| openblas |")
                .doesNotContain("| mkl |")
                .contains("(`b`) | 2 | **1.00 ms** | 10000 | 10000 % FMA | – |");
    }

    @Test
    void hoursOfAudioPerHourAreNamed() {
        RowResult plain = Results.row("a", Results.timed("unmute", 1500));
        RowResult audio = new RowResult("d", "t", 2, 0, 0, 600, plain.entries(), plain.origin());
        RowResult failed = new RowResult(
                "e", "t", 2, 0, 0, 600, List.of(RowResult.Entry.failed("unmute", "", "no")), plain.origin());
        assertThat(ResultTable.markdown(List.of(plain, audio, failed), "x"))
                .contains("\n- hours of audio per hour: 400 (`d`)\n");
        assertThat(ResultTable.markdown(List.of(plain), "x")).doesNotContain("hours of audio");
    }

    @Test
    void timesHaveThreeDigits() {
        assertThat(ResultTable.time(1.2345)).isEqualTo("1.23 ms");
        assertThat(ResultTable.time(12.345)).isEqualTo("12.3 ms");
        assertThat(ResultTable.time(123.45)).isEqualTo("123 ms");
        assertThat(ResultTable.time(1234.5)).isEqualTo("1.23 s");
        assertThat(ResultTable.time(12_345)).isEqualTo("12.3 s");
    }
}
