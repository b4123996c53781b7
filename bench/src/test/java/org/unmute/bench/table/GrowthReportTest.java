package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.unmute.bench.rows.BenchRows;
import org.unmute.bench.rows.Growth;
import org.unmute.bench.rows.Row;

class GrowthReportTest {
    private static final Growth.Series SERIES =
            new Growth.Series("s", "Something", "tokens", "time a token", List.of(point(10), point(100), point(1000)));

    private static Growth.Point point(int n) {
        return new Growth.Point(n, n, Row.own("growth-s-" + n, "t", 1, 0, _ -> {}));
    }

    private static RowResult result(int n, double ms, long bytes) {
        return Results.row("growth-s-" + n, Results.timed("unmute", ms, 1 << 20, bytes));
    }

    @Test
    void theSpreadIsThatOfTimeForAUnit() {
        GrowthReport report =
                new GrowthReport(SERIES, List.of(result(10, 2, 1), result(100, 10, 1), result(1000, 150, 1)));
        assertThat(report.spread().orElseThrow()).isCloseTo(2, Offset.offset(1e-12));
        assertThat(report.isComplete()).isTrue();
    }

    @Test
    void theRiseIsFromASmallerSizeToALargerOne() {
        assertThat(rise(100, 100, 300)).isCloseTo(3.0, Offset.offset(1e-12));
        assertThat(rise(100, 10, 15)).isCloseTo(1.5, Offset.offset(1e-12));
        assertThat(rise(100, 150, 50)).isCloseTo(1.5, Offset.offset(1e-12));
        assertThat(rise(100, 50, 25)).isCloseTo(0.5, Offset.offset(1e-12));
        assertThat(new GrowthReport(SERIES, List.of(result(10, 2, 1))).rise()).isEmpty();
    }

    /** Computes the rise from milliseconds for 10, 100 and 1,000 tokens, each given per 1,000 tokens. */
    private static double rise(double... each) {
        return new GrowthReport(
                        SERIES,
                        List.of(result(10, each[0] / 100, 1), result(100, each[1] / 10, 1), result(1000, each[2], 1)))
                .rise()
                .orElseThrow();
    }

    @Test
    void theLineBelowSaysHowFarTimesAreApart() {
        assertThat(new GrowthReport(SERIES, List.of(result(10, 2, 1 << 20), result(100, 10, 1 << 20))).markdown())
                .contains("| tokens | time | time a token |")
                .contains("Time a token: the longest is 2.00 times the shortest; towards larger sizes it rises to at"
                        + " most 1.00 times.")
                .contains("power 0.00 of the tokens");
    }

    @Test
    void memoryIsComparedInTheUpperHalf() {
        GrowthReport square = new GrowthReport(
                SERIES, List.of(result(10, 1, 50_000), result(100, 1, 10_000), result(1000, 1, 1_000_000)));
        assertThat(square.memoryExponent().orElseThrow()).isCloseTo(2, Offset.offset(1e-12));
        assertThat(new GrowthReport(SERIES, List.of(result(10, 1, -1), result(100, 1, -1))).memoryExponent())
                .isEmpty();
    }

    @Test
    void whatIsMissingIsSaid() {
        GrowthReport report = new GrowthReport(
                SERIES,
                List.of(
                        result(10, 2, 1 << 20),
                        Results.row("growth-s-100", RowResult.Entry.failed("unmute", "", "broken"))));
        assertThat(report.isComplete()).isFalse();
        assertThat(report.spread()).isEmpty();
        assertThat(report.markdown())
                .contains("### Something (`s`)")
                .contains("| 10 | 2.00 ms | 200 µs | 1.0 MiB | 1.0 MiB |")
                .contains("Too few points")
                .contains("Not measured: 2 of 3 points");
    }

    @Test
    void everySeriesGrowsAndNamesItsOwnRows() {
        List<String> ids = Growth.rows().stream().map(Row::id).toList();
        assertThat(ids).doesNotHaveDuplicates().allMatch(Growth::isPoint);
        assertThat(Growth.all())
                .allSatisfy(s -> assertThat(s.points())
                        .extracting(Growth.Point::x)
                        .isSorted()
                        .doesNotHaveDuplicates());
        assertThat(BenchRows.all(java.nio.file.Path.of("")))
                .extracting(Row::id)
                .doesNotHaveDuplicates()
                .containsAll(ids);
    }
}
