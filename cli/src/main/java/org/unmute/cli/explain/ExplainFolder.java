package org.unmute.cli.explain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unmute.cli.probe.ExplainText;
import org.unmute.cli.probe.RecordingPart;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.report.clip.ClipExplanation;
import org.unmute.report.clip.ClipFigures;
import org.unmute.report.clip.ContributionTable;
import org.unmute.report.clip.ExplainPage;
import org.unmute.report.page.Fact;

/**
 * The folder of an explanation.
 *
 * @param out     its path
 * @param clip    the explanation
 * @param part    what the recording was to the training of the probe
 * @param encoder of the tokens
 * @param source  the probe
 */
public record ExplainFolder(
        Path out, ClipExplanation clip, RecordingPart part, OpenEncoder encoder, SavedProbe source) {
    /**
     * Writes the page, the table of terms and the figures.
     *
     * @return the files in this order
     * @throws IOException if one cannot be written
     */
    public List<Path> write(ClipFigures figures) throws IOException {
        List<Path> written = new ArrayList<>();
        written.add(out.resolve("explain.html"));
        ExplainPage.write(figures, part.sentence(), facts(), written.getFirst());
        written.add(out.resolve("contributions.csv"));
        ContributionTable.write(clip, written.getLast());
        written.addAll(figures.write(out));
        return written;
    }

    /**
     * Adds the explanation to the record of the run and writes the record.
     *
     * @param written the files
     * @throws IOException if the record cannot be written
     */
    public void describe(RunRecord record, List<Path> written) throws IOException {
        record.result("probe", clip.probe())
                .result("recordingIs", part.name().toLowerCase(Locale.ROOT))
                .result("explained", ExplainText.document(clip))
                .result(
                        "files",
                        written.stream().map(f -> out.relativize(f).toString()).toList())
                .writeTo(out.resolve("explain.json"));
    }

    private List<Fact> facts() {
        EncoderSpec model = clip.encoder();
        return List.of(
                new Fact("Encoder", model.name() + ", " + model.description()),
                new Fact("Encoder file", Path.of(encoder.origin()).getFileName().toString()),
                new Fact("Probe", clip.probe() + ", " + clip.classes().size() + " classes"),
                new Fact("Run", source.probe().toString()),
                new Fact(
                        "Tokens",
                        clip.features().tokens().time() + " x "
                                + clip.features().tokens().freq() + " (time x frequency)"),
                new Fact("Version", BuildInfo.read().line()));
    }
}
