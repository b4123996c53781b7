package org.unmute.bench.table;

import java.util.List;
import java.util.Locale;

/** A Markdown table, written row by row, and how its numbers are written. */
public final class PipeTable {
    private final StringBuilder text = new StringBuilder();

    /** A table without rows. */
    public PipeTable(List<String> headings) {
        row(headings);
        text.append("|").append("---|".repeat(headings.size())).append('\n');
    }

    /** Adds a row. */
    public void row(List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }

    /** Text with numbers as they are written everywhere, whatever the locale. */
    public static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
