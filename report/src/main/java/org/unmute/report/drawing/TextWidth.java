package org.unmute.report.drawing;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.Element.Font;

/**
 * Estimates the width of text. The font of the page is unknown when a figure is laid out, so the widths are those of
 * DejaVu Sans, which is wider than the other fonts that browsers use for {@code sans-serif}.
 */
public final class TextWidth {
    /** Widths of the characters from space to tilde, in hundredths of the font size. */
    private static final int[] ASCII = {
        32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34,
                84, 84, 84, 53,
        100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39,
                34, 39, 84, 50,
        50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64,
                34, 64, 84
    };

    private static final double BOLD = 1.16;
    private static final String ELLIPSIS = "\u2026";

    private TextWidth() {}

    /** The width of a line in pixels. */
    public static double of(String text, Font font) {
        double hundredths = text.codePoints().mapToDouble(TextWidth::hundredths).sum();
        return hundredths * font.size() / 100 * (font.bold() ? BOLD : 1);
    }

    private static double hundredths(int c) {
        if (c >= ' ' && c <= '~') {
            return ASCII[c - ' '];
        }
        // Accented Latin and Greek letters are at most 90; the ellipsis, symbols and Asian characters are square.
        return c >= 0xA0 && c < 0x400 ? 80 : 105;
    }

    /** The width of the widest line; 0 if there are none. */
    public static double widest(List<String> lines, Font font) {
        return lines.stream().mapToDouble(line -> of(line, font)).max().orElse(0);
    }

    /** The text, or as much of its beginning as fits followed by an ellipsis; at least one character. */
    public static String shorten(String text, Font font, double maxWidth) {
        if (of(text, font) <= maxWidth) {
            return text;
        }
        int[] all = text.codePoints().toArray();
        for (int n = all.length - 1; n > 1; n--) {
            String cut = new String(all, 0, n).stripTrailing() + ELLIPSIS;
            if (of(cut, font) <= maxWidth) {
                return cut;
            }
        }
        return all.length <= 1 ? text : new String(all, 0, 1) + ELLIPSIS;
    }

    /** The text broken into lines at spaces; a word that does not fit is shortened. */
    public static List<String> wrap(String text, Font font, double maxWidth) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split("\\s+")) {
            if (!line.isEmpty() && of(line + " " + word, font) > maxWidth) {
                lines.add(shorten(line.toString(), font, maxWidth));
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        if (!line.isEmpty()) {
            lines.add(shorten(line.toString(), font, maxWidth));
        }
        return lines;
    }
}
