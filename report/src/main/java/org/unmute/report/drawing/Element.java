package org.unmute.report.drawing;

import java.util.List;

/**
 * An element of a drawing. Coordinates are in pixels at scale 1, x to the right, y downwards. An element that shows a
 * number has a tooltip, which browsers show on hover and screen readers read; others have null.
 */
public sealed interface Element {
    /** The tooltip, or null. */
    String tip();

    /** A rectangle; a positive radius rounds its corners. */
    record Rect(double x, double y, double width, double height, double radius, Style style, String tip)
            implements Element {}

    /** A straight line. */
    record Line(double x1, double y1, double x2, double y2, Style style, String tip) implements Element {}

    /** A line through points, or a filled shape if closed. */
    record Path(List<Spot> spots, boolean closed, Style style, String tip) implements Element {
        /** Copies the list. */
        public Path {
            spots = List.copyOf(spots);
        }
    }

    /** A disc. */
    record Circle(double x, double y, double radius, Style style, String tip) implements Element {}

    /**
     * A line of text.
     *
     * @param x        position of the anchor
     * @param y        the baseline
     * @param content  the text
     * @param font     size and weight
     * @param anchor   the part of the text that lies at x
     * @param rotation degrees clockwise around the anchor
     * @param paint    the colour
     * @param tip      the whole text if the content is shortened, else null
     */
    record Text(double x, double y, String content, Font font, Anchor anchor, double rotation, Paint paint, String tip)
            implements Element {
        /** Replaces characters that cannot be shown. */
        public Text {
            content = Markup.plain(content);
        }
    }

    /** A point of a path. */
    record Spot(double x, double y) {}

    /** Size in pixels and weight of text. */
    record Font(double size, boolean bold) {}

    /** The part of a text that lies at its x. */
    enum Anchor {
        /** The start of the text. */
        START,
        /** The middle of the text. */
        MIDDLE,
        /** The end of the text. */
        END
    }
}
