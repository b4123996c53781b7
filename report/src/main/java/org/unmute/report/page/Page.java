package org.unmute.report.page;

import static org.unmute.report.drawing.Markup.escape;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.unmute.report.drawing.Theme;

/**
 * The frame of every page: head, style sheet, heading, contents, footer. It has no scripts, and its content security
 * policy keeps the browser from fetching anything. It is well-formed XML.
 */
public final class Page {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH);

    private final String title;
    private final String summary;
    private final StringBuilder contents = new StringBuilder();
    private final StringBuilder body = new StringBuilder(1 << 16);

    /** @param summary a sentence or two under the title; both are plain text */
    public Page(String title, String summary) {
        this.title = title;
        this.summary = summary;
    }

    /**
     * Adds a part of the page.
     *
     * @param id      unique: letters, digits, hyphens
     * @param heading plain text
     * @param html    the content
     */
    public Page section(String id, String heading, String html) {
        contents.append("<li><a href=\"#")
                .append(id)
                .append("\">")
                .append(escape(heading))
                .append("</a></li>\n");
        body.append("<section aria-labelledby=\"")
                .append(id)
                .append("\"><h2 id=\"")
                .append(id)
                .append("\">")
                .append(escape(heading))
                .append("</h2>\n")
                .append(html)
                .append("</section>\n");
        return this;
    }

    /** Adds HTML between the sections. */
    public Page part(String html) {
        body.append(html);
        return this;
    }

    /** The document without a table of contents. */
    public String html(Instant made) {
        return document("", ", " + DATE.format(made.atOffset(ZoneOffset.UTC)));
    }

    /** The document without a table of contents and without a date. */
    public String html() {
        return document("", "");
    }

    /** The document with a table of contents, on a wider page. */
    public String htmlWithContents(Instant made) {
        return document(
                "<nav aria-label=\"Contents\"><b>Contents</b><ol>\n" + contents + "</ol></nav>\n",
                ", " + DATE.format(made.atOffset(ZoneOffset.UTC)));
    }

    private String document(String nav, String made) {
        String skip = nav.isEmpty() ? "" : "<a class=\"skip\" href=\"#content\">Skip to the content</a>\n";
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
                media-src data:; style-src 'unsafe-inline'"/>
                <title>\
                """ + escape(title) + "</title>\n<style>" + style() + "</style>\n</head>\n<body"
                + (nav.isEmpty() ? "" : " class=\"wide\"") + ">\n" + skip
                + nav + "<main id=\"content\">\n<header><h1>" + escape(title) + "</h1><p class=\"summary\">"
                + escape(summary) + "</p></header>\n" + body
                + "<footer>Written by unmute" + made + ".</footer>\n</main>\n</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream css = Page.class.getResourceAsStream("page.css")) {
            return Theme.css()
                    + new String(css.readAllBytes(), StandardCharsets.UTF_8)
                            .replace("@scale@", ColourMap.cssGradient("to top"));
        } catch (IOException e) {
            throw new IllegalStateException("report: the style sheet is missing from the jar", e);
        }
    }
}
