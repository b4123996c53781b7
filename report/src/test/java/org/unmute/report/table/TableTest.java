package org.unmute.report.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.unmute.files.PlainText;
import org.unmute.report.table.TableCell.Mark;
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
                                List.of(
                                        new TableCell("55.07", "0.31").within("no interval"),
                                        new TableCell("70.20", "0.36")
                                                .within("[68.00, 72.00]")
                                                .marked(Mark.BEST))),
                        TableRow.of(
                                "Set 1",
                                "BEATs",
                                List.of(TableCell.of("1"), TableCell.of("2").marked(Mark.AMONG_BEST))),
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
                        "<td class=\"best\"><b>70.20</b> <small>\u00B1\u202F0.36</small>"
                                + " <small class=\"interval\">[68.00, 72.00]</small></td>",
                        "<td><u>2</u></td>",
                        "<small class=\"interval\">no interval</small>",
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
                        "| Set 1 | EAT | 55.07 \u00B1 0.31 no interval | **70.20** \u00B1 0.36 \\[68.00, 72.00\\] |",
                        "|  | BEATs | 1 | <ins>2</ins> |",
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
                        "\\textbf{70.20} {\\scriptsize$\\pm$ 0.36} {\\scriptsize [68.00, 72.00]}",
                        "\\underline{2}",
                        "\\textit{EAT, published} & \\textit{77.76} & --",
                        "$-$1.50",
                        "\\&|\\_\\$\\%\\#\\{\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{}",
                        "\\multicolumn{3}{l}{\\textit{Set 2}}");
        List<String> rows = tex.lines()
                .filter(l -> l.endsWith("\\\\") && !l.contains("multicolumn"))
                .map(l -> l.replace("\\&", ""))
                .toList();
        assertThat(rows)
                .hasSize(5)
                .allSatisfy(
                        l -> assertThat(l.chars().filter(c -> c == '&').count()).isEqualTo(2));
    }

    /** Whatever a name contains, no format outputs it as active content. */
    @Test
    void everyFormatIsPlain() {
        String name = "=a\u001B[2J\u009B\u202E\u2028\tb\nc";
        TableCell cell = new TableCell(name, name).within(name).marked(Mark.BEST);
        Table table = new Table(
                "t",
                name,
                name,
                List.of(name, name),
                List.of(new TableRow(Kind.PUBLISHED, name, name, List.of(cell)), TableRow.of("", name, List.of(cell))),
                List.of(List.of(name, "-1.5", "=1+1")));
        assertThat(List.of(MarkdownTable.of(table), LatexTable.of(table), HtmlTable.of(table), table.csvText()))
                .allSatisfy(text -> assertThat(
                                text.lines().flatMapToInt(String::codePoints).filter(PlainText::acts))
                        .isEmpty());
        assertThat(table.csvText()).isEqualTo("'=a\uFFFD[2J\uFFFD\uFFFD\uFFFD\uFFFDb\uFFFDc,-1.5,'=1+1\n");
        assertThat(MarkdownTable.of(table).lines().filter(l -> l.startsWith("|")))
                .as("a line break in a name makes no row")
                .hasSize(4);
        assertThat(LatexTable.of(table).lines())
                .hasSameSizeAs(LatexTable.of(new Table(
                                "t",
                                "caption",
                                "note",
                                List.of("a", "b"),
                                List.of(
                                        new TableRow(Kind.PUBLISHED, "group", "row", List.of(cell)),
                                        TableRow.of("", "row", List.of(cell))),
                                List.of()))
                        .lines()
                        .toList());
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
