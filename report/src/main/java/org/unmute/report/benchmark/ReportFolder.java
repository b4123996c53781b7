package org.unmute.report.benchmark;

import static org.unmute.report.drawing.Markup.escape;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.files.AtomicFile;
import org.unmute.files.TemporaryFile;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.page.Html;
import org.unmute.report.page.Page;
import org.unmute.report.table.HtmlTable;
import org.unmute.report.table.LatexTable;
import org.unmute.report.table.MarkdownTable;
import org.unmute.report.table.Table;

/**
 * Turns sections into the files of a report: a self-contained {@code report.html}, {@code tables/} with each table as
 * CSV, Markdown and LaTeX, and {@code figures/} with each figure as SVG and CSV.
 */
public final class ReportFolder {
    /** File name of the page. */
    public static final String PAGE = "report.html";

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private ReportFolder() {}

    /**
     * The files of a report by path relative to its folder, the page first.
     *
     * @throws IllegalStateException if two tables or figures have the same id
     */
    public static Map<String, byte[]> files(String title, String summary, List<Section> sections, Instant made) {
        ReportFolder folder = new ReportFolder();
        folder.files.put(PAGE, new byte[0]);
        Page page = new Page(title, summary);
        for (Section section : sections) {
            Html html = new Html();
            section.blocks().forEach(b -> folder.add(html, b));
            page.section(section.id(), section.title(), html.toString());
            section.blocks().stream()
                    .filter(Block.Fragment.class::isInstance)
                    .forEach(b -> page.part(((Block.Fragment) b).html()));
        }
        folder.files.put(PAGE, page.htmlWithContents(made).getBytes(StandardCharsets.UTF_8));
        return folder.files;
    }

    /**
     * Writes each file atomically into a folder, the first one last. The caller must hold the folder's {@link
     * org.unmute.files.FolderLock}: unfinished files of a killed process are deleted.
     *
     * @throws IOException if a file cannot be written
     */
    public static void write(Path out, Map<String, byte[]> files) throws IOException {
        Set<Path> folders = new HashSet<>();
        for (String name : List.copyOf(files.keySet()).reversed()) {
            Path file = out.resolve(name);
            if (folders.add(file.getParent())) {
                Files.createDirectories(file.getParent());
                TemporaryFile.sweep(file.getParent(), Duration.ZERO);
            }
            AtomicFile.write(file, files.get(name));
        }
    }

    private void add(Html html, Block block) {
        switch (block) {
            case Block.Paragraph w -> html.line("<p>%s</p>", escape(w.text()));
            case Block.DataTable t -> html.add(table(t.table()));
            case Block.Figure f -> html.add(figure(f));
            case Block.SideBySide b -> {
                html.line("<div class=\"beside%s\">", b.figures().size() > 2 ? " many" : "");
                b.figures().forEach(f -> add(html, f));
                html.line("</div>");
            }
            case Block.Collapsible f -> {
                html.line("<details%s><summary>%s</summary>", f.open() ? " open=\"open\"" : "", escape(f.summary()));
                f.blocks().forEach(b -> add(html, b));
                html.line("</details>");
            }
            case Block.Facts f -> html.facts(f.facts());
            case Block.Fragment r -> r.files().forEach(this::put);
        }
    }

    private String table(Table table) {
        put("tables/" + table.id() + ".csv", table.csvText());
        put("tables/" + table.id() + ".md", MarkdownTable.of(table));
        put("tables/" + table.id() + ".tex", LatexTable.of(table));
        return HtmlTable.of(table);
    }

    private String figure(Block.Figure figure) {
        Drawing drawing = figure.chart().draw();
        put("figures/" + figure.id() + ".svg", drawing.svg());
        put("figures/" + figure.id() + ".csv", Table.csvText(figure.chart().rows()));
        return figure.inPage()
                ? "<figure class=\"drawn\">" + drawing.inlineSvg("figure-" + figure.id()) + "</figure>\n"
                : "";
    }

    private void put(String name, String text) {
        put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private void put(String name, byte[] content) {
        if (files.put(name, content) != null) {
            throw new IllegalStateException("report: two parts would write " + name);
        }
    }
}
