package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Element.Font;
import org.unmute.report.drawing.Paint;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;

/** Collects the elements of a chart. */
final class Canvas {
    static final Font LABEL = new Font(12.5, false);
    static final Font STRONG = new Font(12.5, true);
    static final Font SMALL = new Font(11.5, false);
    static final Style GRID = Style.stroke(ColourRole.GRID, 1);
    static final Style EDGE = Style.stroke(ColourRole.SOFT, 1.2);
    static final double MARGIN = 14;
    private static final Font TITLE = new Font(16, true);

    private final Caption caption;
    private final double width;
    private final List<Element> elements = new ArrayList<>();

    Canvas(Caption caption, double width) {
        this.caption = caption;
        // Whole pixels, so that the background covers the edge.
        this.width = Math.ceil(width);
    }

    double width() {
        return width;
    }

    void add(Element element) {
        elements.add(element);
    }

    void line(double x1, double y1, double x2, double y2, Style style) {
        add(new Element.Line(x1, y1, x2, y2, style, null));
    }

    void rect(double x, double y, double rectWidth, double height, double radius, Style style, String tip) {
        add(new Element.Rect(x, y, rectWidth, height, radius, style, tip));
    }

    /** Draws title and subtitle and returns the y below them. */
    double header() {
        double y = MARGIN;
        for (String line : TextWidth.wrap(caption.title(), TITLE, width - 2 * MARGIN)) {
            y += 15;
            text(MARGIN, y, line, TITLE, Anchor.START, ColourRole.INK);
            y += 5;
        }
        for (String line : TextWidth.wrap(caption.subtitle(), LABEL, width - 2 * MARGIN)) {
            y += 13;
            text(MARGIN, y, line, LABEL, Anchor.START, ColourRole.SOFT);
            y += 4;
        }
        return y + 14;
    }

    /** Draws a line of text. */
    void text(double x, double y, String words, Font font, Anchor anchor, Paint paint) {
        add(new Element.Text(x, y, words, font, anchor, 0, paint, null));
    }

    /** Draws a line of text, shortened to a width; the tooltip contains the whole text. */
    void fitted(double x, double y, String words, Font font, Anchor anchor, Paint paint, double maxWidth) {
        turned(x, y, words, font, anchor, 0, paint, maxWidth);
    }

    /** Draws a title that reads from bottom to top, shortened to a length. */
    void upright(double x, double y, String words, Font font, double maxLength) {
        turned(x, y, words, font, Anchor.MIDDLE, -90, ColourRole.SOFT, maxLength);
    }

    /** Draws a line of text rotated clockwise, shortened to a length; the tooltip contains the whole text. */
    void turned(
            double x, double y, String words, Font font, Anchor anchor, double degrees, Paint paint, double maxLength) {
        String shown = TextWidth.shorten(words, font, maxLength);
        add(new Element.Text(x, y, shown, font, anchor, degrees, paint, shown.equals(words) ? null : words));
    }

    /** Draws the note "no data" in the middle of an area. */
    void noData(double left, double top, double right, double bottom) {
        text((left + right) / 2, (top + bottom) / 2 + 4, "no data", LABEL, Anchor.MIDDLE, ColourRole.SOFT);
    }

    /** A drawing with the note "no data" below the header. */
    Drawing noData(double top) {
        noData(0, top, width, top + 80);
        return finish(top + 80);
    }

    /** The drawing on its background. */
    Drawing finish(double height) {
        List<Element> all = new ArrayList<>();
        all.add(new Element.Rect(0, 0, width, Math.ceil(height), 0, Style.fill(ColourRole.GROUND), null));
        all.addAll(elements);
        return new Drawing(width, Math.ceil(height), caption, all);
    }
}
