package org.unmute.report.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.unmute.experiments.results.Score;
import org.unmute.report.table.TableCell;

/** Rounding, and the choice of bold numbers. */
class CellFormatTest {
    private static List<Boolean> best(boolean highest, double... values) {
        List<TableCell> cells = DoubleStream.of(values)
                .mapToObj(v -> TableCell.of(CellFormat.percent(v)))
                .toList();
        return CellFormat.best(cells, values, highest).stream()
                .map(TableCell::best)
                .toList();
    }

    @Test
    void whatReadsTheSameIsTied() {
        assertThat(best(true, 0.70004, 0.70003, 0.69996, 0.69994)).containsExactly(true, true, true, false);
        assertThat(best(true, 0.5, Double.NaN, 0.6)).containsExactly(false, false, true);
        assertThat(best(false, 0.05, 0.04, 0.05)).containsExactly(false, true, false);
    }

    @Test
    void aNumberAloneIsNotBest() {
        assertThat(best(true, 0.7)).containsExactly(false);
        assertThat(best(true, 0.7, Double.NaN)).containsExactly(false, false);
    }

    @Test
    void numbersAreWrittenForPeople() {
        assertThat(CellFormat.percent(0.70204)).isEqualTo("70.20");
        assertThat(CellFormat.signedPercent(0.0813)).isEqualTo("+8.13");
        assertThat(CellFormat.signedPercent(-0.0813)).isEqualTo("\u22128.13");
        assertThat(CellFormat.signedPercent(-0.000001)).isEqualTo("+0.00");
        assertThat(CellFormat.percent(Double.NaN)).isEmpty();
        assertThat(CellFormat.cell(new Score(0.5, Double.NaN, 1))).isEqualTo(TableCell.of("50.00"));
        assertThat(CellFormat.cell(Score.of())).isEqualTo(TableCell.NONE);
    }
}
