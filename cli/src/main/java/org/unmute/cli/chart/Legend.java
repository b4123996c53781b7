package org.unmute.cli.chart;

import java.util.List;
import org.unmute.cli.chart.Mark.Anchor;

/** Names of series beside a sample of each, in as many rows as needed. */
final class Legend {
    private static final double SAMPLE = 22;
    private static final double GAP = 18;
    private static final double ROW = 20;

    private Legend() {}

    /** What a sample shows. */
    enum Sample {
        BAR,
        LINE,
        POINT
    }

    /** One series. */
    record Key(String name, Look look, Sample sample) {}

    /**
     * Writes the legend from {@code y} downwards; returns where the rest can begin. Keys without a name are left out.
     */
    static double write(Sheet sheet, List<Key> keys, double left, double y) {
        double right = sheet.width() - Sheet.MARGIN;
        double x = left;
        double row = y;
        boolean any = false;
        for (Key key : keys) {
            if (key.name().isEmpty()) {
                continue;
            }
            double room = right - left - SAMPLE - 6;
            double width = SAMPLE + 6 + Math.min(room, TextWidth.of(key.name(), font(key)));
            if (x > left && x + width > right) {
                x = left;
                row += ROW;
            }
            sample(sheet, key, x, row + ROW / 2);
            sheet.fitted(x + SAMPLE + 6, row + ROW / 2 + 4.5, key.name(), font(key), Anchor.START, Role.INK, room);
            x += width + GAP;
            any = true;
        }
        return any ? row + ROW + 10 : y;
    }

    private static Mark.Font font(Key key) {
        return key.look().strong() ? Sheet.STRONG : Sheet.LABEL;
    }

    private static void sample(Sheet sheet, Key key, double x, double y) {
        switch (key.sample()) {
            case BAR -> Points.bar(sheet, x + 4, y - 6, 14, 12, key.look(), null);
            case LINE -> {
                sheet.add(new Mark.Line(x, y, x + SAMPLE, y, Points.line(key.look()), null));
                sheet.add(Points.point(x + SAMPLE / 2, y, 4, key.look(), null));
            }
            case POINT -> sheet.add(Points.point(x + SAMPLE / 2, y, 5, key.look(), null));
        }
    }
}
