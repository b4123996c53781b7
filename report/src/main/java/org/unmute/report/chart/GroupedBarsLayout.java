package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.chart.GroupedBars.Series;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Style;
import org.unmute.report.plot.Axes;
import org.unmute.report.plot.Canvas;
import org.unmute.report.plot.CategoryLabels;
import org.unmute.report.plot.Extent;
import org.unmute.report.plot.Legend;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.Scale;
import org.unmute.report.plot.SeriesMarks;

/** Layout of {@link GroupedBars}. */
final class GroupedBarsLayout {
    private static final double PLOT_HEIGHT = 280;
    private static final double NARROWEST = 560;
    private static final double WIDEST = 1100;
    private final GroupedBars chart;

    GroupedBarsLayout(GroupedBars chart) {
        this.chart = chart;
    }

    Drawing draw() {
        int groups = Math.max(1, chart.groups().size());
        int bars = Math.max(1, chart.series().size());
        Extent extent = extent();
        Scale scale = Scale.of(chart.values(), extent, PLOT_HEIGHT, 0, 38);
        double plot = Math.clamp(groups * (bars * 14.0 + 16), NARROWEST - 80, WIDEST - 80);
        double slot = plot / groups;
        CategoryLabels names = new CategoryLabels(chart.groups(), slot);
        double left = Math.max(Axes.leftWidth(scale), names.overhangLeft() + Canvas.MARGIN);
        double right = left + plot;
        Canvas canvas = new Canvas(chart.caption(), right + Canvas.MARGIN);
        double top = legend(canvas, canvas.header());
        double bottom = top + PLOT_HEIGHT;
        scale = scale.along(bottom, top);
        Axes.left(canvas, scale, left, right);
        if (extent.isEmpty() || chart.groups().isEmpty()) {
            canvas.noData(left, top, right, bottom);
        }
        double thick = Math.min(34, (slot - Math.min(16, slot * 0.25)) / bars);
        for (int g = 0; g < chart.groups().size(); g++) {
            double middle = left + (g + 0.5) * slot;
            for (int s = 0; s < chart.series().size(); s++) {
                bar(canvas, scale, g, chart.series().get(s), middle + (s - bars / 2.0) * thick, thick);
            }
            names.below(canvas, g, middle, bottom);
        }
        canvas.add(new Element.Line(left, scale.base(), right, scale.base(), Style.stroke(ColourRole.SOFT, 1.2), null));
        return canvas.finish(bottom + names.height() + Canvas.MARGIN);
    }

    private Extent extent() {
        Extent extent = new Extent(chart.values());
        for (Series s : chart.series()) {
            for (int g = 0; g < s.values().length; g++) {
                extent.add(s.values()[g], Checks.at(s.errors(), g));
            }
        }
        if (!extent.isEmpty()) {
            extent.add(0);
        }
        return extent;
    }

    private double legend(Canvas canvas, double y) {
        List<Legend.Key> keys = new ArrayList<>();
        for (Series s : chart.series()) {
            keys.add(new Legend.Key(s.name(), s.style(), Legend.Sample.BAR));
        }
        return Legend.write(canvas, keys, Canvas.MARGIN, y);
    }

    private void bar(Canvas canvas, Scale scale, int group, Series series, double x, double thick) {
        double value = series.values()[group];
        if (!scale.shows(value)) {
            return;
        }
        double error = Checks.at(series.errors(), group);
        String tip = series.name() + ", " + chart.groups().get(group) + ": "
                + NumberText.value(value, chart.values().kind())
                + (error > 0 ? NumberText.plusMinus(error, chart.values().kind()) : "");
        double from = scale.base();
        double to = scale.at(value);
        double gap = thick > 6 ? 1 : 0.4;
        // A bar of height zero is drawn as a line, so that it differs from a gap.
        double height = Math.max(1, Math.abs(to - from));
        SeriesMarks.bar(canvas, x + gap, Math.min(to, from), thick - 2 * gap, height, series.style(), tip);
        if (error > 0) {
            SeriesMarks.errorBarOn(
                    canvas, x + thick / 2, scale.at(value + error), scale.at(value - error), Math.min(4, thick / 4));
        }
    }
}
