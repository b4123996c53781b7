package org.unmute.bench.table;

import java.util.List;
import java.util.Locale;

/** A Markdown table, written row by row, and the format of its numbers. */
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

    /** Formats text with numbers in the same way everywhere, whatever the locale. */
    public static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
