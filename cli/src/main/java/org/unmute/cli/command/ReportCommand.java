package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.results.ClipIntervals;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.benchmark.results.GridFile;
import org.unmute.benchmark.results.Published;
import org.unmute.benchmark.results.ResultFolder;
import org.unmute.benchmark.results.RunComparison;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.ReportTable;
import org.unmute.cli.report.ComparisonOptions;
import org.unmute.cli.report.ExplainedClips;
import org.unmute.cli.report.ReportFiles;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
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
                    + " table as CSV, Markdown and LaTeX, each figure as SVG and CSV.",
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
    @InputPath
    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Folders that 'unmute benchmark' wrote.")
    private List<Path> runs;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the report; files of an earlier report in it are replaced.")
    private Path out;

    @Option(names = "--title", paramLabel = "TEXT", description = "Heading of the page (default: ${DEFAULT-VALUE}).")
    private String title = "Probing frozen audio tokens";

    @Mixin
    private ComparisonOptions comparison;

    @Mixin
    private ExplainedClips clips;

    @Override
    public Integer call() throws IOException {
        begin();
        comparison.requireValid();
        record.seed(common.seed());
        ComparedRuns results = RunComparison.read(runs);
        for (ResultFolder run : results.runs()) {
            record.input(run.folder().resolve(GridFile.FILE));
        }
        ClipIntervals intervals = comparison.intervals(results, common.seed());
        List<Section> sections =
                BenchmarkReport.sections(results, Published.read(), comparison.rule(), intervals, clips(results));
        Map<String, byte[]> files =
                ReportFolder.files(title, BenchmarkReport.summary(results), sections, Instant.now());
        try (OutputFolder output = claim(out)) {
            output.change();
            new ReportFiles(out, files).write(results, record);
            output.finish();
        }
        print(
                ReportDocument.of(title, results, intervals, comparison.rule(), out, files.keySet()),
                o -> ReportTable.print(o, results, intervals, out, files.keySet()));
        return status;
    }

    private List<Section> clips(ComparedRuns results) throws IOException {
        if (!clips.given()) {
            return List.of();
        }
        Path explaining = clips.explaining(results);
        openBackend();
        return clips.sections(explaining, compute.digests(), record, warnings);
    }
}
