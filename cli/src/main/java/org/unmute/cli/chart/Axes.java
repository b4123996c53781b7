package org.unmute.cli.chart;

import java.util.List;
import org.unmute.cli.chart.Mark.Anchor;

/** Grid lines, tick labels and titles around a plot. */
final class Axes {
    private static final Style GRID = Style.stroke(Role.GRID, 1);
    private static final Style EDGE = Style.stroke(Role.SOFT, 1.2);
    private static final double TITLE_ROOM = 24;
    /** How much is needed below a plot for a horizontal axis with a title. */
    static final double BELOW = 46;

    private Axes() {}

    /** How much is needed at the left of a plot for a vertical axis. */
    static double leftRoom(Scale scale) {
        return Sheet.MARGIN + TITLE_ROOM + TextWidth.widest(scale.labels(), Sheet.SMALL) + 8;
    }

    /** A vertical axis at the left, its grid lines reaching to the right. */
    static void left(Sheet sheet, Scale scale, double left, double right) {
        double[] ticks = scale.ticks();
        List<String> labels = scale.labels();
        for (int i = 0; i < ticks.length; i++) {
            double y = scale.at(ticks[i]);
            sheet.add(new Mark.Line(left, y, right, y, ticks[i] == 0 ? EDGE : GRID, null));
            sheet.text(left - 8, y + 4, labels.get(i), Sheet.SMALL, Anchor.END, Role.SOFT);
        }
        double x = left - 8 - TextWidth.widest(labels, Sheet.SMALL) - 12;
        double height = Math.abs(scale.from() - scale.to());
        String title = TextWidth.shorten(scale.title(), Sheet.LABEL, height + 40);
        sheet.add(new Mark.Text(
                x,
                (scale.from() + scale.to()) / 2,
                title,
                Sheet.LABEL,
                Anchor.MIDDLE,
                -90,
                Role.SOFT,
                title.equals(scale.title()) ? null : scale.title()));
    }

    /** A horizontal axis at the bottom, its grid lines reaching to the top. */
    static void bottom(Sheet sheet, Scale scale, double top, double bottom) {
        double[] ticks = scale.ticks();
        List<String> labels = scale.labels();
        for (int i = 0; i < ticks.length; i++) {
            double x = scale.at(ticks[i]);
            sheet.add(new Mark.Line(x, top, x, bottom, GRID, null));
            sheet.text(x, bottom + 17, labels.get(i), Sheet.SMALL, Anchor.MIDDLE, Role.SOFT);
        }
        bottomTitle(sheet, scale.title(), scale.from(), scale.to(), bottom + 38);
        sheet.add(new Mark.Line(scale.from(), bottom, scale.to(), bottom, EDGE, null));
    }

    /** The words below a horizontal axis. */
    static void bottomTitle(Sheet sheet, String title, double from, double to, double y) {
        sheet.fitted((from + to) / 2, y, title, Sheet.LABEL, Anchor.MIDDLE, Role.SOFT, to - from + 40);
    }
}
