package org.unmute.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.results.Published;
import org.unmute.benchmark.results.ResultFolder;
import org.unmute.benchmark.results.RunComparison;
import org.unmute.benchmark.results.WinRule;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ReportTable;
import org.unmute.cli.probe.ClipReasons;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.files.RegularFile;
import org.unmute.metrics.Bootstrap;
import org.unmute.options.ProbeOption;
import org.unmute.report.benchmark.BenchmarkReport;
import org.unmute.report.benchmark.ReportDocument;
import org.unmute.report.benchmark.ReportFolder;
import org.unmute.report.benchmark.Section;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes tables and figures of benchmark runs. */
@Command(
        name = "report",
        description = {
            "Turns runs of 'unmute benchmark' into tables and figures: one HTML page that needs nothing else, and each"
                    + " table as CSV, Markdown and LaTeX, each figure as SVG, PNG and CSV.",
            "Several runs are put together. Cells that are not finished are listed, not guessed; the same cell with"
                    + " different scores is refused."
        },
        footer = {
            "",
            "Examples:",
            "  unmute report run/ --out report/",
            "  unmute report run-eat/ run-beats/ --out report/ --title 'Probing EAT and BEATs'"
        })
final class ReportCommand extends ComputingCommand {
    private static final String RECORD = "report.json";
    private static final String FILES = "files";
    private static final double LEVEL = 0.95;

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Folders that 'unmute benchmark' wrote.")
    private List<Path> runs;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the report; files of an earlier report in it are replaced.")
    private Path out;

    @Option(names = "--title", paramLabel = "TEXT", description = "Heading of the page (default: ${DEFAULT-VALUE}).")
    private String title = "Probing frozen audio tokens";

    @Option(
            names = "--win-sd",
            paramLabel = "WHOSE",
            defaultValue = "pooled",
            description = "Which standard deviation a win is measured against: pooled, own, opponent (default:"
                    + " ${DEFAULT-VALUE}).")
    private WinRule rule;

    @Option(
            names = "--bootstrap",
            paramLabel = "N",
            description =
                    "Bootstrap resamples for the 95 %% intervals over test clips, which also say which probe is the"
                            + " best; 0 for none (default: ${DEFAULT-VALUE}).")
    private int resamples = 1000;

    @Option(names = "--no-png", description = "Draw figures as SVG alone, which needs no fonts.")
    private boolean noPng;

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
    @Option(names = "--clip-run", paramLabel = "PATH", hidden = true)
    private Path clipRun;

    @Override
    public Integer call() throws IOException {
        begin();
        if (resamples < 0) {
            throw CommandException.usage("--bootstrap must not be negative, is " + resamples);
        }
        record.seed(common.seed());
        ComparedRuns results = RunComparison.read(runs);
        for (ResultFolder run : results.runs()) {
            record.input(run.folder().resolve(GridFile.FILE));
        }
        ClipIntervals intervals = resamples == 0
                ? ClipIntervals.none()
                : ClipIntervals.of(results, new Bootstrap(resamples, LEVEL, common.seed()));
        List<Section> sections = BenchmarkReport.sections(results, Published.read(), rule, intervals, clips(results));
        Map<String, byte[]> files;
        try {
            files = ReportFolder.files(title, BenchmarkReport.summary(results), sections, !noPng, Instant.now());
        } catch (IllegalStateException e) {
            throw CommandException.failed(e.getMessage() + " (--no-png leaves PNG files out)", e);
        }
        try (OutputFolder output = claim(out)) {
            output.change();
            removeEarlier(files);
            ReportFolder.write(out, files);
            record.result("cells", results.entries().size() + results.variants().size())
                    .result("missing", results.missing())
                    .result("remarks", results.remarks())
                    .result(FILES, List.copyOf(files.keySet()));
            record.writeTo(out.resolve(RECORD));
            output.finish();
        }
        print(
                ReportDocument.of(title, results, intervals, rule, out, files.keySet()),
                o -> ReportTable.print(o, results, intervals, out, files.keySet()));
        return status;
    }

    private List<Section> clips(ComparedRuns results) throws IOException {
        if (clips.isEmpty()) {
            if (probe.isGiven() || clipRun != null) {
                throw CommandException.usage("--probe explains clips: name one with --clip");
            }
            return List.of();
        }
        Path explaining = explaining(results);
        openBackend();
        ClipReasons reasons = ClipReasons.open(explaining, compute.digests());
        List<Section> sections = new ArrayList<>();
        for (Path clip : clips) {
            record.input(clip);
            sections.add(reasons.section(clip, sections.size() + 1, warnings));
        }
        return sections;
    }

    /** The probe that explains the clips. */
    private Path explaining(ComparedRuns results) throws IOException {
        if (probe.isGiven() || clipRun != null) {
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

    /** Removes files of an earlier report that this one does not write. */
    private void removeEarlier(Map<String, byte[]> files) throws IOException {
        Path record = out.resolve(RECORD);
        if (!RegularFile.exists(record)) {
            return;
        }
        for (JsonNode file : Json.read(record).path("results").path(FILES)) {
            Path old = out.resolve(file.asText()).normalize();
            if (!files.containsKey(file.asText()) && old.startsWith(out.normalize())) {
                Files.deleteIfExists(old);
            }
        }
    }
}
