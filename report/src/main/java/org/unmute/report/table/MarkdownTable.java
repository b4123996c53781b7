package org.unmute.report.table;

import java.util.Collections;
import java.util.stream.Collectors;
import org.unmute.report.table.TableRow.Kind;

/** A table as GitHub's Markdown. */
public final class MarkdownTable {
    private MarkdownTable() {}

    /** The caption, the table and its note. */
    public static String of(Table table) {
        boolean grouped = table.rows().stream().anyMatch(r -> !r.group().isEmpty());
        StringBuilder md = new StringBuilder("**")
                .append(escape(table.caption()))
                .append("**\n\n|")
                .append(grouped ? " |" : "");
        table.headings().forEach(h -> md.append(' ').append(escape(h)).append(" |"));
        md.append("\n|")
                .append(grouped ? "---|" : "")
                .append("---|")
                .append(String.join("|", Collections.nCopies(table.headings().size() - 1, "--:")))
                .append("|\n");
        String group = "";
        for (TableRow row : table.rows()) {
            md.append('|').append(grouped ? " " + (row.group().equals(group) ? "" : escape(row.group())) + " |" : "");
            group = row.group();
            String head = escape(row.head());
            md.append(' ')
                    .append(row.kind() == Kind.PUBLISHED ? "*" + head + ", published*" : head)
                    .append(" | ");
            md.append(row.cells().stream()
                            .map(c -> cell(c, row.kind() == Kind.PUBLISHED))
                            .collect(Collectors.joining(" | ")))
                    .append(" |\n");
        }
        return md.append(table.note().isEmpty() ? "" : "\n" + escape(table.note()) + "\n")
                .toString();
    }

    private static String cell(TableCell cell, boolean published) {
        if (cell.text().isEmpty()) {
            return "\u2013";
        }
        String text = escape(cell.text());
        String shown = cell.best() ? "**" + text + "**" : published ? "*" + text + "*" : text;
        return shown + (cell.spread().isEmpty() ? "" : " \u00B1 " + escape(cell.spread()));
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\")
                .replaceAll("([|*_`<>\\[\\]])", "\\\\$1")
                .replace('\n', ' ');
    }
}
