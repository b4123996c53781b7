package org.unmute.report.table;

import static org.unmute.report.drawing.Markup.escape;

import org.unmute.report.table.TableRow.Kind;

/** A table as HTML: caption, headings with their scope, one {@code tbody} per group, published rows marked as such. */
public final class HtmlTable {
    /** With this many columns or more, deviations are written below the means. */
    private static final int MANY = 10;

    private HtmlTable() {}

    /** The table in a box that scrolls horizontally and can be focused by keyboard. */
    public static String of(Table table) {
        StringBuilder html = new StringBuilder();
        html.append("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"table-")
                .append(table.id())
                .append("\"><table")
                .append(table.headings().size() >= MANY ? " class=\"dense\"" : "")
                .append("><caption id=\"table-")
                .append(table.id())
                .append("\">")
                .append(escape(table.caption()))
                .append("</caption>\n<thead><tr>");
        table.headings()
                .forEach(
                        h -> html.append("<th scope=\"col\">").append(escape(h)).append("</th>"));
        html.append("</tr></thead>\n");
        String group = null;
        for (TableRow row : table.rows()) {
            if (!row.group().equals(group)) {
                html.append(group == null ? "<tbody>\n" : "</tbody>\n<tbody>\n");
                group = row.group();
                if (!group.isEmpty()) {
                    html.append("<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"")
                            .append(table.headings().size())
                            .append("\">")
                            .append(escape(group))
                            .append("</th></tr>\n");
                }
            }
            row(html, row);
        }
        html.append(group == null ? "<tbody>" : "").append("</tbody></table></div>\n");
        if (!table.note().isEmpty()) {
            html.append("<p class=\"note\">").append(escape(table.note())).append("</p>\n");
        }
        return html.toString();
    }

    private static void row(StringBuilder html, TableRow row) {
        html.append(
                switch (row.kind()) {
                    case OURS -> "<tr>";
                    case PUBLISHED -> "<tr class=\"published\">";
                    case SUMMARY -> "<tr class=\"summary-row\">";
                });
        html.append("<th scope=\"row\">")
                .append(escape(row.head()))
                .append(row.kind() == Kind.PUBLISHED ? " <span class=\"badge\">published</span>" : "")
                .append("</th>");
        for (TableCell cell : row.cells()) {
            html.append(cell.best() ? "<td class=\"best\">" : "<td>");
            if (cell.text().isEmpty()) {
                html.append("<span class=\"none\">\u2013</span>");
            } else {
                String text = escape(cell.text());
                html.append(cell.best() ? "<b>" + text + "</b>" : text)
                        .append(
                                cell.spread().isEmpty()
                                        ? ""
                                        : " <small>\u00B1\u202F" + escape(cell.spread()) + "</small>");
            }
            html.append("</td>");
        }
        html.append("</tr>\n");
    }
}
