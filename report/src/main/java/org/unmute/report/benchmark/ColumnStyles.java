package org.unmute.report.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.Results;
import org.unmute.report.chart.SeriesStyle;
import org.unmute.report.chart.SeriesStyles;

/** The style of each column, the same in all figures of a report. */
final class ColumnStyles {
    private ColumnStyles() {}

    static Map<Column, SeriesStyle> of(Results results) {
        List<Column> columns = results.columns();
        Map<String, SeriesStyle> byLabel =
                SeriesStyles.ofProbes(columns.stream().map(Column::label).toList());
        Map<Column, SeriesStyle> styles = new LinkedHashMap<>();
        columns.forEach(c -> styles.put(c, byLabel.get(c.label())));
        return styles;
    }
}
