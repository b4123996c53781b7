package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.StartPhases;
import org.unmute.cli.console.StartPhases.Phase;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.DivisionOptions;
import org.unmute.cli.option.LabelOptions;
import org.unmute.cli.option.WarmStart;
import org.unmute.data.ClipDivision;
import org.unmute.data.Manifest;
import org.unmute.data.OtherFiles;
import org.unmute.data.UsedClips;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.DiskSpace;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.options.EncoderOptions;
import org.unmute.options.TokenOptions;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.AudioReader;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.Damage;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Embeds recordings as token maps in a cache on disk. */
@Command(
        name = "embed",
        description = {
            "Turns recordings into the token maps of an encoder and keeps them in a cache folder.",
            "Run the same command again after an interruption: it resumes where it stopped."
        },
        footer = {"", "Example:", "  unmute embed --encoder eat.safetensors --audio recordings/ --out cache/"})
final class EmbedCommand extends ComputingCommand {
    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private AudioOptions audio;

    @Mixin
    private DivisionOptions division;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Cache folder; created if needed.")
    private Path out;

    @Mixin
    private TokenOptions tokens;

    @Option(names = "--dry-run", description = "Only say what would be done and how large the cache becomes.")
    private boolean dryRun;

    @Option(
            names = "--yes",
            description = "Start even if the disk has less room than the cache is expected to need. Without it, the"
                    + " command ends with status 3 before it writes anything.")
    private boolean yes;

    private record Plan(String cache, int recordings, int clips, double seconds, long expectedBytes) {}

    private record Result(
            String cache,
            int clips,
            int embedded,
            int alreadyPresent,
            int skipped,
            List<Embedding.Skipped> skippedClips,
            OtherFiles otherFiles,
            List<String> repaired) {}

    @Override
    public Integer call() throws IOException {
        StartPhases.end(Phase.OPTIONS);
        begin();
        record.seed(common.seed());
        openBackend();
        OpenEncoder loaded = opened(encoder);
        StartPhases.end(Phase.ENCODER);
        EncoderSpec model = loaded.encoder().describe();
        String resampling = audio.resampling();
        CacheKey key = loaded.key(resampling, tokens.type().dtype()).withLayers(tokens.layers() ? model.depth() : 0);
        AudioOptions.Chosen chosen = audio.choose(record, remarks());
        ClipDivision divided = division.divide(audio, chosen, model.speed(), this::tell, record);
        List<AudioClip> clips = divided.clips();
        long bytes = expectedBytes(model, divided, key);
        DiskSpace disk = DiskSpace.of(out);
        tell("encoder " + loaded.origin() + ": " + model.description());
        tell("front end: " + key.frontEnd());
        tell(counted(chosen, divided) + "; the cache becomes about " + Units.bytes(bytes) + " in "
                + tokens.type() + (tokens.layers() ? ", all " + key.layers() + " blocks with it" : "") + " ("
                + Units.bytes(disk.free()) + " free)");
        if (dryRun) {
            Plan plan = new Plan(out.toString(), chosen.clips().clips().size(), clips.size(), divided.seconds(), bytes);
            print(
                    plan,
                    o -> o.println(out + ": would hold the tokens of " + counted(chosen, divided) + ", about "
                            + Units.bytes(bytes) + " in " + tokens.type() + "; nothing was written"));
            return status;
        }
        if (!yes) {
            long stored = DiskSpace.used(out);
            disk.require(
                    bytes - stored,
                    stored > 0 ? "the rest of the cache" : "the cache",
                    "add --yes to start all the same");
        }
        Files.createDirectories(out);
        try (OutputFolder output = OutputFolder.of(out, line());
                TokenCacheWriter writer = TokenCacheWriter.open(out, key, CacheOptions.DEFAULT);
                ClipProgress progress = progress("embedding", clips, model).resumable()) {
            Set<String> others = new HashSet<>(writer.ids());
            clips.forEach(clip -> others.remove(clip.id()));
            audio.channels().requireOf(others, "embed: cache " + out);
            List<String> repaired =
                    writer.recovered().stream().map(Damage::toString).toList();
            AudioReader reader = divided.reader(audio.reader());
            Embedding embedding = new Embedding(loaded.encoder(), reader, audio.kernel(), audio.strict());
            StartPhases.end(Phase.RECORDINGS);
            record.ready(); // while the kernels are being compiled
            Embedding.Outcome outcome = embedding.run(clips, writer, progress);
            loaded.note(record, resampling)
                    .result("dtype", tokens.type().name())
                    .result("layers", key.layers())
                    .result("embedded", outcome.embedded())
                    .result("alreadyPresent", outcome.present())
                    .result("skipped", outcome.skipped())
                    .result("repaired", repaired);
            warnings.end(record);
            StartPhases.end(Phase.OTHER_CLIPS);
            Map<String, Double> phases = StartPhases.seconds(WarmStart.firstWait());
            if (!phases.isEmpty()) {
                record.result("phases", phases);
            }
            writer.sync(); // the record tells that the clips are stored
            record.write(out);
            if (chosen.labels() != null && outcome.embedded() + outcome.present() > 0) {
                noteClips(chosen.labels());
            }
            output.finish(CacheOrigin::isShard);
            report(outcome, chosen.clips().others(), repaired, writer.clips());
            if (outcome.embedded() + outcome.present() == 0) {
                throw CommandException.input("none of the " + clips.size() + " recordings could be used");
            }
        } catch (Embedding.UnusableClipException e) {
            throw CommandException.input(e.getMessage(), e);
        }
        return status;
    }

