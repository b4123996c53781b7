package org.unmute.cli.report.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.chart.Look;
import org.unmute.cli.chart.Looks;
import org.unmute.experiments.results.Column;
import org.unmute.experiments.results.Results;

/** The look of each column, the same in all figures of a report. */
final class ColumnLooks {
    private ColumnLooks() {}

    static Map<Column, Look> of(Results results) {
        List<Column> columns = results.columns();
        Map<String, Look> byLabel =
                Looks.ofProbes(columns.stream().map(Column::label).toList());
        Map<Column, Look> looks = new LinkedHashMap<>();
        columns.forEach(c -> looks.put(c, byLabel.get(c.label())));
        return looks;
    }
}
