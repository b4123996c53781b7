package org.unmute.cli.field;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.field.FieldSummary;
import org.unmute.events.field.SummaryWriter;
import org.unmute.files.AtomicFile;
import org.unmute.files.PlainText;
import org.unmute.report.field.FieldPage;
import org.unmute.report.page.Fact;

/**
 * The result of a summary: a row for each site, and which files exist.
 *
 * @param folder  of the events
 * @param out     of the summary
 * @param parquet whether tables are in Parquet too
 * @param page    whether there is a page
 */
public record SummaryReport(Path folder, Path out, FieldSummary summary, boolean parquet, boolean page) {
    private static final String PAGE = "summary.html";
    private static final int SHOWN = 40;
    private static final int NAMED = 8;
    private static final int HOUR = 3600;

    /** The result as JSON. */
    public record Result(
            String out,
            String from,
            String to,
            int occasions,
            long recordings,
            int undated,
            int wrongClocks,
            double recordedHours,
            long events,
            List<?> sites,
            List<?> classes,
            List<String> files) {}

    /** Writes the page, if one is wanted. */
    public void writePage() throws IOException {
        if (!page) {
            return;
        }
        List<Fact> facts = new ArrayList<>();
        JsonNode results = RunRecord.results(folder);
        results.path("settings").properties().stream()
                .filter(s -> !s.getKey().startsWith("threshold of class"))
                .limit(SHOWN)
                .forEach(s -> facts.add(new Fact(s.getKey(), s.getValue().asText())));
        facts.add(new Fact("Events", folder.toAbsolutePath().normalize().getFileName() + ", by unmute detect"));
        facts.add(new Fact("Version", BuildInfo.read().line()));
        AtomicFile.write(
                out.resolve(PAGE),
                FieldPage.html("Recordings from the field", summary, facts).getBytes(StandardCharsets.UTF_8));
    }

    private List<String> files() {
        List<String> files = new ArrayList<>();
        for (String table : SummaryWriter.TABLES) {
            files.add(table + ".csv");
            if (parquet) {
                files.add(table + ".parquet");
            }
        }
        if (page) {
            files.add(PAGE);
        }
        return files;
    }

    private ConsoleTable sites() {
        ConsoleTable table = new ConsoleTable("site", "recordings", "hours", "events", "events an hour");
        summary.sites()
                .forEach(s -> table.row(
                        s.name().isEmpty() ? "(none)" : s.name(),
                        s.recordings(),
                        s.allHours(),
                        s.allEvents(),
                        s.allEvents() / s.allHours()));
        return table.decimals(2);
    }

    private ConsoleTable classes() {
        ConsoleTable table = new ConsoleTable("class", "events");
        summary.classes().forEach(c -> table.row(c.name(), c.events()));
        return table;
    }

    /** What the user should know. */
    public List<String> remarks() {
        List<String> all = new ArrayList<>();
        if (summary.undated() > 0) {
            all.add(Units.count(summary.undated(), "recording") + " without a time: in undated.csv alone");
        }
        if (!summary.farOff().isEmpty()) {
            all.add(Units.count(summary.farOff().size(), "recording") + " with a wrong clock, years from the others: in"
                    + " undated.csv alone: "
                    + summary.farOff().entrySet().stream()
                            .limit(NAMED)
                            .map(e -> PlainText.of(e.getKey()) + " (" + e.getValue() + ")")
                            .collect(Collectors.joining(", "))
                    + (summary.farOff().size() > NAMED ? ", …" : ""));
        }
        if (summary.problems() > 0) {
            all.add("time or place of " + Units.count(summary.problems(), "recording")
                    + " is odd: the column problems of recordings.csv in " + folder);
        }
        if (summary.notRecorded() > 0) {
            all.add(Units.count(summary.notRecorded(), "cell") + " of the histories have events but are NA, since less"
                    + " was recorded than --min-effort");
        }
        return all;
    }

    /** The result as JSON. */
    public Result result() {
        return new Result(
                out.toString(),
                summary.first().toString(),
                summary.last().toString(),
                summary.occasions(),
                summary.recordings(),
                summary.undated(),
                summary.farOff().size(),
                summary.hours(),
                summary.events(),
                sites().document(),
                classes().document(),
                files());
    }

    /** Prints the sites and what was written. */
    public void print(PrintWriter o) {
        if (summary.sites().size() <= SHOWN) {
            sites().print(o);
            o.println();
        }
        o.println(out + ": " + Units.count(summary.events(), "event") + " in " + Units.duration(summary.hours() * HOUR)
                + " of " + Units.count(summary.recordings(), "recording") + ", "
                + Units.count(summary.sites().size(), "site") + ", " + summary.first() + " to " + summary.last() + ", "
                + Units.count(summary.occasions(), "occasion"));
        o.println("written: " + String.join(", ", files()) + ", run.json");
    }
}
