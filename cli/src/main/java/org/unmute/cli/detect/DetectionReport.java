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
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
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

    private EventDecisionTable decisions() {
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

    /** Prints the table and what was written. */
    public void print(PrintWriter o) {
        table().print(o);
        o.println();
        o.println(out + ": " + Units.count(outcome.events(), "event") + " in "
                + Units.count(recordings - outcome.leftOut(), "recording") + " ("
                + Units.duration(outcome.seconds()) + "; " + outcome.found() + " read now, "
                + outcome.present() + " already there), " + outcome.leftOut() + " skipped");
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
