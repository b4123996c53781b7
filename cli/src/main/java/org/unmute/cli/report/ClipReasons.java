package org.unmute.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.audio.Recording;
import org.unmute.audio.playback.Mixdown;
import org.unmute.cli.audio.RecordingStretch;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.probe.RecordingPart;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.report.benchmark.Block;
import org.unmute.report.benchmark.Section;
import org.unmute.report.clip.ClipExplanation;
import org.unmute.report.clip.ClipFigures;
import org.unmute.report.clip.Explainer;

/** Explains clips for a report, using a trained probe and the encoder named in the record of its run. */
public record ClipReasons(Path run, SavedProbe probe, Explainer explainer) {
    /** Maximum number of prototypes shown for each class. */
    private static final int MOST = 5;

    /**
     * Opens the probe and its encoder.
     *
     * @param run     folder of a benchmark cell or of a seed, or one that {@code unmute probe} wrote
     * @param digests computes the digest of the encoder's file
     * @throws CommandException if there is no probe, or the encoder is missing or not recorded
     */
    public static ClipReasons open(Path run, KnownDigests digests) throws IOException {
        SavedProbe source = SavedProbe.find(run, null);
        return new ClipReasons(run, source, source.explainer(source.openEncoder(digests), source.resampling()));
    }

    /**
     * Explains a clip in a section of the report.
     *
     * @param number   from 1, to make ids unique in the page
     * @param warnings receives problems of the recording
     * @throws CommandException if the clip is longer than {@link Explainer#MAX_SECONDS}
     * @throws IOException      if the clip cannot be read
     */
    public Section section(Path clip, int number, RecordingWarnings warnings) throws IOException {
        String name = clip.getFileName().toString();
        Recording recording = RecordingStretch.readWhole(
                        clip,
                        Mixdown.MEAN,
                        Explainer.MAX_SECONDS,
                        "'unmute explain --at' shows a stretch of it",
                        warnings)
                .recording();
        ClipExplanation explanation = explainer.explain(name, recording, List.of(), MOST, true);
        ClipFigures figures = ClipFigures.of(explanation);
        Map<String, byte[]> files = new LinkedHashMap<>();
        figures.files().forEach((file, png) -> files.put("figures/clip-" + number + "/" + file, png));
        String explained =
                explanation.reasons().stream().map(ClipExplanation.Reason::name).collect(Collectors.joining(", "));
        return new Section(
                "clip-" + number,
                "Clip " + name,
                List.of(
                        new Block.Paragraph("Explained by the probe " + explanation.probe() + " of " + run
                                + ": why it gave these scores for " + explained
                                + ", and where in the sound they come from. "
                                + RecordingPart.of(probe, clip).sentence()),
                        new Block.Fragment(figures.html(), files)));
    }
}
