package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.chart.Mark.Anchor;
import org.unmute.cli.chart.Mark.Font;

/** The sheet that a chart is laid out on: collects marks below the title. */
final class Sheet {
    static final Font TITLE = new Font(16, true);
    static final Font NOTE = new Font(12.5, false);
    static final Font LABEL = new Font(12.5, false);
    static final Font STRONG = new Font(12.5, true);
    static final Font SMALL = new Font(11.5, false);
    static final double MARGIN = 14;

    private final Caption caption;
    private final double width;
    private final List<Mark> marks = new ArrayList<>();

    Sheet(Caption caption, double width) {
        this.caption = caption;
        // Whole pixels, so that the ground covers the edge of a PNG.
        this.width = Math.ceil(width);
    }

    double width() {
        return width;
    }

    void add(Mark mark) {
        marks.add(mark);
    }

    /** Writes title and subtitle; returns where the rest can begin. */
    double header() {
        double y = MARGIN;
        for (String line : TextWidth.wrap(caption.title(), TITLE, width - 2 * MARGIN)) {
            y += 15;
            add(new Mark.Text(MARGIN, y, line, TITLE, Anchor.START, 0, Role.INK, null));
            y += 5;
        }
        for (String line : TextWidth.wrap(caption.subtitle(), NOTE, width - 2 * MARGIN)) {
            y += 13;
            add(new Mark.Text(MARGIN, y, line, NOTE, Anchor.START, 0, Role.SOFT, null));
            y += 4;
        }
        return y + 14;
    }

    /** Writes a line of text. */
    void text(double x, double y, String words, Font font, Anchor anchor, Paint paint) {
        add(new Mark.Text(x, y, words, font, anchor, 0, paint, null));
    }

    /** Writes a line of text as far as it fits; the whole is in its tip. */
    void fitted(double x, double y, String words, Font font, Anchor anchor, Paint paint, double room) {
        String shown = TextWidth.shorten(words, font, room);
        add(new Mark.Text(x, y, shown, font, anchor, 0, paint, shown.equals(words) ? null : words));
    }

    /** Says in the middle of an area that there is nothing to show. */
    void nothing(double left, double top, double right, double bottom) {
        text((left + right) / 2, (top + bottom) / 2 + 4, "no data", LABEL, Anchor.MIDDLE, Role.SOFT);
    }

    /** The drawing, on its ground. */
    Drawing finish(double height) {
        List<Mark> all = new ArrayList<>();
        all.add(new Mark.Rect(0, 0, width, Math.ceil(height), 0, Style.fill(Role.GROUND), null));
        all.addAll(marks);
        return new Drawing(width, Math.ceil(height), caption, all);
    }
}
