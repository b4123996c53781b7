package org.unmute.report.drawing;

/** Escapes text for HTML and SVG. */
public final class Markup {
    private Markup() {}

    /** Escapes markup; characters that XML does not allow become a box. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\n', '\t' -> escaped.append(' ');
                default ->
                    escaped.appendCodePoint(
                            c < 0x20 || c >= 0x7F && c < 0xA0 || c >= 0xD800 && c < 0xE000 || c == 0xFFFE || c == 0xFFFF
                                    ? 0x25A1
                                    : c);
            }
        });
        return escaped.toString();
    }
}
