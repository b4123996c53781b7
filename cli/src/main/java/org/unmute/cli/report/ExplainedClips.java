package org.unmute.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.console.CommandException;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.options.InputPath;
import org.unmute.options.ProbeOption;
import org.unmute.report.benchmark.Section;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the clips that a report explains, and of the probe that explains them. */
public final class ExplainedClips {
    @InputPath
    @Option(
            names = "--clip",
            paramLabel = "FILE",
            description = "A recording to explain in the report as 'unmute explain' does: sound, spectrogram, tokens in"
                    + " colours, similarity maps and weights of the prototypes; may be repeated. The probe is that of"
                    + " --probe (default: of the first finished cell of protobin, its first seed).")
    private List<Path> clips = new ArrayList<>();

    @Mixin
    private ProbeOption probe;

    /** How earlier versions named the probe: of several seeds it takes the first. */
    @InputPath
    @Option(names = "--clip-run", paramLabel = "PATH", hidden = true)
    private Path clipRun;

    /**
     * Whether there are clips to explain.
     *
     * @throws CommandException if a probe is named, but no clip
     */
    public boolean given() {
        if (clips.isEmpty() && isProbeNamed()) {
            throw CommandException.usage("--probe explains clips: name one with --clip");
        }
        return !clips.isEmpty();
    }

    private boolean isProbeNamed() {
        return probe.isGiven() || clipRun != null;
    }

    /**
     * The probe that explains the clips: a file, or the folder of a run or a cell.
     *
     * @throws CommandException if none is named, and the runs have no finished cell of protobin
     * @throws IOException if the named one cannot be found
     */
    public Path explaining(ComparedRuns results) throws IOException {
        if (isProbeNamed()) {
            Path named = probe.orEarlier(clipRun);
            return clipRun == null ? ProbeFiles.one(named) : named;
        }
        return results.entries().stream()
                .map(e -> e.cell())
                .filter(c -> c.probe().equals("protobin"))
                .findFirst()
                .orElseThrow(() -> CommandException.usage(
                        "no cell of protobin is finished: say with --probe which one explains the clips"))
                .folder();
    }

    /**
     * Explains each clip in a section of its own.
     *
     * @param explaining the probe
     * @param digests    computes the digest of the encoder's file
     * @param record     receives the clips as inputs
     * @param warnings   receives problems of the recordings
     * @throws CommandException if there is no encoder of that probe, or a clip is too long
     * @throws IOException if a clip cannot be read
     */
    public List<Section> sections(Path explaining, KnownDigests digests, RunRecord record, RecordingWarnings warnings)
            throws IOException {
        ClipReasons reasons = ClipReasons.open(explaining, digests);
        List<Section> sections = new ArrayList<>();
        for (Path clip : clips) {
            record.input(clip);
            sections.add(reasons.section(clip, sections.size() + 1, warnings));
        }
        return sections;
    }
}
