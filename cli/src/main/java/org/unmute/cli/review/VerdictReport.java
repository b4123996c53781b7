package org.unmute.cli.review;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.ClipId;
import org.unmute.data.LabelledClip;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.VerdictLabels;

/** What verdicts say of stretches of recordings, as text and as JSON. */
public final class VerdictReport {
    private final VerdictLabels labels;

    /** A report of these labels. */
    public VerdictReport(VerdictLabels labels) {
        this.labels = labels;
    }

    /** The document for JSON: numbers by class, then each stretch with what is known of it. */
    public ObjectNode document() {
        ObjectNode all = Json.object();
        ArrayNode classes = all.putArray("classes");
        for (String name : labels.classes().names()) {
            VerdictLabels.States states = labels.states().get(name);
            classes.addObject()
                    .put("class", name)
                    .put("present", states.present())
                    .put("absent", states.absent())
                    .put("unknown", states.unknown())
                    .put("presentSeconds", states.presentSeconds())
                    .put("absentSeconds", states.absentSeconds());
        }
        ArrayNode stretches = all.putArray("stretches");
        for (LabelledClip clip : labels.clips()) {
            ClipId.Part part = ClipId.part(clip.file()).orElseThrow();
            ObjectNode one = stretches
                    .addObject()
                    .put("file", part.file())
                    .put("start", part.start())
                    .put("end", part.end());
            ArrayNode present = one.putArray("present");
            clip.labels().forEach(present::add);
            ArrayNode absent = one.putArray("absent");
            labels.classes().names().stream()
                    .filter(name -> clip.isKnown(name) && !clip.labels().contains(name))
                    .forEach(absent::add);
        }
        return all.put("sampleLeftOut", labels.sampled())
                .put("contradicted", labels.contradicted())
                .put("withoutLength", labels.points());
    }

    /**
     * Prints the numbers.
     *
     * @param out the table that was written; null for none
     */
    public void print(PrintWriter o, Path out) {
        ConsoleTable table = new ConsoleTable(
                        "class", "present", "absent", "not known", "seconds present", "seconds absent")
                .decimals(1);
        for (String name : labels.classes().names()) {
            VerdictLabels.States states = labels.states().get(name);
            table.row(
                    name,
                    states.present(),
                    states.absent(),
                    states.unknown(),
                    states.presentSeconds(),
                    states.absentSeconds());
        }
        table.print(o);
        if (labels.sampled() > 0) {
            o.println(Units.count(labels.sampled(), "verdict")
                    + " of the random sample left out, so that they can estimate (--train-on-sample takes them)");
        }
        if (labels.contradicted() > 0) {
            o.println(Units.count(labels.contradicted(), "answer")
                    + " no left out, since the class was found in a part of the stretch");
        }
        labels.others()
                .forEach((name, n) -> o.println(Units.count(n, "verdict") + " on " + name
                        + " left out: it is none of the classes of --vocabulary"));
        if (labels.clips().isEmpty()) {
            o.println("no stretch has a label" + (out == null ? "" : ": " + out + " was not written"));
        } else if (out != null) {
            o.println(out + ": " + labels.clips().size()
                    + " stretches; what is not known of them is in the column unknown");
        }
    }
}
