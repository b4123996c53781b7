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
import org.unmute.cli.embed.CachePlan;
import org.unmute.cli.embed.EmbedReport;
import org.unmute.cli.embed.LabelledClips;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.DivisionOptions;
import org.unmute.cli.option.WarmStart;
import org.unmute.data.ClipDivision;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.DiskSpace;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.OutputOwner;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.options.EncoderOptions;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.options.TokenOptions;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.AudioReader;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.Damage;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.TokenCacheWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Embeds recordings as token maps in a cache on disk. */
@MainOptions("--audio --encoder --out --clip --split --dataset --root --resample"
        + " --channels --dtype --strict --dry-run --device --threads")
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

    @OutputPath(OutputPath.Kind.FOLDER)
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

    @Override
    public Integer call() throws IOException {
        StartPhases.end(Phase.OPTIONS);
        begin();
        record.seed(common.seed());
        openBackend();
        OpenEncoder loaded = opened(encoder);
        StartPhases.end(Phase.ENCODER);
        EncoderSpec model = loaded.encoder().describe();
        CacheKey key =
                loaded.key(audio.resampling(), tokens.type().dtype()).withLayers(tokens.layers() ? model.depth() : 0);
        AudioOptions.Chosen chosen = audio.choose(record, remarks());
        ClipDivision divided = division.divide(audio, chosen, model.speed(), this::tell, record);
        CachePlan plan = CachePlan.of(
                out, loaded, key, tokens.type(), chosen.clips().clips().size(), divided);
        DiskSpace disk = plan.announce(this::tell);
        if (dryRun) {
            print(plan.document(), plan::print);
            return status;
        }
        if (!yes) {
            plan.requireRoom(disk);
        }
        embed(loaded, key, chosen, divided);
        return status;
    }

    private void embed(OpenEncoder loaded, CacheKey key, AudioOptions.Chosen chosen, ClipDivision divided)
            throws IOException {
        List<AudioClip> clips = divided.clips();
        if (!CacheOrigin.hasShards(out)) {
            OutputOwner.requireFolder(out, line());
        }
        Files.createDirectories(out);
        try (OutputFolder output = OutputFolder.of(out, line());
                TokenCacheWriter writer = TokenCacheWriter.open(out, key, CacheOptions.DEFAULT);
                ClipProgress progress = progress(
                                "embedding", clips, loaded.encoder().describe())
                        .resumable()) {
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
            loaded.note(record, audio.resampling())
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
                LabelledClips.write(out, chosen.labels(), this::tell);
            }
            output.finish(CacheOrigin::isShard);
            EmbedReport report = new EmbedReport(out, outcome, chosen.clips().others(), repaired, writer.clips());
            print(report.document(), report::print);
            if (outcome.embedded() + outcome.present() == 0) {
                throw CommandException.noneUsable(clips.size());
            }
        } catch (Embedding.UnusableClipException e) {
            throw CommandException.input(e.getMessage(), e);
        }
    }
}
