package org.unmute.cli.field;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.probe.PossibleAlarms;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.field.FieldSummary;
import org.unmute.events.field.SummaryWriter;
import org.unmute.events.review.ClassSummary;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.PrecisionEstimate;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewSummary;
import org.unmute.files.AtomicFile;
import org.unmute.files.PlainText;
import org.unmute.report.field.FieldPage;
import org.unmute.report.page.Fact;

/**
 * The result of a summary: a row for each site, and which files exist.
 *
 * @param folder  of the events
 * @param reviewed what verdicts on the folder's events say, by class; empty if there are none
 * @param confirmed whether only what a listener confirmed was counted
 * @param out     of the summary
 * @param parquet whether tables are in Parquet too
 * @param page    whether there is a page
 * @param alarms  classes whose events may all be false, but for those of which a listener confirmed an event
 */
public record SummaryReport(
        Path folder,
        Map<String, ClassSummary> reviewed,
        boolean confirmed,
        Path out,
        FieldSummary summary,
        boolean parquet,
        boolean page,
        PossibleAlarms alarms) {
    /**
     * The report of a summary.
     *
     * @param choice the options
     * @throws IOException if the verdicts or the record of the folder cannot be read
     */
    public static SummaryReport of(Path folder, Path out, FieldSummary summary, SummaryChoice choice)
            throws IOException {
        Map<String, ClassSummary> reviewed = reviewed(folder);
        PossibleAlarms alarms = PossibleAlarms.of(RunRecord.results(folder), summary.hours());
        for (FieldSummary.OfClass c : summary.classes()) {
            ClassSummary own = reviewed.get(c.name());
            if (!choice.confirmed() && (own == null || !own.answers().containsKey(Answer.YES))) {
                alarms.add(c.name(), c.events());
            }
        }
        return new SummaryReport(
                folder, reviewed, choice.confirmed(), out, summary, choice.parquet(), choice.page(), alarms);
    }

    private static final String PAGE = "summary.html";
    private static final int SHOWN = 40;
    private static final int NAMED = 8;
    private static final int HOUR = 3600;
    /** With fewer verdicts, a precision is stated by its interval alone. */
    private static final int FEW = 10;

    /** The result as JSON. */
    public record Result(
            String out,
            String from,
            String to,
            int occasions,
            long recordings,
            int undated,
            int wrongClocks,
            boolean confirmedOnly,
            double recordedHours,
            long events,
            List<String> maybeAllFalse,
            List<?> sites,
            List<?> classes,
            List<String> files) {}

    private static Map<String, ClassSummary> reviewed(Path folder) throws IOException {
        VerdictLog log = VerdictJournal.read(folder);
        return log.all().isEmpty()
                ? Map.of()
                : ReviewSummary.of(
                                new ReviewQueue(ListedEvents.read(folder, Double.NaN), ReviewQueue.Plan.DEFAULT), log)
                        .classes();
    }

    /** What readers must know before they look at a number. */
    private List<String> cautions() {
        List<String> all = new ArrayList<>();
        alarms.line().ifPresent(all::add);
        if (confirmed) {
            all.add("only what a listener confirmed is counted; what nobody judged may be right, too");
        } else if (reviewed.isEmpty()) {
            all.add("not reviewed: how many of the events are right is not known");
        }
        return all;
    }

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
                FieldPage.html("Recordings from the field", summary, cautions(), facts)
                        .getBytes(StandardCharsets.UTF_8));
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

    private List<Map<String, Object>> classes() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (FieldSummary.OfClass c : summary.classes()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("class", c.name());
            row.put("events", c.events());
            ClassSummary own = reviewed.get(c.name());
            row.put("verdicts", own == null ? 0 : own.verdicts());
            if (own != null && own.whole().sampled() > 0) {
                PrecisionEstimate p = own.whole();
                row.put("listed", p.listed());
                row.put("precision", Map.of("estimate", p.estimate(), "low", p.low(), "high", p.high()));
                row.put("right", Map.of("estimate", p.events(), "low", p.eventsLow(), "high", p.eventsHigh()));
            }
            rows.add(row);
        }
        return rows;
    }

    /** Classes with their precision, as far as verdicts tell. */
    private ConsoleTable precisions() {
        ConsoleTable table = new ConsoleTable("class", "events", "right, by a listener's verdicts");
        summary.classes().stream()
                .limit(SHOWN)
                .forEach(c ->
                        table.row(c.name(), c.events(), confirmed ? "confirmed" : inWords(reviewed.get(c.name()))));
        return table;
    }

    private static String inWords(ClassSummary own) {
        if (own == null || own.verdicts() == 0) {
            return "not reviewed";
        }
        PrecisionEstimate p = own.whole();
        String verdicts = Units.count(p.sampled(), "verdict");
        if (p.sampled() == 0) {
            return Units.count(own.verdicts(), "verdict") + ", none of the random sample";
        }
        return p.sampled() < FEW
                ? String.format(Locale.ROOT, "%.0f to %.0f %%, from %s", 100 * p.low(), 100 * p.high(), verdicts)
                : String.format(
                        Locale.ROOT,
                        "%.2f [%.2f, %.2f]: %.0f [%.0f, %.0f] of %d, from %s",
                        p.estimate(),
                        p.low(),
                        p.high(),
                        p.events(),
                        p.eventsLow(),
                        p.eventsHigh(),
                        p.listed(),
                        verdicts);
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
                confirmed,
                summary.hours(),
                summary.events(),
                alarms.classes(),
                sites().document(),
                classes(),
                files());
    }

    /** Prints what readers must know first, the sites, the classes and what was written. */
    public void print(PrintWriter o) {
        cautions().forEach(o::println);
        if (summary.sites().size() <= SHOWN) {
            sites().print(o);
            o.println();
        }
        precisions().print(o);
        if (summary.classes().size() > SHOWN) {
            o.println((summary.classes().size() - SHOWN) + " more classes are in activity.csv");
        }
        o.println();
        o.println(out + ": " + Units.count(summary.events(), "event") + " in " + Units.duration(summary.hours() * HOUR)
                + " of " + Units.count(summary.recordings(), "recording") + ", "
                + Units.count(summary.sites().size(), "site") + ", " + summary.first() + " to " + summary.last() + ", "
                + Units.count(summary.occasions(), "occasion"));
        o.println("written: " + String.join(", ", files()) + ", run.json");
    }
}
