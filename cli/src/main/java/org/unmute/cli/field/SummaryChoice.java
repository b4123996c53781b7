package org.unmute.cli.field;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.data.field.FieldRules;
import org.unmute.events.field.SummaryOptions;
import picocli.CommandLine.Option;

/** Options of the tables of a summary. */
public final class SummaryChoice {
    private static final Pattern DAYS = Pattern.compile("(\\d{1,4})d?");

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

    @Option(
            names = "--confirmed",
            description = "Count only what a listener confirmed, in 'unmute review' of the folder or before.")
    private boolean confirmed;

    @Option(names = "--page", description = "Also write summary.html.")
    private boolean page;

    /**
     * The options of the tables.
     *
     * @throws IllegalArgumentException if one is malformed
     */
    public SummaryOptions options() {
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

    /** Whether tables are written as Parquet, too. */
    public boolean parquet() {
        return formats.contains(Format.PARQUET);
    }

    /** Whether only what a listener confirmed counts. */
    public boolean confirmed() {
        return confirmed;
    }

    /** Whether there is a page. */
    public boolean page() {
        return page;
    }
}
