package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.field.SummaryReport;
import org.unmute.data.field.FieldRules;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.field.DetectedFolder;
import org.unmute.events.field.FieldSummary;
import org.unmute.events.field.SummaryOptions;
import org.unmute.events.field.SummaryWriter;
import picocli.CommandLine.Command;
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
    private static final Pattern DAYS = Pattern.compile("(\\d{1,4})d?");

    @Parameters(paramLabel = "FOLDER", description = "Folder of events that 'unmute detect' wrote.")
    private Path folder;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder of the tables; created if needed.")
    private Path out;

    /** The forms of tables. */
    private enum Format {
        CSV,
        PARQUET
    }

    @Option(
            names = "--format",
            paramLabel = "NAME",
            split = ",",
            description = "csv, or csv,parquet for tables in both forms (default: csv).")
    private Set<Format> formats = EnumSet.of(Format.CSV);

    /** Lengths of time in tables of effort and activity. */
    private enum Period {
        DAY,
        HOUR
    }

    @Option(
            names = "--by",
            paramLabel = "PERIOD",
            description = "Of effort and activity: ${COMPLETION-CANDIDATES} (default: day).")
    private Period period = Period.DAY;

    @Option(
            names = "--occasion",
            paramLabel = "DAYS",
            description = "Length of an occasion of the histories in days, such as 7d (default: ${DEFAULT-VALUE}).")
    private String occasion = "1d";

    @Option(
            names = "--min-effort",
            paramLabel = "HOURS",
            description =
                    "An occasion with fewer hours of sound counts as not recorded (default: any sound is enough).")
    private double effort;

    @Option(names = "--from", paramLabel = "DATE", description = "First day (default: the first with a recording).")
    private LocalDate from;

    @Option(names = "--to", paramLabel = "DATE", description = "Last day (default: the last with a recording).")
    private LocalDate to;

    @Option(
            names = "--classes",
            paramLabel = "NAME",
            split = ",",
            description = "Classes of the histories, separated by commas (default: those with an event).")
    private List<String> classes = new ArrayList<>();

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description = "Zone of days and hours, such as Europe/Berlin (default: the recordings' own).")
    private String zone;

    @Option(names = "--page", description = "Also write summary.html.")
    private boolean page;

    @Override
    public Integer call() throws IOException {
        begin();
        SummaryOptions options = checked(e -> CommandException.usage("summarize: " + e.getMessage(), e), this::options);
        if (out.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())) {
            throw CommandException.usage("--out must be another folder than that of the events");
        }
        try (DetectedFolder detected = DetectedFolder.open(folder);
                OutputFolder output = claim(out)) {
            record.input(DetectionState.journal(folder));
            output.change();
            FieldSummary summary = checked(
                    e -> CommandException.usage("summarize: " + e.getMessage(), e),
                    () -> SummaryWriter.write(detected, options, out, formats.contains(Format.PARQUET)));
            SummaryReport report = new SummaryReport(folder, out, summary, formats.contains(Format.PARQUET), page);
            report.writePage();
            report.remarks().forEach(this::tell);
            record.result("summarized", report.result()).write(out);
            output.finish();
            print(report.result(), report::print);
        }
        return status;
    }

    private SummaryOptions options() {
        Matcher days = DAYS.matcher(occasion);
        if (!days.matches()) {
            throw new IllegalArgumentException("--occasion is a number of days, such as 7d, not '" + occasion + "'");
        }
        return new SummaryOptions(
                zone == null ? null : FieldRules.zone(zone),
                period == Period.HOUR,
                Integer.parseInt(days.group(1)),
                from,
                to,
                effort,
                new LinkedHashSet<>(classes));
    }
}
