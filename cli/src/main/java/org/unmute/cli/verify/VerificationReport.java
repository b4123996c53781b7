package org.unmute.cli.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Json;
import org.unmute.events.encoder.OpenEncoder;

/**
 * The outcome of a verification, as text and as JSON.
 *
 * @param reference file or folder of the reference
 * @param recording that was encoded; null if the reference has the input of the network
 */
public record VerificationReport(OpenEncoder encoder, Path reference, Path recording, Verification verification) {
    /** The result, for JSON and the record. */
    public ObjectNode document() {
        TensorComparison first = verification.first();
        return Json.object()
                .put("reference", reference.toString())
                .put("audio", recording == null ? null : recording.toString())
                .put("within", verification.within())
                .put("first", first == null ? null : first.tensor())
                .put("likelyCause", first == null ? null : verification.cause())
                .putPOJO("remarks", verification.remarks())
                .putPOJO(
                        "tensors",
                        verification.differences().stream()
                                .map(TensorComparison::document)
                                .toList())
                .putPOJO("notCompared", verification.unknown());
    }

    /** The result with the encoder before it. */
    public ObjectNode withEncoder() {
        return Json.object()
                .put("encoder", encoder.origin())
                .put("encoderSha256", encoder.hash())
                .putPOJO("encoderSettings", encoder.settings())
                .setAll(document());
    }

    /** Prints the same facts for a terminal. */
    public void print(PrintWriter o) {
        o.println("encoder    " + encoder.origin() + ": "
                + encoder.encoder().describe().description());
        o.println("reference  " + reference + (recording == null ? "" : ", recording " + recording));
        verification.remarks().forEach(r -> o.println("note       " + r));
        o.println();
        ConsoleTable table =
                new ConsoleTable("tensor", "shape", "max diff", "mean diff", "allowed", "largest at", "verdict");
        for (TensorComparison d : verification.differences()) {
            boolean frontEnd = d.tensor().equals("fbank");
            table.row(
                    d.tensor(),
                    d.here(),
                    TensorComparison.number(d.max()),
                    TensorComparison.number(d.mean()),
                    frontEnd ? "mean 1e-4" : TensorComparison.number(d.tolerance()),
                    d.where(),
                    d.verdict());
        }
        table.print(o);
        o.println();
        if (!verification.unknown().isEmpty()) {
            o.println("not compared, as this encoder gives nothing of that name: "
                    + String.join(", ", verification.unknown()));
        }
        TensorComparison first = verification.first();
        if (first == null) {
            o.println(
                    verification.differences().size() == 1
                            ? "It agrees."
                            : "All " + verification.differences().size() + " comparisons agree.");
        } else {
            o.println("First tensor that differs: " + first.tensor()
                    + (first.sizesDiffer()
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    ", most at %s: reference %.6g, here %.6g",
                                    first.where(),
                                    first.expected(),
                                    first.actual())));
            o.println("Likely cause: " + verification.cause());
        }
    }
}