    /** Writes which labelled clips the cache has, while it is still locked. */
    private void noteClips(Manifest labels) throws IOException {
        try (TokenCache cache = TokenCache.open(out)) {
            List<String> ids = cache.clips().stream().map(CachedClip::id).toList();
            UsedClips.write(
                    out.resolve("clips.csv"), LabelOptions.matched(labels, ids).manifest(), cache, this::tell);
        }
    }

    private static String counted(AudioOptions.Chosen chosen, ClipDivision divided) {
        int recordings = chosen.clips().clips().size();
        int clips = divided.clips().size();
        return Units.count(recordings, "recording")
                + (clips == recordings ? "" : " in " + Units.count(clips, "clip")) + ", "
                + Units.duration(divided.seconds()) + " of sound";
    }

    /** Estimates the size of the cache from the lengths of the clips. */
    private static long expectedBytes(EncoderSpec spec, ClipDivision division, CacheKey key) {
        int n = division.clips().size();
        long rows = 0;
        int known = 0;
        for (AudioClip clip : division.clips()) {
            double seconds = division.seconds(clip);
            if (seconds > 0) { // others are reported during embedding
                rows += spec.rows((long) spec.samples(seconds));
                known++;
            }
        }
        int each = known == 0 ? spec.time() : (int) Math.min(Integer.MAX_VALUE, Math.max(1, rows / known));
        return TokenCache.estimate(n, each, spec.freq(), spec.dim(), spec.hasCls(), key.layers(), key.dtype());
    }

    private void report(Embedding.Outcome outcome, OtherFiles others, List<String> repaired, int total)
            throws IOException {
        List<Embedding.Skipped> skipped = outcome.skipped();
        Result result = new Result(
                out.toString(),
                total,
                outcome.embedded(),
                outcome.present(),
                skipped.size(),
                skipped,
                others,
                repaired);
        print(result, o -> {
            o.println(out + ": " + Units.count(total, "clip") + " (" + outcome.embedded() + " embedded now, "
                    + outcome.present() + " already there), " + skipped.size() + " skipped");
            repaired.forEach(damage -> o.println("  repaired " + damage));
            skipped.forEach(one -> o.println("  skipped " + one.clip() + ": " + one.reason()));
        });
    }
}
