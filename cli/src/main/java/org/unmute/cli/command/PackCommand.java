package org.unmute.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.probe.TokenData;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.files.RegularFile;
import org.unmute.models.encoder.TokenMap;
import org.unmute.options.ProbeOption;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Standardization;
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
    /** Maximum score difference that float32 rounding can explain. */
    private static final double LIMIT = 1e-5;

    private static final int CACHED_CLIPS = 256;
    private static final int MADE_CLIPS = 16;
    private static final int MADE_TOKENS = 256;

    @Mixin
    private ProbeOption probe;

    /** How earlier versions named the probe. */
    @Parameters(arity = "0..1", hidden = true)
    private Path earlier;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "The packed probe, a safetensors file.")
    private Path out;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Token cache whose clips are scored with both; " + CACHED_CLIPS + " of them at most.")
    private Path cache;

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    /** The result of scoring clips with both probes. */
    private record Check(String clips, int count, double difference) {}

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
        requireFree();
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
        Check check = cache == null ? onMadeUpClips(trained, packed) : onCachedClips(trained, packed, named);
        if (!(check.difference() <= LIMIT)) {
            throw CommandException.failed("scores of the packed probe differ by " + check.difference() + " over "
                    + check.clips() + ", more than rounding explains: nothing was written; please report this");
        }
        Packed result;
        try (OutputFolder output = claimFile(out)) {
            requireFree(); // another run may have written the file in the meantime
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
            record.input(file).results(result).writeTo(recordBeside(out));
            output.finish();
        }
        print(result, o -> print(result, o));
        return status;
    }

    private void requireFree() throws IOException {
        if (!force && RegularFile.exists(out)) {
            throw CommandException.failed(out + " is already there: --force replaces it");
        }
    }

    private Check onCachedClips(TrainedProbe trained, PackedProtobin packed, Path named) throws IOException {
        try (TokenCache tokens = TokenCache.open(cache)) {
            TokenData.requireSameEncoder(trained, tokens, named, cache);
            List<CachedClip> clips = tokens.clips();
            int count = Math.min(CACHED_CLIPS, clips.size());
            double largest = 0;
            for (int i = 0; i < count; i++) {
                String clip = clips.get((int) ((long) i * clips.size() / count)).id();
                largest = Math.max(largest, difference(trained, packed, tokens.read(clip)));
            }
            return new Check("clips of " + cache, count, largest);
        }
    }

    /**
     * Compares both probes on clips of random tokens, which have the mean and deviation of the training tokens if the
     * probe stores these.
     */
    private Check onMadeUpClips(TrainedProbe trained, PackedProtobin packed) {
        int dim = packed.dim();
        Standardization s = trained.standardization();
        double largest = 0;
        for (int i = 0; i < MADE_CLIPS; i++) {
            SplittableRandom random = new SplittableRandom(common.seed() + i);
            float[] tokens = new float[MADE_TOKENS * dim];
            for (int k = 0; k < tokens.length; k++) {
                double x = random.nextGaussian();
                tokens[k] = (float) (s == null ? x : s.tokenMean()[k % dim] + x * s.tokenDeviation()[k % dim]);
            }
            largest = Math.max(
                    largest,
                    difference(
                            trained,
                            packed,
                            new TokenMap(MADE_TOKENS, 1, dim, tokens, trained.hasCls() ? new float[dim] : null)));
        }
        return new Check("made-up clips of random tokens", MADE_CLIPS, largest);
    }

    private static double difference(TrainedProbe trained, PackedProtobin packed, TokenMap map) {
        float[] expected = trained.rawScores(map);
        float[] actual = packed.rawScores(map);
        double largest = 0;
        for (int c = 0; c < expected.length; c++) {
            double off = Math.abs((double) expected[c] - actual[c]);
            largest = Double.isNaN(off) ? off : Math.max(largest, off);
        }
        return largest;
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
