package org.unmute.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.option.CommonOptions;
import org.unmute.cli.option.ComputeOptions;
import org.unmute.cli.probe.ProbeFiles;
import org.unmute.cli.probe.TokenData;
import org.unmute.experiments.provenance.RunRecord;
import org.unmute.experiments.provenance.Units;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Standardization;
import org.unmute.probes.pool.TrainedProbe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Packs the prototypes of a trained protobin into one bit per entry. */
@Command(
        name = "pack",
        sortOptions = false,
        description = {
            "Writes a trained protobin with one bit for each entry of a prototype, as it is deployed.",
            "Scores some clips with both and prints the largest difference: those of a cache, or made-up ones."
        },
        footer = {"", "Example:", "  unmute pack run1/ --out probe-packed.safetensors"})
public final class PackCommand implements Callable<Integer> {
    /** Maximum difference of scores that float32 rounding explains. */
    private static final double LIMIT = 1e-5;

    private static final int CACHED_CLIPS = 256;
    private static final int MADE_CLIPS = 16;
    private static final int MADE_TOKENS = 256;

    @Parameters(paramLabel = "PROBE", description = "Folder of a run with one probe, or a probe's file.")
    private Path probe;

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

    @Mixin
    private ComputeOptions compute;

    @Mixin
    private CommonOptions common;

    @Spec
    private CommandSpec spec;

    /** The result of scoring clips with both probes. */
    private record Check(String clips, int count, double difference) {}

    @Override
    public Integer call() throws IOException {
        RunRecord record = new RunRecord(Commands.line(spec)).seed(common.seed());
        Path file = ProbeFiles.one(probe);
        if (!force && Files.exists(out)) {
            throw CommandException.failed(out + " is already there: --force replaces it");
        }
        if (ProbeFiles.isPacked(file)) {
            throw CommandException.input(file + " is packed already");
        }
        Commands.chooseBackend(compute, common, record, spec.commandLine().getErr());
        TrainedProbe trained = ProbeFiles.trained(file);
        PackedProtobin packed;
        try {
            packed = PackedProtobin.pack(trained);
        } catch (IllegalArgumentException e) {
            throw CommandException.input(file + ": " + e.getMessage(), e);
        }
        Check check = cache == null ? onMadeUpClips(trained, packed) : onCachedClips(trained, packed);
        if (!(check.difference() <= LIMIT)) {
            throw CommandException.failed("scores of the packed probe differ by " + check.difference() + " over "
                    + check.clips() + ", more than rounding explains: nothing was written; please report this");
        }
        Files.createDirectories(out.toAbsolutePath().getParent());
        packed.save(out);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("out", out.toString());
        facts.put("prototypes", packed.prototypeCount());
        facts.put("dim", packed.dim());
        facts.put("prototypeBytesBefore", 4L * packed.prototypeCount() * packed.dim());
        facts.put("prototypeBytes", packed.bankBytes());
        facts.put("fileBytesBefore", Files.size(file));
        facts.put("fileBytes", Files.size(out));
        facts.put("checkedOn", check.clips());
        facts.put("checkedClips", check.count());
        facts.put("largestScoreDifference", check.difference());
        record.input(file);
        facts.forEach(record::result);
        record.writeTo(out.resolveSibling(out.getFileName() + ".run.json"));
        print(facts);
        return ExitCode.OK;
    }

    private Check onCachedClips(TrainedProbe trained, PackedProtobin packed) throws IOException {
        try (TokenCache tokens = TokenCache.open(cache)) {
            TokenData.requireSameEncoder(trained, tokens, probe, cache);
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
     * Compares both probes on clips of random tokens, with the mean and deviation of the training tokens if the probe
     * stores them.
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
        float[] expected = trained.scores(map);
        float[] actual = packed.scores(map);
        double largest = 0;
        for (int c = 0; c < expected.length; c++) {
            double off = Math.abs((double) expected[c] - actual[c]);
            largest = Double.isNaN(off) ? off : Math.max(largest, off);
        }
        return largest;
    }

    private void print(Map<String, Object> facts) {
        PrintWriter o = spec.commandLine().getOut();
        if (common.json()) {
            Commands.printJson(o, facts);
            return;
        }
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%d prototypes of %d entries: %s before, %s packed (%.1f times less)",
                facts.get("prototypes"),
                facts.get("dim"),
                Units.bytes((Long) facts.get("prototypeBytesBefore")),
                Units.bytes((Long) facts.get("prototypeBytes")),
                (Long) facts.get("prototypeBytesBefore") / (double) (Long) facts.get("prototypeBytes")));
        lines.add(String.format(
                Locale.ROOT,
                "file: %s before, %s packed, linear layer in float32 included; %s",
                Units.bytes((Long) facts.get("fileBytesBefore")),
                Units.bytes((Long) facts.get("fileBytes")),
                out));
        lines.add(String.format(
                Locale.ROOT,
                "largest difference of a score: %.2g over %d %s",
                (Double) facts.get("largestScoreDifference"),
                facts.get("checkedClips"),
                facts.get("checkedOn")));
        lines.forEach(o::println);
        o.flush();
    }
}
