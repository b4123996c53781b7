package org.unmute.report.page;

import static org.unmute.report.drawing.Markup.escape;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import org.unmute.report.drawing.Theme;

/**
 * The frame of every page: head, style sheet, heading, contents, footer. Its content security policy prevents the
 * browser from loading any resource and from running any script other than {@link #script}. The page is well-formed
 * XML.
 */
public final class Page {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH);

    private final String title;
    private final String summary;
    private final StringBuilder contents = new StringBuilder();
    private final StringBuilder body = new StringBuilder(1 << 16);
    private String scripts = "";
    private String allowed = "";

    /** @param summary one or two sentences under the title; both are plain text */
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
        contents.append("<li><a href=\"#%s\">%s</a></li>\n".formatted(id, escape(heading)));
        body.append("""
                <section aria-labelledby="%1$s"><h2 id="%1$s">%2$s</h2>
                %3$s</section>
                """.formatted(id, escape(heading), html));
        return this;
    }

    /** Adds HTML between the sections. */
    public Page part(String html) {
        body.append(html);
        return this;
    }

    /**
     * Runs a script at the end of the page, and allows players to open recordings beside the page. The policy contains
     * the hash of the script, so no other script runs.
     *
     * @param source JavaScript without {@code ]]>} and {@code </script}
     */
    public Page script(String source) {
        String text = "//<![CDATA[\n" + source + "//]]>";
        String hash = Base64.getEncoder().encodeToString(sha256(text.getBytes(StandardCharsets.UTF_8)));
        allowed = " file: 'self'; script-src 'sha256-" + hash + "'";
        scripts = "<script>" + text + "</script>\n";
        return this;
    }

    private static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("report: this Java has no SHA-256", e);
        }
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
        return document(nav(), ", " + DATE.format(made.atOffset(ZoneOffset.UTC)));
    }

    /** The document with a table of contents, on a wider page, without a date. */
    public String htmlWithContents() {
        return document(nav(), "");
    }

    private String nav() {
        return "<nav aria-label=\"Contents\"><b>Contents</b><ol>\n" + contents + "</ol></nav>\n";
    }

    private String document(String nav, String made) {
        boolean wide = !nav.isEmpty();
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
                media-src data:%8$s; style-src 'unsafe-inline'"/>
                <title>%1$s</title>
                <style>%2$s</style>
                </head>
                <body%3$s>
                %4$s<main id="content">
                <header><h1>%1$s</h1><p class="summary">%5$s</p></header>
                %6$s<footer>Written by unmute%7$s.</footer>
                </main>
                %9$s</body>
                </html>
                """.formatted(
                        escape(title),
                        Theme.css() + styleSheet(Page.class, "page.css"),
                        wide ? " class=\"wide\"" : "",
                        wide ? "<a class=\"skip\" href=\"#content\">Skip to the content</a>\n" + nav : "",
                        escape(summary),
                        body,
                        made,
                        allowed,
                        scripts);
    }

    /** A style sheet next to a class, with the colours of the maps filled in. */
    public static String styleSheet(Class<?> owner, String name) {
        return resource(owner, name)
                .replace("@scale@", ColourMap.SEQUENTIAL.cssGradient())
                .replace("@diverging@", ColourMap.DIVERGING.cssGradient());
    }

    /** The text of a file next to a class. */
    public static String resource(Class<?> owner, String name) {
        try (InputStream text = owner.getResourceAsStream(name)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("report: " + name + " is missing from the jar", e);
        }
    }
}
