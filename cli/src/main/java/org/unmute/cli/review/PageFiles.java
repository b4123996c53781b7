package org.unmute.cli.review;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.report.drawing.Theme;
import org.unmute.report.page.Page;

/** The files that make up the page. */
final class PageFiles {
    private static final String JAVASCRIPT = "text/javascript; charset=utf-8";
    private static final String CSS = "text/css; charset=utf-8";

    private final Map<String, Reply> files = new LinkedHashMap<>();

    /** Reads them. */
    PageFiles() {
        files.put("", own("review.html", "text/html; charset=utf-8"));
        files.put("review.css", own("review.css", CSS));
        files.put("page.css", reply(CSS, Theme.css() + Page.styleSheet(Page.class, "page.css")));
        for (String name : new String[] {"review.js", "api.js", "plot.js", "summary.js", "learn.js"}) {
            files.put(name, own(name, JAVASCRIPT));
        }
    }

    private static Reply own(String name, String type) {
        try (InputStream text = PageFiles.class.getResourceAsStream(name)) {
            return Reply.of(type, text.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("review: " + name + " is missing from the jar", e);
        }
    }

    private static Reply reply(String type, String text) {
        return Reply.of(type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The file of a path after the secret; null if it is none. */
    Reply find(String path) {
        return files.get(path);
    }
}
