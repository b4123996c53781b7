package org.unmute.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.cli.probe.PackingCheck;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import org.unmute.options.ProbeOption;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.TrainedProbe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Packs the prototypes of a trained protobin into one bit per entry. */
@Command(
        name = "pack",
        description = {
            "Writes a trained protobin with one bit for each entry of a prototype, as it is deployed.",
            "Scores some clips with both and prints the largest difference: those of a cache, or made-up ones."
        },
        footer = {"", "Example:", "  unmute pack --probe run1/ --out probe-packed.safetensors"})
final class PackCommand extends ComputingCommand {
    @Mixin
    private ProbeOption probe;

    /** How earlier versions named the probe. */
    @InputPath
    @Parameters(arity = "0..1", hidden = true)
    private Path earlier;

    @OutputPath(OutputPath.Kind.FILE)
    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "The packed probe, a safetensors file.")
    private Path out;

    @InputPath
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description =
                    "Token cache whose clips are scored with both; " + PackingCheck.CACHED_CLIPS + " of them at most.")
    private Path cache;

    @Mixin
    private OverwriteOption overwrite;

    /** The result for JSON and the record. */
    private record Packed(
            String out,
            int prototypes,
            int dim,
            long prototypeBytesBefore,
            long prototypeBytes,
            long fileBytesBefore,
            long fileBytes,
            String checkedOn,
            int checkedClips,
            double largestScoreDifference) {}

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        Path named = probe.orEarlier(earlier);
        Path file = ProbeFiles.one(named);
        if (ProbeFiles.isPacked(file)) {
            throw CommandException.input(file + " is packed already");
        }
        openBackend();
        TrainedProbe trained = ProbeFiles.trained(file);
        ProbeFiles.remarkOnMissingDigest(file, this::tell);
        PackedProtobin packed;
        try {
            packed = PackedProtobin.pack(trained);
        } catch (IllegalArgumentException e) {
            throw CommandException.input(file + ": " + e.getMessage(), e);
        }
        PackingCheck check = cache == null
                ? PackingCheck.onMadeUpClips(trained, packed, common.seed())
                : PackingCheck.onCache(cache, trained, packed, named);
        check.requireEqual();
        Packed result;
        try (OutputFolder output = claimFile(out)) {
            packed.save(out);
            result = new Packed(
                    out.toString(),
                    packed.prototypeCount(),
                    packed.dim(),
                    4L * packed.prototypeCount() * packed.dim(),
                    packed.bankBytes(),
                    Files.size(file),
                    Files.size(out),
                    check.clips(),
                    check.count(),
                    check.difference());
            record.input(file).results(result).writeBeside(out);
            output.finish();
        }
        print(result, o -> print(result, o));
        return status;
    }

    private static void print(Packed packed, PrintWriter o) {
        o.printf(
                Locale.ROOT,
                "%d prototypes of %d entries: %s before, %s packed (%.1f times less)%n",
                packed.prototypes(),
                packed.dim(),
                Units.bytes(packed.prototypeBytesBefore()),
                Units.bytes(packed.prototypeBytes()),
                packed.prototypeBytesBefore() / (double) packed.prototypeBytes());
        o.printf(
                Locale.ROOT,
                "file: %s before, %s packed, linear layer in float32 included; %s%n",
                Units.bytes(packed.fileBytesBefore()),
                Units.bytes(packed.fileBytes()),
                packed.out());
        o.printf(
                Locale.ROOT,
                "largest difference of a score: %.2g over %d %s%n",
                packed.largestScoreDifference(),
                packed.checkedClips(),
                packed.checkedOn());
    }
}
