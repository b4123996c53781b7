package org.unmute.report.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.unmute.report.table.TableRow.Kind;
import org.xml.sax.InputSource;

/** One table in four formats. */
class TableTest {
    private static final String EVIL = "a<b>&|_$%#{}~^\\";

    private static Table table() {
        return new Table(
                "scores",
                "Scores of " + EVIL,
                "Note.",
                List.of("Encoder", "linear", EVIL),
                List.of(
                        TableRow.of(
                                "Set 1",
                                "EAT",
                                List.of(new TableCell("55.07", "0.31", false), new TableCell("70.20", "0.36", true))),
                        new TableRow(Kind.PUBLISHED, "Set 1", "EAT", List.of(TableCell.of("77.76"), TableCell.NONE)),
                        TableRow.of("Set 2", EVIL, List.of(TableCell.of("\u22121.50"), TableCell.NONE))),
                List.of(List.of("a", "b"), List.of("x,\"y\"", "1")));
    }

    @Test
    void htmlIsWellFormedWithScopes() throws Exception {
        String html = HtmlTable.of(table());
        DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader("<div>" + html + "</div>")));
        assertThat(html)
                .contains(
                        "<caption id=\"table-scores\">",
                        "<td class=\"best\"><b>70.20</b> <small>\u00B1\u202F0.36</small></td>",
                        "<th scope=\"rowgroup\" colspan=\"3\">Set 1",
                        "<tr class=\"published\"><th scope=\"row\">EAT <span"
                                + " class=\"badge\">published</span></th><td>77.76</td>",
                        "a&lt;b&gt;&amp;|");
        assertThat(html.split("<tbody>", -1)).hasSize(3);
    }

    @Test
    void markdownKeepsItsColumns() {
        String md = MarkdownTable.of(table());
        assertThat(md)
                .contains(
                        "| Set 1 | EAT | 55.07 \u00B1 0.31 | **70.20** \u00B1 0.36 |",
                        "|  | *EAT, published* | *77.76* | \u2013 |");
        assertThat(md.lines()
                        .filter(l -> l.startsWith("|"))
                        .map(l -> l.replace("\\|", "")
                                .chars()
                                .filter(c -> c == '|')
                                .count())
                        .distinct())
                .containsExactly(5L);
    }

    @Test
    void latexIsEscapedAndEveryRowHasAllColumns() {
        String tex = LatexTable.of(table());
        assertThat(tex)
                .contains(
                        "\\textbf{70.20} {\\scriptsize$\\pm$ 0.36}",
                        "\\textit{EAT, published} & \\textit{77.76} & --",
                        "$-$1.50",
                        "\\&|\\_\\$\\%\\#\\{\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{}",
                        "\\multicolumn{3}{l}{\\textit{Set 2}}");
        List<String> rows = tex.lines()
                .filter(l -> l.endsWith("\\\\") && !l.contains("multicolumn"))
                .map(l -> l.replace("\\&", ""))
                .toList();
        assertThat(rows)
                .hasSize(4)
                .allSatisfy(
                        l -> assertThat(l.chars().filter(c -> c == '&').count()).isEqualTo(2));
    }

    @Test
    void csvIsQuoted() {
        assertThat(table().csvText()).isEqualTo("a,b\n\"x,\"\"y\"\"\",1\n");
    }

    @Test
    void aRowOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> new Table(
                        "t",
                        "c",
                        "",
                        List.of("a", "b", "c"),
                        List.of(TableRow.of("", "row", List.of(TableCell.NONE))),
                        List.of()))
                .hasMessageContaining("row has 1 cells for 2 columns");
    }
}
