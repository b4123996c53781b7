package org.unmute.report.table;

import java.util.stream.Collectors;
import org.unmute.files.PlainText;

/** A table for LaTeX with the package booktabs: a {@code table} environment with caption and label. */
public final class LatexTable {
    private static final Notation NOTATION = new Notation(
            "--",
            "\\textbf{%s}",
            "\\underline{%s}",
            "\\textit{%s}",
            " {\\scriptsize$\\pm$ %s}",
            " {\\scriptsize %s}",
            "\\textit{%s, published}",
            LatexTable::escape);

    private LatexTable() {}

    /** The environment, for {@code \input}. */
    public static String of(Table table) {
        int columns = table.headings().size();
        String note = table.note().isEmpty() ? "" : " " + escape(table.note());
        StringBuilder tex = new StringBuilder("""
                %% needs \\usepackage{booktabs}
                \\begin{table}
                \\centering
                \\caption{%s.%s}
                \\label{tab:%s}
                \\begin{tabular}{l%s}
                \\toprule
                %s \\\\
                \\midrule
                """.formatted(
                        escape(table.caption()),
                        note,
                        table.id(),
                        "r".repeat(columns - 1),
                        table.headings().stream().map(LatexTable::escape).collect(Collectors.joining(" & "))));
        String group = "";
        boolean first = true;
        for (TableRow row : table.rows()) {
            if (!row.group().equals(group)) {
                tex.append(first ? "" : "\\midrule\n");
                group = row.group();
                if (!group.isEmpty()) {
                    tex.append("\\multicolumn{%d}{l}{\\textit{%s}} \\\\\n".formatted(columns, escape(group)));
                }
            }
            first = false;
            tex.append(NOTATION.head(row) + " & " + NOTATION.cells(row, " & ") + " \\\\\n");
        }
        return tex.append("\\bottomrule\n\\end{tabular}\n\\end{table}\n").toString();
    }

    /**
     * Escapes plain text; symbols outside LaTeX's default encoding become commands, and characters that are not plain
     * become a question mark, since LaTeX stops at U+FFFD.
     */
    static String escape(String text) {
        StringBuilder out = new StringBuilder();
        PlainText.of(text.replace('\n', ' ')).codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> out.append("\\textbackslash{}");
                case '~' -> out.append("\\textasciitilde{}");
                case '^' -> out.append("\\textasciicircum{}");
                case '&', '%', '$', '#', '_', '{', '}' -> out.append('\\').appendCodePoint(c);
                case '\uFFFD' -> out.append('?');
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
