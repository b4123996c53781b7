package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.plot.Axis;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.SeriesStyle;

/**
 * Bars side by side, one group per data set or encoder, such as the gain of each probe over linear. Bars go down for
 * negative values.
 *
 * @param caption title and description
 * @param groups  names of the groups, from left to right
 * @param values  the value axis
 * @param series  each has one bar in every group
 */
public record GroupedBars(Caption caption, List<String> groups, Axis values, List<Series> series) implements Chart {
    /**
     * The bars of one colour.
     *
     * @param name   for the legend
     * @param style  the colour
     * @param values one per group; NaN leaves a gap
     * @param errors half the length of the error bars, one per group, NaN for none; or null for none at all
     */
    public record Series(String name, SeriesStyle style, double[] values, double[] errors) {}

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a series does not have one value and one error per group
     */
    public GroupedBars {
        groups = List.copyOf(groups);
        series = List.copyOf(series);
        for (Series s : series) {
            Checks.length("grouped bars: values of " + s.name(), s.values(), groups.size());
            Checks.length("grouped bars: errors of " + s.name(), s.errors(), groups.size());
        }
    }

    @Override
    public Drawing draw() {
        return new GroupedBarsLayout(this).draw();
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("group", "series", "value", "error"));
        for (int g = 0; g < groups.size(); g++) {
            for (Series s : series) {
                rows.add(List.of(
                        groups.get(g),
                        s.name(),
                        NumberText.csv(s.values()[g]),
                        NumberText.csv(Checks.at(s.errors(), g))));
            }
        }
        return rows;
    }
}
