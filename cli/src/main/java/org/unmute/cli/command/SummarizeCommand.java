package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.field.SummaryChoice;
import org.unmute.cli.field.SummaryReport;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.field.DetectedFolder;
import org.unmute.events.field.FieldSummary;
import org.unmute.events.field.SummaryOptions;
import org.unmute.events.field.SummaryWriter;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Counts the events of a folder by site and time. */
@Command(
        name = "summarize",
        description = {
            "Counts the events of 'unmute detect' by site and day or hour, with how much was recorded, and makes"
                    + " detection histories for occupancy models: 1 detected, 0 not detected, NA not recorded.",
            "When and where recordings were made is what detect found: its options --time-zone, --site-from and"
                    + " --deployments change it without reading a recording again."
        },
        footer = {
            "",
            "Files in the folder of --out (with --format csv,parquet also as .parquet):",
            "  sites.csv            recordings, hours of sound and events of each site",
            "  effort.csv           recordings and hours of sound by site and day (or hour)",
            "  activity.csv         events by site, day (or hour) and class; those without an event have no row",
            "  clock.csv            events and hours of sound by class and hour of the day",
            "  histories-wide.csv   a row for each site and class, a column for each occasion: 1, 0, NA",
            "  effort-wide.csv      a row for each site: hours of sound in each occasion",
            "  histories.csv        the same with a row for each site, class and occasion",
            "  undated.csv          recordings of which it is not known when they were made",
            "  summary.html         --page: sites, a calendar, and a clock of activity",
            "  run.json             how it was made; written at the end",
            "",
            "Example:",
            "  unmute summarize events/ --occasion 7d --min-effort 10 --page --out summary/"
        })
final class SummarizeCommand extends UnmuteCommand {
    @InputPath
    @Parameters(paramLabel = "FOLDER", description = "Folder of events that 'unmute detect' wrote.")
    private Path folder;

    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the tables; created if needed.")
    private Path out;

    @Mixin
    private SummaryChoice choice;

    @Override
    public Integer call() throws IOException {
        begin();
        SummaryOptions options =
                checked(e -> CommandException.usage("summarize: " + e.getMessage(), e), choice::options);
        if (out.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())) {
            throw CommandException.usage("--out must be another folder than that of the events");
        }
        try (DetectedFolder detected = DetectedFolder.open(folder, choice.confirmed());
                OutputFolder output = claim(out)) {
            record.input(DetectionState.journal(folder));
            output.change();
            FieldSummary summary = checked(
                    e -> CommandException.usage("summarize: " + e.getMessage(), e),
                    () -> SummaryWriter.write(detected, options, out, choice.parquet()));
            SummaryReport report = SummaryReport.of(folder, out, summary, choice);
            report.writePage();
            report.remarks().forEach(this::tell);
            record.result("summarized", report.result()).write(out);
            output.finish();
            print(report.result(), report::print);
        }
        return status;
    }
}
