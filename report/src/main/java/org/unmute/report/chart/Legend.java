package org.unmute.report.chart;

import java.util.List;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.TextWidth;

/** A legend: a sample and the name of each series, wrapped into rows. */
final class Legend {
    private static final double SAMPLE = 22;
    private static final double GAP = 18;
    private static final double ROW = 20;

    private Legend() {}

    /** The symbol of a sample. */
    enum Sample {
        BAR,
        LINE
    }

    /** One series. */
    record Key(String name, SeriesStyle style, Sample sample) {}

    /**
     * Draws the legend from {@code y} downwards and returns the y below it. Keys without a name are omitted.
     */
    static double write(Canvas canvas, List<Key> keys, double y) {
        double left = Canvas.MARGIN;
        double right = canvas.width() - Canvas.MARGIN;
        double x = left;
        double row = y;
        boolean any = false;
        for (Key key : keys) {
            if (key.name().isEmpty()) {
                continue;
            }
            double maxWidth = right - left - SAMPLE - 6;
            double width = SAMPLE + 6 + Math.min(maxWidth, TextWidth.of(key.name(), font(key)));
            if (x > left && x + width > right) {
                x = left;
                row += ROW;
            }
            sample(canvas, key, x, row + ROW / 2);
            canvas.fitted(
                    x + SAMPLE + 6, row + ROW / 2 + 4.5, key.name(), font(key), Anchor.START, ColourRole.INK, maxWidth);
            x += width + GAP;
            any = true;
        }
        return any ? row + ROW + 10 : y;
    }

    private static Element.Font font(Key key) {
        return key.style().strong() ? Canvas.STRONG : Canvas.LABEL;
    }

    private static void sample(Canvas canvas, Key key, double x, double y) {
        switch (key.sample()) {
            case BAR -> SeriesMarks.bar(canvas, x + 4, y - 6, 14, 12, key.style(), null);
            case LINE -> {
                canvas.line(x, y, x + SAMPLE, y, SeriesMarks.line(key.style()));
                canvas.add(SeriesMarks.point(x + SAMPLE / 2, y, 4, key.style(), null));
            }
        }
    }
}
