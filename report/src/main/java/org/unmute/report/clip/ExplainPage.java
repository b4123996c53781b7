package org.unmute.report.clip;

import static org.unmute.report.page.Html.number;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.unmute.files.AtomicFile;
import org.unmute.report.page.Fact;
import org.unmute.report.page.Html;
import org.unmute.report.page.Page;

/** The page that explains one clip. */
public final class ExplainPage {
    private ExplainPage() {}

    /**
     * Renders the document.
     *
     * @param remark an introductory remark for the reader, in whole sentences; may be empty
     */
    public static String render(ClipFigures figures, String remark, List<Fact> facts) {
        ClipExplanation clip = figures.clip();
        String explained =
                clip.reasons().stream().map(ClipExplanation.Reason::name).collect(Collectors.joining(", "));
        return new Page(
                        clip.clip() + ", explained",
                        number(clip.seconds(), 2) + " s of sound; why the probe gave these scores for " + explained
                                + ", and where." + (remark.isEmpty() ? "" : " " + remark))
                .part(figures.html())
                .section("run", "How this was made", new Html().facts(facts).toString())
                .html();
    }

    /**
     * Writes the document atomically.
     *
     * @throws IOException if the document cannot be written
     */
    public static void write(ClipFigures figures, String remark, List<Fact> facts, Path file) throws IOException {
        AtomicFile.write(file, render(figures, remark, facts).getBytes(StandardCharsets.UTF_8));
    }
}
