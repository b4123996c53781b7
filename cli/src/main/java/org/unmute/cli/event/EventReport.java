package org.unmute.cli.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.score.SeedScores;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;
import org.unmute.events.strong.EventScores;
import org.unmute.metrics.Bootstrap;
import org.unmute.metrics.event.EventFigures;
import org.unmute.metrics.event.EventReference;

/**
 * Event metrics of one or several runs (seeds) on the same recordings: mean and standard deviation over the runs, and
 * the bootstrap interval over recordings, averaged over the runs.
 */
public final class EventReport {
    private final EventReference reference;
    private final Bootstrap bootstrap;
    private final boolean lengthsKnown;
    private final Map<String, Object> settings;
    private final List<String> remarks;
    private final List<EventScores> runs = new ArrayList<>();
    private final List<double[]> thresholds = new ArrayList<>();
    private final SeedScores metrics = new SeedScores();

    /**
     * @param lengthsKnown whether the reference states the lengths of the recordings
     * @param bootstrap    null for no intervals
     * @param settings     the settings that affect the metrics, for JSON
     * @param remarks      what was left out, as text
     */
    EventReport(
            EventReference reference,
            boolean lengthsKnown,
            Bootstrap bootstrap,
            Map<String, Object> settings,
            List<String> remarks) {
        this.reference = reference;
        this.lengthsKnown = lengthsKnown;
        this.bootstrap = bootstrap;
        this.settings = new LinkedHashMap<>(settings);
        this.remarks = List.copyOf(remarks);
    }

    /**
     * Adds a run.
     *
     * @param used the threshold of each class; null if there are none
     */
    void add(EventScores scores, double[] used) {
        runs.add(scores);
        thresholds.add(used);
        metrics.add(scores.values(), bootstrap == null ? Map.of() : scores.intervals(bootstrap));
    }

    private double hours() {
        return lengthsKnown
                ? reference.files().stream().mapToDouble(reference::duration).sum() / 3600
                : Double.NaN;
    }

    /** All results, for JSON and records. */
    public ObjectNode document() {
        ObjectNode document = Json.object()
                .put("recordings", reference.files().size())
                .putPOJO("hours", lengthsKnown ? hours() : null)
                .put("events", reference.events().size())
                .put("classes", reference.classes().size())
                .put("runs", runs.size());
        found().forEach((name, n) -> document.putPOJO(name, n));
        return document.putPOJO("absentClasses", absent())
                .put("zeroScore", true)
                .putPOJO("settings", settings)
                .putPOJO("metrics", metrics.document())
                .putPOJO("perClass", classTable(true).document())
                .putPOJO("remarks", remarks);
    }

    private List<String> absent() {
        return reference.classes().stream().filter(c -> reference.count(c) == 0).toList();
    }

    /** Prints the inputs, what was left out, and the metrics. */
    public void print(PrintWriter out, boolean perClass) {
        out.printf(
                Locale.ROOT,
                "%s%s, %s of %s%s%n",
                Units.count(reference.files().size(), "recording"),
                lengthsKnown ? String.format(Locale.ROOT, " (%.2f h)", hours()) : "",
                Units.count(reference.events().size(), "event"),
                Units.count(reference.classes().size() - absent().size(), "class"),
                absent().isEmpty() ? "" : "; " + absent().size() + " classes have none: " + Remarks.names(absent()));
        Map<String, Number> found = found();
        out.println("found: " + found.get("eventsFound") + " of "
                + Units.count(reference.events().size(), "event") + ", in " + found.get("classesFound") + " of "
                + Units.count(reference.classes().size() - absent().size(), "class") + "; "
                + found.get("detectionsRight") + " of " + found.get("detections")
                + " detections are right: they overlap an event of their class"
                + (runs.size() == 1 ? "" : " (means of " + runs.size() + " runs)"));
        remarks.forEach(out::println);
        out.println();
        ConsoleTable table =
                new ConsoleTable("metric", "value", "sd over seeds", "95 % from", "to", "what it wants").decimals(4);
        EventScores.titles(metrics.names()).forEach((name, title) -> {
            SeedScores.Value v = metrics.value(name);
            table.row(
                    title, v.mean(), v.sd(), v.low(), v.high(), runs.getFirst().wants(name));
        });
        table.print(out);
        out.println("macro: mean over the classes with events; a class that was never detected counts as 0");
        if (perClass) {
            out.println();
            classTable(false).print(out);
        }
    }

    /** Metrics of each class, averaged over the runs; if {@code best}, also those at the best thresholds. */
    private ConsoleTable classTable(boolean best) {
        List<String> names = runs.getFirst().byClass().keySet().stream()
                .filter(n -> best || !n.contains("best"))
                .toList();
        List<String> headings = new ArrayList<>(List.of("class", "events", "detected", "right"));
        if (thresholds.getFirst() != null) {
            headings.add("threshold");
        }
        names.forEach(n -> headings.add(n.replace('_', ' ')));
        ConsoleTable table = new ConsoleTable(headings.toArray(String[]::new));
        for (int c = 0; c < reference.classes().size(); c++) {
            int own = c;
            List<Object> row = new ArrayList<>();
            row.add(reference.classes().get(c));
            row.add(reference.count(reference.classes().get(c)));
            row.add(count(c, false));
            row.add(count(c, true));
            if (thresholds.getFirst() != null) {
                row.add(thresholds.stream().mapToDouble(t -> t[own]).average().orElseThrow());
            }
            names.forEach(n -> row.add(runs.stream()
                    .mapToDouble(r -> r.byClass().get(n)[own])
                    .average()
                    .orElse(Double.NaN)));
            table.row(row.toArray());
        }
        return table;
    }

    /** Mean numbers of what was found: references with an overlapping detection, and such detections. */
    private Map<String, Number> found() {
        Map<String, Number> all = new LinkedHashMap<>();
        all.put("eventsFound", mean(r -> sum(r, EventFigures.ClassCounts::truePositives)));
        all.put("classesFound", mean(r -> sum(r, c -> c.truePositives() > 0 ? 1 : 0)));
        all.put("detections", mean(r -> sum(r, EventFigures.ClassCounts::detections)));
        all.put("detectionsRight", mean(r -> sum(r, c -> c.detections() - c.falsePositives())));
        return all;
    }

    private static long sum(EventScores run, ToLongFunction<EventFigures.ClassCounts> of) {
        return run.overlaps().stream().mapToLong(of).sum();
    }

    /** Mean number of detections of a class, or of correct ones; a whole number for a single run. */
    private Number count(int c, boolean right) {
        return mean(r -> right
                ? r.eventCounts().get(c).truePositives()
                : r.eventCounts().get(c).detections());
    }

    private Number mean(ToLongFunction<EventScores> of) {
        double mean = runs.stream().mapToLong(of).average().orElse(0);
        return mean == Math.rint(mean) ? (Number) (long) mean : (Number) mean;
    }
}
