package org.unmute.experiments;

import java.util.stream.Stream;

/** Text from outside, such as a file's name or a label, for a terminal, a table or a message. */
public final class PlainText {
    private PlainText() {}

    /**
     * The text with U+FFFD in place of control characters and bidirectional overrides, which would change lines, the
     * order of letters or the state of a terminal.
     */
    public static String of(String text) {
        return text.replaceAll("[\\p{Cc}\u202A-\u202E\u2066-\u2069]", "\uFFFD");
    }

    /** The lines of a text, each as {@link #of} gives it. */
    public static Stream<String> lines(String text) {
        return text.lines().map(PlainText::of);
    }
}
