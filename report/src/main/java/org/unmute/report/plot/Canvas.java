package org.unmute.report.plot;

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
public final class Canvas {
    static final Font TITLE = new Font(16, true);
    static final Font NOTE = new Font(12.5, false);
    public static final Font LABEL = new Font(12.5, false);
    public static final Font STRONG = new Font(12.5, true);
    public static final Font SMALL = new Font(11.5, false);
    public static final double MARGIN = 14;

    private final Caption caption;
    private final double width;
    private final List<Element> elements = new ArrayList<>();

    public Canvas(Caption caption, double width) {
        this.caption = caption;
        // Whole pixels, so that the background covers the edge of a PNG.
        this.width = Math.ceil(width);
    }

    public double width() {
        return width;
    }

    public void add(Element element) {
        elements.add(element);
    }

    /** Draws title and subtitle and returns the y below them. */
    public double header() {
        double y = MARGIN;
        for (String line : TextWidth.wrap(caption.title(), TITLE, width - 2 * MARGIN)) {
            y += 15;
            add(new Element.Text(MARGIN, y, line, TITLE, Anchor.START, 0, ColourRole.INK, null));
            y += 5;
        }
        for (String line : TextWidth.wrap(caption.subtitle(), NOTE, width - 2 * MARGIN)) {
            y += 13;
            add(new Element.Text(MARGIN, y, line, NOTE, Anchor.START, 0, ColourRole.SOFT, null));
            y += 4;
        }
        return y + 14;
    }

    /** Draws a line of text. */
    public void text(double x, double y, String words, Font font, Anchor anchor, Paint paint) {
        add(new Element.Text(x, y, words, font, anchor, 0, paint, null));
    }

    /** Draws a line of text, shortened to a width; the tooltip has the whole text. */
    public void fitted(double x, double y, String words, Font font, Anchor anchor, Paint paint, double maxWidth) {
        String shown = TextWidth.shorten(words, font, maxWidth);
        add(new Element.Text(x, y, shown, font, anchor, 0, paint, shown.equals(words) ? null : words));
    }

    /** Draws the note "no data" in the middle of an area. */
    public void noData(double left, double top, double right, double bottom) {
        text((left + right) / 2, (top + bottom) / 2 + 4, "no data", LABEL, Anchor.MIDDLE, ColourRole.SOFT);
    }

    /** The drawing on its background. */
    public Drawing finish(double height) {
        List<Element> all = new ArrayList<>();
        all.add(new Element.Rect(0, 0, width, Math.ceil(height), 0, Style.fill(ColourRole.GROUND), null));
        all.addAll(elements);
        return new Drawing(width, Math.ceil(height), caption, all);
    }
}
