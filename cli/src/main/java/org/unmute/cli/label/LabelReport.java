package org.unmute.cli.label;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.annotation.ClipPlan;
import org.unmute.data.annotation.LabelFile;
import org.unmute.data.annotation.TimeBlocks;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;
import org.unmute.data.split.LabelAudit;

/**
 * What annotations became, as text and as JSON.
 *
 * @param source  the annotations' file or folder
 * @param remarks lines for the user
 * @param skipped recordings that cannot be used, with the reasons
 */
public record LabelReport(
        Path source,
        LabelFile labels,
        ClipPlan plan,
        ClipPlan.Clips made,
        TimeBlocks.Split split,
        LabelAudit audit,
        List<String> remarks,
        Map<String, String> skipped) {
    /** Everything as JSON. */
    public ObjectNode document() {
        return Json.object()
                .put("labels", source.toString())
                .put("recognized", labels.recognized())
                .put("form", labels.form().name().toLowerCase(Locale.ROOT))
                .put("recordings", plan.recordings().size())
                .putPOJO("missing", plan.missing())
                .putPOJO("unnamed", plan.unnamed())
                .putPOJO("skipped", skipped)
                .put("clips", audit.clips().values().stream().mapToInt(n -> n).sum())
                .put("clipsWithoutEvent", made.without())
                .put("clipsWithoutEventDropped", made.dropped())
                .put("clipsWithPartOfEventLeftOut", made.partial())
                .putPOJO("eventsAfterTheEnd", made.beyond())
                .put("clipsOfWhichNothingIsKnown", made.nothing())
                .put("secondsNotKnown", made.unknown())
                .put("blocks", split.blocks())
                .put("clipsInGuards", split.guarded())
                .putPOJO("positives", audit.positives())
                .putPOJO("audit", audit.describe());
    }

    /**
     * Prints everything.
     *
     * @param out the table that was written; null if none was
     * @param root folder of its recordings
     */
    public void print(PrintWriter o, Path out, Path root) {
        o.println(source + ": " + labels.recognized());
        remarks.forEach(o::println);
        skipped.forEach((id, reason) -> o.println("skipped " + id + ": " + reason));
        int all = audit.clips().values().stream().mapToInt(n -> n).sum();
        long without = split.manifest().clips().stream()
                .filter(clip -> clip.labels().isEmpty())
                .count();
        o.println(Units.count(all, "clip") + ", " + without + " of them without an event"
                + (made.dropped() > 0 ? " (" + made.dropped() + " more were left out by --negatives)" : "")
                + (made.partial() > 0
                        ? "; " + made.partial() + " clips were left out because they hold less than --min-share of an"
                                + " event"
                        : "")
                + (made.nothing() > 0
                        ? "; " + made.nothing() + " clips were left out because the labels say nothing of them"
                        : ""));
        if (made.unknown() > 0) {
            o.println(Units.duration(made.unknown()) + " of the recordings lie outside the marks and their"
                    + " margin: nothing is known there, and no clips were taken");
        }
        if (split.blocks() > 0) {
            o.println(split.blocks() + " blocks of time; " + Units.count(split.guarded(), "clip")
                    + " between blocks of two splits were left out (--guard)");
        }
        o.println();
        table(audit).print(o);
        o.println();
        List<String> lines = audit.lines();
        lines.forEach(o::println);
        if (audit.isClean()) {
            o.println("the audit found nothing wrong");
        }
        if (out != null) {
            o.println();
            o.println(out + " is written; next:");
            o.println("  unmute embed --audio " + out + " --root " + root + " --encoder … --out cache/");
            o.println("  unmute probe --labels " + out + " --cache cache/ --probe protobin --out run/");
        }
    }

    private static ConsoleTable table(LabelAudit audit) {
        List<String> splits = List.copyOf(audit.clips().keySet());
        boolean several = splits.size() > 1;
        List<String> headings = new ArrayList<>(List.of("label", "clips"));
        splits.forEach(split -> {
            if (several) {
                headings.add(split.isEmpty() ? "(no split)" : split);
            }
        });
        ConsoleTable table = new ConsoleTable(headings.toArray(String[]::new));
        audit.positives().forEach((label, of) -> table.row(row(label, of, splits, several)));
        table.row(row("all clips", audit.clips(), splits, several));
        return table;
    }

    private static Object[] row(String label, Map<String, Integer> of, List<String> splits, boolean several) {
        List<Object> row = new ArrayList<>();
        row.add(label);
        row.add(of.values().stream().mapToInt(n -> n).sum());
        splits.forEach(split -> {
            if (several) {
                row.add(of.getOrDefault(split, 0));
            }
        });
        return row.toArray();
    }
}
