package org.unmute.bench.table;

import java.util.List;

/** A Markdown table, written row by row. */
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
}
