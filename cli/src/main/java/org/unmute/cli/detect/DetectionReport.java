package org.unmute.cli.detect;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.probe.EventDecisionTable;
import org.unmute.cli.probe.PossibleAlarms;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.DetectionRun.ClassTotal;
import org.unmute.events.detection.DetectionRun.Outcome;
import org.unmute.events.detection.DetectionRun.Skipped;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.detection.OutputFormat;
import org.unmute.events.field.CamtrapPackage;
import org.unmute.events.field.RecordingTable;
import org.unmute.report.event.EventPage;

/**
 * What a detection found: a row for each class with events, and which files there are.
 *
 * @param out        folder of the events
 * @param recordings number of recordings that were chosen
 * @param formats    of the tables
 * @param page       the page that was written; null if none was
 */
public record DetectionReport(
        Path out,
        DetectorSetup setup,
        int recordings,
        Outcome outcome,
        Set<OutputFormat> formats,
        EventPage.Rendered page) {
    private static final int SHOWN = 40;
    private static final double HOUR = 3600;
    /** Share of the time from which on a class counts as constant. */
    private static final double MOST = 0.5;

    /** The result as JSON. */
    public record Result(
            String out,
            int recordings,
            int found,
            int alreadyPresent,
            int leftOut,
            double seconds,
            long events,
            long confirmed,
            long rejected,
            List<String> maybeAllFalse,
            List<Map<String, Object>> classes,
            List<Skipped> skipped,
            List<String> files) {}

    /**
     * Requires that a recording could be used.
     *
     * @throws CommandException if none could
     */
    public void requireSome() {
        if (outcome.found() + outcome.present() == 0) {
            throw CommandException.noneUsable(recordings);
        }
    }

    /** Classes whose events may all be false. */
    static PossibleAlarms alarms(DetectorSetup setup, Outcome outcome) {
        PossibleAlarms all = PossibleAlarms.of(decisions(setup), outcome.seconds() / HOUR);
        outcome.classes().forEach(c -> all.add(setup.probe().classes().get(c.label()), c.events() - c.confirmed()));
        return all;
    }

    private EventDecisionTable decisions() {
        return decisions(setup);
    }

    private static EventDecisionTable decisions(DetectorSetup setup) {
        return setup.learned().events() == null ? null : EventDecisionTable.of(setup.probe());
    }

    private List<String> files() {
        List<String> files = new ArrayList<>();
        for (OutputFormat format : formats) {
            if (format == OutputFormat.CAMTRAPDP) {
                CamtrapPackage.FILES.forEach(file -> files.add(CamtrapPackage.FOLDER + "/" + file));
            } else if (format.combined() != null) {
                files.add(format.combined());
            }
            if (format.folder() != null) {
                files.add(format.folder() + "/");
            }
        }
        files.add(RecordingTable.FILE);
        files.add("skipped.csv");
        if (rejected() > 0) {
            files.add("rejected.csv");
        }
        if (page != null) {
            files.add(DetectionPage.FILE);
        }
        return files;
    }

    private ConsoleTable table() {
        EventDecisionTable decisions = decisions();
        List<String> names = setup.probe().classes();
        ConsoleTable made = decisions == null
                ? new ConsoleTable("class", "events", "seconds", "best score")
                : new ConsoleTable(
                        "class",
                        "events",
                        "seconds",
                        "best score",
                        "threshold",
                        "clips (recordings)",
                        "found",
                        "alarms/h");
        double[] high = setup.rules().high();
        outcome.classes().stream().filter(c -> c.events() > 0).forEach(c -> {
            if (decisions == null) {
                made.row(names.get(c.label()), c.events(), c.seconds(), c.score());
                return;
            }
            EventDecisionTable.Row row = decisions.classes().get(c.label());
            made.row(
                    names.get(c.label()),
                    c.events(),
                    c.seconds(),
                    c.score(),
                    high[c.label()],
                    row.positives() + " (" + row.recordings() + ")",
                    row.foundInWords(),
                    row.alarmsInWords());
        });
        return made.decimals(3);
    }

    /**
     * What the user should know. A class that is active most of the time is a sound of the place, or a threshold that
     * is wrong here.
     */
    public List<String> remarks() {
        List<String> all = new ArrayList<>();
        if (page != null) {
            page.problems().forEach(p -> all.add(DetectionPage.FILE + ": no picture of " + p));
        }
        List<String> constant = outcome.classes().stream()
                .filter(c -> c.seconds() > MOST * outcome.seconds())
                .map(c -> setup.probe().classes().get(c.label()))
                .toList();
        if (!constant.isEmpty()) {
            all.add("active more than half of the time, which a wrong threshold does: " + String.join(", ", constant)
                    + "; listen to some, or give --threshold FILE for these classes");
        }
        return all;
    }

    /** How many events a listener had confirmed. */
    private long confirmed() {
        return outcome.classes().stream().mapToLong(ClassTotal::confirmed).sum();
    }

    /** How many events are not listed, since a listener had rejected them. */
    private long rejected() {
        return outcome.classes().stream().mapToLong(ClassTotal::rejected).sum();
    }

    /** The result as JSON. */
    public Result result() {
        return new Result(
                out.toString(),
                recordings,
                outcome.found(),
                outcome.present(),
                outcome.leftOut(),
                outcome.seconds(),
                outcome.events(),
                confirmed(),
                rejected(),
                alarms(setup, outcome).classes(),
                table().document(),
                outcome.skipped(),
                files());
    }

    /** Adds the result, and how it was made, to the record of the run. */
    public RunRecord note(RunRecord record) {
        return setup.encoder()
                .note(record, setup.resample().name())
                .result("probe", setup.probe().probe().name())
                .result("settings", setup.settings().values())
                .result("decisions", decisions())
                .result("detected", result());
    }

    /** Prints the table and what was written, but first which events may all be false. */
    public void print(PrintWriter o) {
        alarms(setup, outcome).line().ifPresent(o::println);
        table().print(o);
        o.println();
        o.println(out + ": " + Units.count(outcome.events(), "event") + " in "
                + Units.count(recordings - outcome.leftOut(), "recording") + " ("
                + Units.duration(outcome.seconds()) + "; " + outcome.found() + " read now, "
                + outcome.present() + " already there), " + outcome.leftOut() + " skipped");
        if (confirmed() + rejected() > 0) {
            o.println("by earlier verdicts: " + Units.count(confirmed(), "event") + " marked as confirmed, "
                    + rejected() + " rejected ones not listed (rejected.csv)");
        }
        o.println("written: " + String.join(", ", files()) + ", run.json");
        if (page != null) {
            o.println(DetectionPage.FILE + ": " + Units.count(page.listed(), "event") + " listed, " + page.snippets()
                    + " with picture and sound");
        }
        outcome.skipped().stream()
                .limit(SHOWN)
                .forEach(s -> o.println((s.read() == 0 ? "  skipped " : "  damaged ") + s.file() + ": " + s.reason()));
        if (outcome.skipped().size() > SHOWN) {
            o.println("  and " + (outcome.skipped().size() - SHOWN) + " more in skipped.csv");
        }
    }
}
