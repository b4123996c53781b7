package org.unmute.report.table;

import java.util.stream.Collectors;
import org.unmute.files.PlainText;

/** A table in GitHub's Markdown. */
public final class MarkdownTable {
    private static final Notation NOTATION = new Notation(
            "\u2013", "**%s**", "<ins>%s</ins>", "*%s*", " \u00B1 %s", " %s", "*%s, published*", MarkdownTable::escape);

    private MarkdownTable() {}

    /** The caption, the table and its note. */
    public static String of(Table table) {
        boolean grouped = table.rows().stream().anyMatch(r -> !r.group().isEmpty());
        String headings =
                table.headings().stream().map(h -> " " + escape(h) + " |").collect(Collectors.joining());
        StringBuilder md = new StringBuilder("**" + escape(table.caption()) + "**\n\n|")
                .append((grouped ? " |" : "") + headings + "\n|")
                .append((grouped ? "---|" : "") + "---"
                        + "|--:".repeat(table.headings().size() - 1) + "|\n");
        String group = "";
        for (TableRow row : table.rows()) {
            String shown = row.group().equals(group) ? "" : escape(row.group());
            group = row.group();
            md.append('|').append(grouped ? " " + shown + " |" : "");
            md.append(" " + NOTATION.head(row) + " | " + NOTATION.cells(row, " | ") + " |\n");
        }
        return md.append(table.note().isEmpty() ? "" : "\n" + escape(table.note()) + "\n")
                .toString();
    }

    /**
     * Escapes plain text. The ampersand is escaped as well, since an entity could stand for a character that is not
     * plain.
     */
    private static String escape(String text) {
        return PlainText.of(text.replace('\n', ' ')).replace("\\", "\\\\").replaceAll("([|*_`<>&\\[\\]])", "\\\\$1");
    }
}
