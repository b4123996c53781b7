package org.unmute.report.page;

import java.util.Locale;

/** Text into HTML. */
public final class Html {
    private Html() {}

    /** Text with everything that HTML would take as markup replaced, and control characters shown as a box. */
    public static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(Character.isISOControl(c) && c != '\n' && c != '\t' ? '\u25A1' : c);
            }
        }
        return out.toString();
    }

    /** A number with so many decimals, or a dash where it is not finite. */
    public static String number(double value, int decimals) {
        return Double.isFinite(value)
                ? String.format(Locale.ROOT, "%." + decimals + "f", value).replace("-", "\u2212")
                : "\u2013";
    }

    /** A whole number with thin spaces between thousands. */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(",", "\u202F");
    }

    /** A share of 1 as a CSS percentage. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.3f%%", 100 * Math.clamp(Double.isFinite(share) ? share : 0, 0, 1));
    }
}
