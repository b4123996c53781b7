package org.unmute.report.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.unmute.benchmark.results.Column;
import org.unmute.benchmark.results.ComparedRuns.Setting;
import org.unmute.report.table.Table;
import org.unmute.report.table.TableCell;
import org.unmute.report.table.TableRow;

/** Collects the rows of a table and the lines of its CSV file. */
final class TableBuilder {
    private final List<String> headings;
    private final List<TableRow> rows = new ArrayList<>();
    private final List<List<String>> csv = new ArrayList<>();

    TableBuilder(List<String> headings, String... csvHeadings) {
        this.headings = headings;
        csv.add(List.of(csvHeadings));
    }

    /** A table with one row per data set and encoder and one column per probe. */
    static TableBuilder ofSettings(List<Column> columns, String... measures) {
        String[] csvHeadings = Stream.concat(Stream.of("dataset", "encoder", "probe"), Stream.of(measures))
                .toArray(String[]::new);
        return new TableBuilder(
                concat("Encoder", columns.stream().map(Column::label).toList()), csvHeadings);
    }

    /** A list of headings with one more at the beginning. */
    static List<String> concat(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    void row(TableRow row) {
        rows.add(row);
    }

    void row(String group, String head, List<TableCell> cells) {
        row(TableRow.of(group, head, cells));
    }

    void row(Setting setting, List<TableCell> cells) {
        row(setting.dataset().title(), setting.encoder().title(), cells);
    }

    /** Adds a line to the CSV file; numbers are written in full precision, and non-finite ones are left empty. */
    void csv(Object... cells) {
        csv.add(Stream.of(cells)
                .map(c -> c instanceof Double d && !Double.isFinite(d) ? "" : c.toString())
                .toList());
    }

    /** Adds a line that begins with the setting and the probe. */
    void csv(Setting setting, Column column, Object... measures) {
        csv(Stream.concat(
                        Stream.of(setting.dataset().key(), setting.encoder().key(), column.label()),
                        Stream.of(measures))
                .toArray());
    }

    Table table(String id, String caption, String note) {
        return new Table(id, caption, note, headings, rows, csv);
    }
}
