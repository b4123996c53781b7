package org.unmute.files;

import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Sanitises untrusted text, such as a file name, a label or a message that contains one, for a terminal, a table or a
 * page. Characters that would have an effect there are replaced by U+FFFD: control characters, which break lines or
 * change the state of a terminal; line and paragraph separators; and bidirectional embeddings, overrides and isolates,
 * which change the order of letters.
 */
public final class PlainText {
    private static final char REPLACEMENT = '\uFFFD';
    private static final int QUOTED_CHARS = 80;
    private static final String ACTING = "\\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069";
    private static final Pattern IN_A_LINE = Pattern.compile("[" + ACTING + "]");
    private static final Pattern IN_LINES = Pattern.compile("[" + ACTING + "&&[^\r\n]]|\r(?!\n)");

    private PlainText() {}

    /** The text on one line. Line breaks are replaced too. */
    public static String of(String text) {
        return IN_A_LINE.matcher(text).replaceAll(String.valueOf(REPLACEMENT));
    }

    /** The text with its line breaks, LF or CR LF, kept. */
    public static String withLineBreaks(String text) {
        return IN_LINES.matcher(text).replaceAll(String.valueOf(REPLACEMENT));
    }

    /** The lines of a text, each sanitised by {@link #of}. */
    public static Stream<String> lines(String text) {
        return text.lines().map(PlainText::of);
    }

    /** The text for a message: in quotes, on one line, cut after 80 characters. */
    public static String quote(String text) {
        boolean fits = text.codePointCount(0, text.length()) <= QUOTED_CHARS;
        return "'" + of(fits ? text : text.substring(0, text.offsetByCodePoints(0, QUOTED_CHARS)) + "…") + "'";
    }

    /** Whether a character is replaced. */
    public static boolean acts(int codePoint) {
        return Character.isISOControl(codePoint)
                || codePoint >= 0x2028 && codePoint <= 0x202E
                || codePoint >= 0x2066 && codePoint <= 0x2069;
    }
}
