package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.plot.ColourScale.Palette;
import org.unmute.report.plot.NumberText;

/**
 * A matrix drawn in colours with named rows and columns, such as the weights from prototypes to classes (Figure 4).
 *
 * @param caption     title and description
 * @param rowTitle    heading of the rows
 * @param columnTitle heading of the columns
 * @param rowNames    names of the rows; some are omitted if not all fit
 * @param columnNames names of the columns
 * @param values      {@code [rows, columns]}; NaN is an empty cell
 * @param valueTitle  what the colours measure, written next to the scale
 * @param colours     the palette
 * @param written     whether numbers are written into cells that are large enough
 */
public record HeatMap(
        Caption caption,
        String rowTitle,
        String columnTitle,
        List<String> rowNames,
        List<String> columnNames,
        double[][] values,
        String valueTitle,
        Palette colours,
        boolean written)
        implements Chart {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if the matrix does not have the size of the names
     */
    public HeatMap {
        rowNames = List.copyOf(rowNames);
        columnNames = List.copyOf(columnNames);
        Objects.requireNonNull(colours, "colours");
        if (values.length != rowNames.size()) {
            throw new IllegalArgumentException(
                    "heat map: " + values.length + " rows of values, " + rowNames.size() + " row names: give one each");
        }
        for (double[] row : values) {
            Checks.length("heat map: a row of values", Objects.requireNonNull(row, "row"), columnNames.size());
        }
    }

    @Override
    public Drawing draw() {
        return new HeatMapLayout(this).draw();
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>();
        header.add(rowTitle);
        header.addAll(columnNames);
        rows.add(header);
        for (int i = 0; i < values.length; i++) {
            List<String> row = new ArrayList<>();
            row.add(rowNames.get(i));
            for (double v : values[i]) {
                row.add(NumberText.csv(v));
            }
            rows.add(row);
        }
        return rows;
    }
}
