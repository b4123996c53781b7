package org.unmute.report.chart;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Element.Font;
import org.unmute.report.drawing.TextWidth;

/**
 * The names of slots in a row: horizontal in one or two lines if they fit, else slanted and shortened. If slots are
 * narrower than a line of text, only every n-th name is drawn.
 */
final class CategoryLabels {
    private static final Font FONT = Canvas.LABEL;
    private static final double LINE = 15;
    private static final double LONGEST = 150;
    private static final double SLANT = 40;
    private static final double SIN = Math.sin(Math.toRadians(SLANT));
    private static final double COS = Math.cos(Math.toRadians(SLANT));

    private final List<String> names;
    private final int lines;
    private final int every;
    private final double longest;
    private final double slot;
    private final double maxWidth;

    CategoryLabels(List<String> names, double slot) {
        this.names = names;
        this.slot = slot;
        maxWidth = slot - 8;
        lines = names.stream().allMatch(n -> TextWidth.of(n, FONT) <= maxWidth)
                ? 1
                : names.stream().allMatch(this::fitsInTwo) ? 2 : 0;
        every = lines > 0 ? 1 : roundCount(LINE / SIN / slot);
        longest = Math.min(LONGEST, TextWidth.widest(names, FONT));
    }

    private boolean fitsInTwo(String name) {
        return TextWidth.wrap(name, FONT, maxWidth).size() <= 2
                && Stream.of(name.strip().split("\\s+")).allMatch(word -> TextWidth.of(word, FONT) <= maxWidth);
    }

    /** The smallest of 1, 2, 5, 10, 20, 50 ... that is at least {@code min}. */
    private static int roundCount(double min) {
        int decade = 1;
        while (true) {
            for (int factor : new int[] {1, 2, 5}) {
                if (factor * decade >= min - 1e-9) {
                    return factor * decade;
                }
            }
            decade *= 10;
        }
    }

    /** Height of the names above or below the slots. */
    double height() {
        return Math.ceil(lines > 0 ? lines * LINE + 6 : longest * SIN + LINE);
    }

    /** Distance by which names below the slots extend beyond the left end of the first slot. */
    double overhangLeft() {
        return overhang(i -> i + 0.5);
    }

    /** Distance by which names above the slots extend beyond the right end of the last slot. */
    double overhangRight() {
        return overhang(i -> names.size() - i - 0.5);
    }

    private double overhang(IntToDoubleFunction slotsToEnd) {
        double max = 0;
        for (int i = 0; lines == 0 && i < names.size(); i += every) {
            max = Math.max(max, reach(i) - slotsToEnd.applyAsDouble(i) * slot);
        }
        return max;
    }

    private double reach(int i) {
        return Math.min(LONGEST, TextWidth.of(names.get(i), FONT)) * COS + 6;
    }

    /** Draws a name below its slot. */
    void below(Canvas canvas, int i, double x, double y) {
        if (lines == 0) {
            slanted(canvas, i, x + 5, y + 12, Anchor.END);
        }
        List<String> parts = parts(i);
        for (int k = 0; k < parts.size(); k++) {
            canvas.text(x, y + LINE * (k + 1), parts.get(k), FONT, Anchor.MIDDLE, ColourRole.INK);
        }
    }

    /** Draws a name above its slot. */
    void above(Canvas canvas, int i, double x, double y) {
        if (lines == 0) {
            slanted(canvas, i, x, y - 6, Anchor.START);
        }
        List<String> parts = parts(i);
        for (int k = 0; k < parts.size(); k++) {
            canvas.text(x, y - 6 - LINE * (parts.size() - 1 - k), parts.get(k), FONT, Anchor.MIDDLE, ColourRole.INK);
        }
    }

    /** The lines of a horizontal name; none if the names are slanted. */
    private List<String> parts(int i) {
        return switch (lines) {
            case 0 -> List.of();
            case 1 -> List.of(names.get(i));
            default -> TextWidth.wrap(names.get(i), FONT, maxWidth);
        };
    }

    private void slanted(Canvas canvas, int i, double x, double y, Anchor anchor) {
        if (i % every == 0) {
            canvas.turned(x, y, names.get(i), FONT, anchor, -SLANT, ColourRole.INK, LONGEST);
        }
    }
}
