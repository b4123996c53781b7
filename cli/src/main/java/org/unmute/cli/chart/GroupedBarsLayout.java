package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.chart.GroupedBars.Series;

/** Lays {@link GroupedBars} out. */
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
        double left = Math.max(Axes.leftRoom(scale), names.overhangLeft() + Sheet.MARGIN);
        double right = left + plot;
        Sheet sheet = new Sheet(chart.caption(), right + Sheet.MARGIN);
        double top = legend(sheet, sheet.header());
        double bottom = top + PLOT_HEIGHT;
        scale = scale.along(bottom, top);
        Axes.left(sheet, scale, left, right);
        if (extent.isEmpty() || chart.groups().isEmpty()) {
            sheet.nothing(left, top, right, bottom);
        }
        double thick = Math.min(34, (slot - Math.min(16, slot * 0.25)) / bars);
        for (int g = 0; g < chart.groups().size(); g++) {
            double middle = left + (g + 0.5) * slot;
            for (int s = 0; s < chart.series().size(); s++) {
                bar(sheet, scale, g, chart.series().get(s), middle + (s - bars / 2.0) * thick, thick);
            }
            names.below(sheet, g, middle, bottom);
        }
        sheet.add(new Mark.Line(left, scale.base(), right, scale.base(), Style.stroke(Role.SOFT, 1.2), null));
        return sheet.finish(bottom + names.height() + Sheet.MARGIN);
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

    private double legend(Sheet sheet, double y) {
        List<Legend.Key> keys = new ArrayList<>();
        for (Series s : chart.series()) {
            keys.add(new Legend.Key(s.name(), s.look(), Legend.Sample.BAR));
        }
        return Legend.write(sheet, keys, Sheet.MARGIN, y);
    }

    private void bar(Sheet sheet, Scale scale, int group, Series series, double x, double thick) {
        double value = series.values()[group];
        if (!scale.shows(value)) {
            return;
        }
        double error = Checks.at(series.errors(), group);
        String tip = series.name() + ", " + chart.groups().get(group) + ": "
                + Numbers.value(value, chart.values().kind())
                + (error > 0 ? Numbers.plusMinus(error, chart.values().kind()) : "");
        double from = scale.base();
        double to = scale.at(value);
        double gap = thick > 6 ? 1 : 0.4;
        // A bar of no height is still drawn a line thick, so that it differs from a gap.
        double height = Math.max(1, Math.abs(to - from));
        Points.bar(sheet, x + gap, Math.min(to, from), thick - 2 * gap, height, series.look(), tip);
        if (error > 0) {
            Points.errorBarOn(
                    sheet, x + thick / 2, scale.at(value + error), scale.at(value - error), Math.min(4, thick / 4));
        }
    }
}
