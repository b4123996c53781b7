package org.unmute.cli.explain;

import static org.unmute.cli.report.Html.escape;
import static org.unmute.cli.report.Html.number;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.unmute.cli.report.HtmlReport;
import org.unmute.cli.report.ReportModel.Fact;
import org.unmute.tensor.io.AtomicFile;

/** A page that explains one clip: one file that holds everything it shows and fetches nothing. */
public final class ExplainPage {
    private ExplainPage() {}

    /** The document. */
    public static String render(ClipFigures figures, List<Fact> facts) {
        ClipExplanation clip = figures.clip();
        String explained = clip.reasons().stream().map(ClipExplanation.Reason::name).collect(Collectors.joining(", "));
        StringBuilder html = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"/>
                """);
        html.append("<title>").append(escape(clip.clip())).append(", explained</title>\n<style>").append(HtmlReport.style())
                .append("</style>\n</head>\n<body>\n<main>\n<header><h1>").append(escape(clip.clip())).append(", explained</h1><p class=\"summary\">")
                .append(number(clip.seconds(), 2)).append(" s of sound; why the probe gave these scores for ").append(escape(explained))
                .append(", and where it heard what.</p></header>\n").append(figures.html())
                .append("<section aria-labelledby=\"run\"><h2 id=\"run\">How this was made</h2><dl>\n");
        for (Fact fact : facts) {
            html.append("<div><dt>").append(escape(fact.name())).append("</dt><dd>").append(escape(fact.value())).append("</dd></div>\n");
        }
        return html.append("</dl></section>\n<footer>Written by unmute.</footer>\n</main>\n</body>\n</html>\n").toString();
    }

    /**
     * Writes the document, whole or not at all.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(ClipFigures figures, List<Fact> facts, Path file) throws IOException {
        AtomicFile.write(file, render(figures, facts).getBytes(StandardCharsets.UTF_8));
    }
}
