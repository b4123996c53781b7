package org.unmute.report.table;

import java.util.stream.Collectors;
import org.unmute.report.table.TableRow.Kind;

/** A table for LaTeX with the package booktabs: a {@code table} environment with caption and label. */
public final class LatexTable {
    private LatexTable() {}

    /** The environment, for {@code \input}. */
    public static String of(Table table) {
        int columns = table.headings().size();
        StringBuilder tex = new StringBuilder("% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\caption{")
                .append(escape(table.caption()))
                .append('.')
                .append(table.note().isEmpty() ? "" : " " + escape(table.note()))
                .append("}\n\\label{tab:")
                .append(table.id())
                .append("}\n\\begin{tabular}{l")
                .append("r".repeat(columns - 1))
                .append("}\n\\toprule\n")
                .append(table.headings().stream().map(LatexTable::escape).collect(Collectors.joining(" & ")))
                .append(" \\\\\n\\midrule\n");
        String group = "";
        boolean first = true;
        for (TableRow row : table.rows()) {
            if (!row.group().equals(group)) {
                tex.append(first ? "" : "\\midrule\n");
                group = row.group();
                if (!group.isEmpty()) {
                    tex.append("\\multicolumn{")
                            .append(columns)
                            .append("}{l}{\\textit{")
                            .append(escape(group))
                            .append("}} \\\\\n");
                }
            }
            first = false;
            String head = escape(row.head());
            tex.append(row.kind() == Kind.PUBLISHED ? "\\textit{" + head + ", published}" : head)
                    .append(" & ")
                    .append(row.cells().stream()
                            .map(c -> cell(c, row.kind() == Kind.PUBLISHED))
                            .collect(Collectors.joining(" & ")))
                    .append(" \\\\\n");
        }
        return tex.append("\\bottomrule\n\\end{tabular}\n\\end{table}\n").toString();
    }

    private static String cell(TableCell cell, boolean published) {
        if (cell.text().isEmpty()) {
            return "--";
        }
        String text = escape(cell.text());
        String shown = cell.best() ? "\\textbf{" + text + "}" : published ? "\\textit{" + text + "}" : text;
        return shown + (cell.spread().isEmpty() ? "" : " {\\scriptsize$\\pm$ " + escape(cell.spread()) + "}");
    }

    /** Escapes text; symbols outside of LaTeX's default encoding become commands. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> out.append("\\textbackslash{}");
                case '~' -> out.append("\\textasciitilde{}");
                case '^' -> out.append("\\textasciicircum{}");
                case '&', '%', '$', '#', '_', '{', '}' -> out.append('\\').appendCodePoint(c);
                case '\u2212' -> out.append("$-$");
                case '\u00B1' -> out.append("$\\pm$");
                case '\u00D7' -> out.append("$\\times$");
                case '\u2013' -> out.append("--");
                case '\u202F', '\u00A0' -> out.append("\\,");
                case '\u00B7' -> out.append("$\\cdot$");
                default -> out.appendCodePoint(c);
            }
        });
        return out.toString();
    }
}
