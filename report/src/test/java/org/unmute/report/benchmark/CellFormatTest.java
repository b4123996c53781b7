package org.unmute.report.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.unmute.benchmark.results.Score;
import org.unmute.metrics.Interval;
import org.unmute.report.table.TableCell;

/** Tests rounding. */
class CellFormatTest {
    @Test
    void numbersAreWrittenForPeople() {
        assertThat(CellFormat.percent(0.70204)).isEqualTo("70.20");
        assertThat(CellFormat.signedPercent(0.0813)).isEqualTo("+8.13");
        assertThat(CellFormat.signedPercent(-0.0813)).isEqualTo("\u22128.13");
        assertThat(CellFormat.signedPercent(-0.000001)).isEqualTo("+0.00");
        assertThat(CellFormat.percent(Double.NaN)).isEmpty();
        assertThat(CellFormat.cell(new Score(0.5, Double.NaN, 1))).isEqualTo(TableCell.of("50.00"));
        assertThat(CellFormat.cell(Score.of())).isEqualTo(TableCell.NONE);
        assertThat(CellFormat.interval(new Interval(0.12345, 0.5, 0.3, 0.95, 10, 0)))
                .isEqualTo("[12.35, 50.00]");
    }
}
