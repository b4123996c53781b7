package org.unmute.report.table;

import static org.unmute.report.drawing.Markup.escape;

import java.util.stream.Collectors;
import org.unmute.report.drawing.Markup;
import org.unmute.report.page.Html;
import org.unmute.report.table.TableCell.Mark;

/**
 * A table as HTML: caption, headings with their scope, one {@code tbody} per group, and marked rows for published
 * numbers.
 */
public final class HtmlTable {
    /** With this many columns or more, deviations are written below the means. */
    private static final int MANY = 10;

    private static final Notation NOTATION = new Notation(
            "<span class=\"none\">\u2013</span>",
            "<b>%s</b>",
            "<u>%s</u>",
            "%s",
            " <small>\u00B1\u202F%s</small>",
            " <small class=\"interval\">%s</small>",
            "%s <span class=\"badge\">published</span>",
            Markup::escape);

    private HtmlTable() {}

    /** The table in a box that scrolls horizontally and can be focused with the keyboard. */
    public static String of(Table table) {
        int columns = table.headings().size();
        Html html = new Html();
        html.line(
                "<div class=\"scroll\" role=\"region\" tabindex=\"0\""
                        + " aria-labelledby=\"table-%1$s\"><table%2$s><caption id=\"table-%1$s\">%3$s</caption>",
                table.id(), columns >= MANY ? " class=\"dense\"" : "", escape(table.caption()));
        html.line(
                "<thead><tr>%s</tr></thead>",
                table.headings().stream()
                        .map(h -> "<th scope=\"col\">" + escape(h) + "</th>")
                        .collect(Collectors.joining()));
        String group = null;
        for (TableRow row : table.rows()) {
            if (!row.group().equals(group)) {
                html.line(group == null ? "<tbody>" : "</tbody>\n<tbody>");
                group = row.group();
                if (!group.isEmpty()) {
                    html.line(
                            "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%d\">%s</th></tr>",
                            columns, escape(group));
                }
            }
            row(html, row);
        }
        html.line("%s</tbody></table></div>", group == null ? "<tbody>" : "");
        if (!table.note().isEmpty()) {
            html.line("<p class=\"note\">%s</p>", escape(table.note()));
        }
        return html.toString();
    }

    private static void row(Html html, TableRow row) {
        String kind = switch (row.kind()) {
            case OURS -> "";
            case PUBLISHED -> " class=\"published\"";
            case SUMMARY -> " class=\"summary-row\"";
        };
        html.add("<tr" + kind + "><th scope=\"row\">" + NOTATION.head(row) + "</th>");
        for (TableCell cell : row.cells()) {
            String marked = cell.mark() == Mark.BEST ? "<td class=\"best\">" : "<td>";
            html.add(marked + NOTATION.cell(cell, false) + "</td>");
        }
        html.line("</tr>");
    }
}
