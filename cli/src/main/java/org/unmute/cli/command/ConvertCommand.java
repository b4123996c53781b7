package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConversionTable;
import org.unmute.cli.encoder.ElementType;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.convert.Conversion;
import org.unmute.convert.ConversionReport;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Converts a downloaded checkpoint to a safetensors file of its encoder. */
@Command(
        name = "convert",
        description = {
            "Turns a checkpoint into a safetensors file that holds its encoder alone, under the authors' tensor names.",
            "Recognises the encoder by its tensors and prints how many are kept, renamed, left out and missing."
                    + " The other commands read a checkpoint without this, too: a converted file is smaller, opens"
                    + " faster, and other programs can read it."
        },
        footer = {
            "",
            "Examples:",
            "  unmute convert --dry-run checkpoint.pt",
            "  unmute convert checkpoint.pt encoder.safetensors",
            "  unmute convert --dtype f16 checkpoint.pt encoder-f16.safetensors"
        })
final class ConvertCommand extends UnmuteCommand {
    @InputPath
    @Parameters(index = "0", paramLabel = "IN", description = "The checkpoint, as it was downloaded.")
    private Path in;

    @OutputPath(OutputPath.Kind.FILE)
    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "OUT.safetensors",
            description = "Output file; not needed with --dry-run.")
    private Path out;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "Kind of encoder, the folder not recognised: a model that 'unmute encoders' lists.")
    private String model = "";

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "keep",
            description = "Element type of the weights: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, as in the"
                    + " checkpoint). A number beyond the range of f16 is an error.")
    private ElementType dtype;

    @Option(names = "--dry-run", description = "Print the report and write nothing.")
    private boolean dryRun;

    @Mixin
    private OverwriteOption overwrite;

    @Option(names = "--all", description = "Also show every tensor, and what becomes of it.")
    private boolean all;

    @Override
    public Integer call() throws IOException {
        begin();
        checkPaths();
        tell("reading " + in + ", " + Units.bytes(Files.size(in)));
        try (Conversion conversion = Conversion.open(in, new Conversion.Options(model, dtype.type()))) {
            ConversionReport report = conversion.report();
            if (!common.json()) {
                ConversionTable.print(report, all, out());
            }
            Long written = null;
            boolean convertible = report.complete() && report.flaws().isEmpty();
            if (convertible && !dryRun) {
                written = write(conversion, report);
            }
            finish(report, written);
            conversion.requireConvertible();
        }
        return status;
    }

    private long write(Conversion conversion, ConversionReport report) throws IOException {
        try (OutputFolder output = claimFile(out)) {
            long written = conversion.writeTo(out, true);
            record.input(in, report.bytes(), report.sha256())
                    .result("encoder", report.encoder())
                    .result("naming", report.match().keyMap().name())
                    .result("dtype", dtype.name())
                    .result("parameters", report.parameters())
                    .result("out", out.toString())
                    .result("bytes", written)
                    .result("dropped", report.count(ConversionReport.Fate.DROPPED))
                    .writeBeside(out);
            output.finish();
            return written;
        }
    }

    private void checkPaths() throws IOException {
        if (!Files.isRegularFile(in)) {
            throw CommandException.input(
                    Files.isDirectory(in)
                            ? in + " is a folder: name the checkpoint file in it"
                            : "no such file: " + in);
        }
        if (dryRun) {
            return;
        }
        if (out == null) {
            throw CommandException.usage(
                    "where to write is missing: name OUT.safetensors, or give --dry-run to write nothing");
        }
        if (!out.toString().endsWith(".safetensors")) {
            throw CommandException.usage("what is written is a safetensors file, its name must end so: " + out);
        }
    }

    private void finish(ConversionReport report, Long written) throws IOException {
        ObjectNode document = ConversionTable.document(report)
                .put("out", written == null ? null : out.toString())
                .put("bytesWritten", written);
        print(
                document,
                o -> o.println(
                        written != null
                                ? "written to " + out + ", " + Units.bytes(written)
                                : dryRun ? "nothing is written (--dry-run)" : "nothing is written"));
    }
}
