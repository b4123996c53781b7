package org.unmute.data;

import java.util.regex.Pattern;

/**
 * A row of a CSV file, as all CSV files of this program have it: commas, RFC 4180 quoting, a line feed.
 *
 * <p>Text that a spreadsheet would take for a formula, because it begins with {@code = + - @} or their wide forms, gets
 * an apostrophe in front, so that a file name like {@code =HYPERLINK(…)} is shown and not run. Text that would then
 * read like guarded text, {@code '=}, gets one, too, so that {@link TextTable} and readers of
 * tables between tabs read every text as it was. Numbers,
 * and numbers separated by {@code ;}, are left alone.
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
     * Beyond what RFC 4180 asks for, a cell has quotes that a reader might take for something else: an empty line, a
     * comment, blanks that it would strip.
     */
    private static boolean isQuoted(String cell, boolean first) {
        if (cell.isEmpty()) {
            return first;
        }
        return cell.charAt(0) <= '#'
                || cell.charAt(cell.length() - 1) <= ' '
                || cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    }

    /** A text as a cell holds it, also where tabs separate; not quoted. */
    public static String guarded(String text) {
        return isFormula(text) && !NUMBERS.matcher(text).matches() ? "'" + text : text;
    }

    private static boolean isFormula(String text) {
        return FORMULA.matcher(text).lookingAt();
    }

    /** The text of a cell that was read: what {@link #guarded} was given. */
    public static String text(String cell) {
        return cell.startsWith("'") && isFormula(cell) ? cell.substring(1) : cell;
    }
}
