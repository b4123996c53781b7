package org.unmute.report.drawing;

import org.unmute.files.PlainText;

/** Escapes text for HTML and SVG. */
public final class Markup {
    private static final int BOX = 0x25A1;

    private Markup() {}

    /** Escapes markup in {@link #plain} text. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        plain(text).codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    /**
     * Text in the form that a page can show: characters that {@link PlainText} replaces or that XML does not allow
     * become a box.
     */
    public static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\t') {
                plain.append(' ');
            } else {
                boolean allowed = !PlainText.acts(c) && !(c >= 0xD800 && c < 0xE000) && c != 0xFFFE && c != 0xFFFF;
                plain.appendCodePoint(allowed ? c : BOX);
            }
        });
        return plain.toString();
    }
}
