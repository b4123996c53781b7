package org.unmute.data;

import java.util.regex.Pattern;

/**
 * A row in the CSV format that all output of this program uses: commas, RFC 4180 quoting, a line feed.
 *
 * <p>Text that a spreadsheet would interpret as a formula, because it begins with {@code = + - @} or their full-width
 * forms, is prefixed with an apostrophe, so that a file name like {@code =HYPERLINK(…)} is shown and not run. Text that
 * would then look like guarded text, such as {@code '=}, is prefixed as well, so that {@link TextTable} and the readers
 * of tab-separated tables restore every text exactly. Numbers, and numbers separated by {@code ;}, are left alone.
 */
public final class CsvLine {
    private static final Pattern FORMULA = Pattern.compile("'*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]");
    private static final String NUMBER = "[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d+)?";
    private static final Pattern NUMBERS = Pattern.compile(NUMBER + "(;" + NUMBER + ")*");

    private CsvLine() {}

    /**
     * A row with its line feed.
     *
     * @param fields text and numbers; null is an empty field
     */
    public static String of(Object... fields) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < fields.length; i++) {
            line.append(i == 0 ? "" : ",");
            if (fields[i] != null) {
                String cell = fields[i] instanceof CharSequence text ? guarded(text.toString()) : fields[i].toString();
                line.append(isQuoted(cell, i == 0) ? '"' + cell.replace("\"", "\"\"") + '"' : cell);
            }
        }
        return line.append('\n').toString();
    }

    /**
     * Beyond RFC 4180, quotes cells that a reader might misinterpret: an empty line, a comment, blanks that would be
     * stripped.
     */
    private static boolean isQuoted(String cell, boolean first) {
        if (cell.isEmpty()) {
            return first;
        }
        return cell.charAt(0) <= '#'
                || cell.charAt(cell.length() - 1) <= ' '
                || cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    }

    /** Text in the form in which a CSV or tab-separated cell holds it; not quoted. */
    public static String guarded(String text) {
        return isFormula(text) && !NUMBERS.matcher(text).matches() ? "'" + text : text;
    }

    private static boolean isFormula(String text) {
        return FORMULA.matcher(text).lookingAt();
    }

    /** The original text of a cell, undoing {@link #guarded}. */
    public static String text(String cell) {
        return cell.startsWith("'") && isFormula(cell) ? cell.substring(1) : cell;
    }
}
