package org.unmute.report.plot;

import java.util.List;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;

/** Grid lines, tick labels and titles around a plot. */
public final class Axes {
    private static final Style GRID = Style.stroke(ColourRole.GRID, 1);
    private static final Style EDGE = Style.stroke(ColourRole.SOFT, 1.2);
    private static final double TITLE_WIDTH = 24;
    /** Height of a horizontal axis with its title. */
    public static final double BELOW = 46;

    private Axes() {}

    /** Width of a vertical axis with its title. */
    public static double leftWidth(Scale scale) {
        return Canvas.MARGIN + TITLE_WIDTH + TextWidth.widest(scale.labels(), Canvas.SMALL) + 8;
    }

    /** Draws a vertical axis with grid lines. */
    public static void left(Canvas canvas, Scale scale, double left, double right) {
        double[] ticks = scale.ticks();
        List<String> labels = scale.labels();
        for (int i = 0; i < ticks.length; i++) {
            double y = scale.at(ticks[i]);
            canvas.add(new Element.Line(left, y, right, y, ticks[i] == 0 ? EDGE : GRID, null));
            canvas.text(left - 8, y + 4, labels.get(i), Canvas.SMALL, Anchor.END, ColourRole.SOFT);
        }
        double x = left - 8 - TextWidth.widest(labels, Canvas.SMALL) - 12;
        double height = Math.abs(scale.from() - scale.to());
        String title = TextWidth.shorten(scale.title(), Canvas.LABEL, height + 40);
        canvas.add(new Element.Text(
                x,
                (scale.from() + scale.to()) / 2,
                title,
                Canvas.LABEL,
                Anchor.MIDDLE,
                -90,
                ColourRole.SOFT,
                title.equals(scale.title()) ? null : scale.title()));
    }

    /** Draws a horizontal axis with grid lines. */
    public static void bottom(Canvas canvas, Scale scale, double top, double bottom) {
        double[] ticks = scale.ticks();
        List<String> labels = scale.labels();
        for (int i = 0; i < ticks.length; i++) {
            double x = scale.at(ticks[i]);
            canvas.add(new Element.Line(x, top, x, bottom, GRID, null));
            canvas.text(x, bottom + 17, labels.get(i), Canvas.SMALL, Anchor.MIDDLE, ColourRole.SOFT);
        }
        bottomTitle(canvas, scale.title(), scale.from(), scale.to(), bottom + 38);
        canvas.add(new Element.Line(scale.from(), bottom, scale.to(), bottom, EDGE, null));
    }

    /** Draws the title of a horizontal axis. */
    static void bottomTitle(Canvas canvas, String title, double from, double to, double y) {
        canvas.fitted((from + to) / 2, y, title, Canvas.LABEL, Anchor.MIDDLE, ColourRole.SOFT, to - from + 40);
    }
}
