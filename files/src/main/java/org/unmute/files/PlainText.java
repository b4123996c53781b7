package org.unmute.files;

import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Text from outside, such as a file's name, a label or a message about either, for a terminal, a table or a page.
 * Characters that would act there are replaced by U+FFFD: control characters, which change lines or the state of a
 * terminal; line and paragraph separators; embeddings, overrides and isolates of direction, which change the order of
 * letters.
 */
public final class PlainText {
    private static final char REPLACEMENT = '\uFFFD';
    private static final int QUOTED_CHARS = 80;
    private static final String ACTING = "\\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069";
    private static final Pattern IN_A_LINE = Pattern.compile("[" + ACTING + "]");
    private static final Pattern IN_LINES = Pattern.compile("[" + ACTING + "&&[^\r\n]]|\r(?!\n)");

    private PlainText() {}

    /** The text on one line: line breaks are replaced, too. */
    public static String of(String text) {
        return IN_A_LINE.matcher(text).replaceAll(String.valueOf(REPLACEMENT));
    }

    /** The text with its line breaks, LF or CR LF. */
    public static String withLineBreaks(String text) {
        return IN_LINES.matcher(text).replaceAll(String.valueOf(REPLACEMENT));
    }

    /** The lines of a text, each as {@link #of} gives it. */
    public static Stream<String> lines(String text) {
        return text.lines().map(PlainText::of);
    }

    /** The text in quotes on one line, cut after 80 characters, for a message. */
    public static String quote(String text) {
        boolean fits = text.codePointCount(0, text.length()) <= QUOTED_CHARS;
        return "'" + of(fits ? text : text.substring(0, text.offsetByCodePoints(0, QUOTED_CHARS)) + "…") + "'";
    }

    /** Whether a character is one that is replaced. */
    public static boolean acts(int codePoint) {
        return Character.isISOControl(codePoint)
                || codePoint >= 0x2028 && codePoint <= 0x202E
                || codePoint >= 0x2066 && codePoint <= 0x2069;
    }
}
