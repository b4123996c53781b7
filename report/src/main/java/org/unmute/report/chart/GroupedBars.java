package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;

/**
 * Bars side by side, one group per data set or encoder, such as the gain of each probe over linear. Negative values
 * have bars that point down.
 *
 * @param caption title and description
 * @param groups  names of the groups, from left to right
 * @param values  the value axis
 * @param series  the series, each with one bar in every group
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
    public record Series(String name, SeriesStyle style, double[] values, double[] errors) {
        private double error(int group) {
            return errors == null ? Double.NaN : errors[group];
        }
    }

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

    private static final double PLOT_HEIGHT = 280;
    private static final double NARROWEST = 560;
    private static final double WIDEST = 1100;

    @Override
    public Drawing draw() {
        int bars = Math.max(1, series.size());
        Extent extent = extent();
        Scale scale = Scale.of(extent, PLOT_HEIGHT, 0, 38);
        int slots = Math.max(1, groups.size());
        double plot = Math.clamp(slots * (bars * 14.0 + 16), NARROWEST - 80, WIDEST - 80);
        double slot = plot / slots;
        CategoryLabels names = new CategoryLabels(groups, slot);
        double left = Math.max(scale.leftWidth(), names.overhangLeft() + Canvas.MARGIN);
        double right = left + plot;
        Canvas canvas = new Canvas(caption, right + Canvas.MARGIN);
        double top = Legend.write(
                canvas,
                series.stream()
                        .map(s -> new Legend.Key(s.name(), s.style(), Legend.Sample.BAR))
                        .toList(),
                canvas.header());
        double bottom = top + PLOT_HEIGHT;
        scale = scale.along(bottom, top);
        scale.drawLeft(canvas, left, right);
        if (extent.isEmpty() || groups.isEmpty()) {
            canvas.noData(left, top, right, bottom);
        }
        double thick = Math.min(34, (slot - Math.min(16, slot * 0.25)) / bars);
        for (int g = 0; g < groups.size(); g++) {
            double middle = left + (g + 0.5) * slot;
            for (int s = 0; s < series.size(); s++) {
                bar(canvas, scale, g, series.get(s), middle + (s - bars / 2.0) * thick, thick);
            }
            names.below(canvas, g, middle, bottom);
        }
        canvas.line(left, scale.base(), right, scale.base(), Canvas.EDGE);
        return canvas.finish(bottom + names.height() + Canvas.MARGIN);
    }

    private Extent extent() {
        Extent extent = new Extent(values);
        for (Series s : series) {
            for (int g = 0; g < s.values().length; g++) {
                extent.add(s.values()[g], s.error(g));
            }
        }
        if (!extent.isEmpty()) {
            extent.add(0);
        }
        return extent;
    }

    private void bar(Canvas canvas, Scale scale, int group, Series s, double x, double thick) {
        double value = s.values()[group];
        if (!values.shows(value)) {
            return;
        }
        double error = s.error(group);
        String tip = s.name() + ", " + groups.get(group) + ": " + values.text(value, error);
        double from = scale.base();
        double to = scale.at(value);
        double gap = thick > 6 ? 1 : 0.4;
        // A bar of height zero is drawn as a line, to distinguish it from a gap.
        double height = Math.max(1, Math.abs(to - from));
        SeriesMarks.bar(canvas, x + gap, Math.min(to, from), thick - 2 * gap, height, s.style(), tip);
        if (error > 0) {
            SeriesMarks.errorBarOn(
                    canvas, x + thick / 2, scale.at(value + error), scale.at(value - error), Math.min(4, thick / 4));
        }
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("group", "series", "value", "error"));
        for (int g = 0; g < groups.size(); g++) {
            for (Series s : series) {
                rows.add(NumberText.csvLine(groups.get(g), s.name(), s.values()[g], s.error(g)));
            }
        }
        return rows;
    }
}
