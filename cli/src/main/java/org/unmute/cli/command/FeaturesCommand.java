package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.audio.FeatureFile;
import org.unmute.cli.audio.PooledVectors;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.DivisionOptions;
import org.unmute.data.ClipDivision;
import org.unmute.data.OtherFiles;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.TemporaryFile;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.options.EncoderOptions;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipPass;
import org.unmute.probes.cache.ClipSound;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes an encoder's features of recordings to files for other programs. */
@Command(
        name = "features",
        description = {
            "Writes an encoder's tokens of recordings to safetensors or npy files for other programs; or with --pool a"
                    + " vector of each recording to one npy, safetensors, CSV or Parquet file.",
            "A safetensors file holds token_map [time, freq, dim], cls [dim] where the encoder has a class token, for"
                    + " each layer asked for layer.N [time, freq, dim] and layer.N.cls, and attention [heads, time,"
                    + " freq] of the class token in the last block; its metadata name encoder, front end and recording."
                    + " An npy file holds the token map alone.",
            "With --pool, the file holds pooled [clips, dim]: as a tensor, as the columns file, pooled0, pooled1, …,"
                    + " or as the Parquet columns file and pooled, a list. FILE.run.json lists the clips in their"
                    + " order."
        },
        footer = {
            "",
            "Examples:",
            "  unmute features --encoder eat.safetensors --audio bird.wav --out bird.safetensors --layers all"
                    + " --attention",
            "  unmute features --encoder eat.safetensors --audio recordings/ --out features/",
            "  unmute features --encoder eat.safetensors --audio recordings/ --pool mean --out vectors.parquet"
        })
final class FeaturesCommand extends ComputingCommand {
    private static final String SAFETENSORS = ".safetensors";
    private static final String NPY = ".npy";
    /** Max clips that are read together. */
    private static final int CHUNK = 8;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private AudioOptions audio;

    @Mixin
    private DivisionOptions division;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            required = true,
            description = "A file that ends in " + SAFETENSORS + " or " + NPY
                    + ", for one recording; or a folder, for a safetensors file of each. With --pool a file that ends"
                    + " in "
                    + NPY + ", " + SAFETENSORS + ", .csv or .parquet.")
    private Path out;

    @Option(
            names = "--pool",
            paramLabel = "HOW",
            description = "One vector of each recording, or of each clip of a long one, in one file:"
                    + " ${COMPLETION-CANDIDATES} of its tokens (cls: the class token).")
    private TokenPooling pool;

    @Option(
            names = "--layers",
            paramLabel = "LIST",
            description = "Also the tokens after these blocks, counted from 0: all, or 0,5,11.")
    private String layers;

    @Option(names = "--attention", description = "Also the attention of the class token in the last block.")
    private boolean attention;

    /** Folders of features that are there. */
    private final Set<Path> folders = new HashSet<>();

    private final PooledVectors pooled = new PooledVectors();
    private final List<Written> written = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    private record Written(String recording, String file, List<Integer> tokens) {}

    private record Result(List<Written> files, List<String> skipped, OtherFiles otherFiles) {}

    private record PooledResult(
            String file,
            String pool,
            int vectors,
            int dim,
            List<String> clips,
            List<String> skipped,
            OtherFiles otherFiles) {}

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        openBackend();
        AudioOptions.Chosen chosen = audio.choose(record, remarks());
        ClipDivision divided = division.divide(audio, chosen, encoder.settings().speed(), this::tell, record);
        List<AudioClip> clips = divided.clips();
        boolean one = isOne();
        if (pool == null && one && clips.size() > 1) {
            throw CommandException.usage("--out " + out + " is one file, but "
                    + (divided.divided().isEmpty()
                            ? clips.size() + " recordings were named: give a folder"
                            : "there are " + clips.size()
                                    + " clips: give a folder, or '--clip whole' to divide no recording")
                    + ", or --pool for one vector of each");
        }
        requirePoolable();
        if (pool == null && ends(NPY) && (layers != null || attention)) {
            throw CommandException.usage(
                    "an npy file holds one array, the token map: for --layers and --attention let --out end in "
                            + SAFETENSORS);
        }
        OpenEncoder loaded = opened(encoder);
        Features.Request wanted = wanted(loaded.encoder().describe());
        if (pool == TokenPooling.CLS && !loaded.encoder().describe().hasCls()) {
            throw CommandException.usage(
                    "--pool cls: " + loaded.encoder().describe().name() + " has no class token: give mean or max");
        }
        try (OutputFolder output = one ? claimFile(out) : claim(out)) {
            FeatureFile files = new FeatureFile(loaded, audio.resampling(), wanted);
            write(loaded, wanted, files, divided);
            if (written.isEmpty() && pooled.clips().isEmpty()) {
                throw CommandException.input("none of the " + clips.size() + " recordings could be used");
            }
            warnings.end(record);
            loaded.note(record, audio.resampling()).result("skipped", skipped);
            if (pool == null) {
                record.result("files", written.stream().map(Written::file).toList());
            } else {
                pooled.write(out, PooledVectors.FileKind.of(out), files.about(how()));
                record.result("pool", how())
                        .result("vectors", List.of(pooled.clips().size(), pooled.dim()))
                        .result("clips", pooled.clips());
            }
            record.writeTo(one ? recordBeside(out) : out.resolve(RunRecord.FILE));
            output.finish();
        }
        if (pool != null) {
            printPooled(chosen.clips().others());
            return status;
        }
        print(new Result(written, skipped, chosen.clips().others()), o -> {
            for (Written w : written) {
                List<Integer> tokens = w.tokens();
                o.println(w.file() + ": " + tokens.get(0) + " x " + tokens.get(1) + " tokens of " + tokens.get(2)
                        + " (time x freq)");
            }
            skipped.forEach(s -> o.println("  skipped " + s));
        });
        return status;
    }

    private String how() {
        return pool.name().toLowerCase(Locale.ROOT);
    }

    private void printPooled(OtherFiles others) throws IOException {
        List<String> clips = pooled.clips();
        print(new PooledResult(out.toString(), how(), clips.size(), pooled.dim(), clips, skipped, others), o -> {
            o.println(out + ": " + Units.count(clips.size(), "vector") + " of " + pooled.dim() + ", "
                    + (pool == TokenPooling.CLS ? "the class token" : "the " + how() + " of the tokens"));
            skipped.forEach(s -> o.println("  skipped " + s));
        });
    }

    private void requirePoolable() {
        if (pool == null) {
            return;
        }
        if (layers != null || attention) {
            throw CommandException.usage("--pool gives one vector of each clip, without --layers and --attention");
        }
        if (PooledVectors.FileKind.of(out) == null) {
            throw CommandException.usage("--out " + out + ": with --pool it is one file, whose name ends in "
                    + Stream.of(PooledVectors.FileKind.values())
                            .map(PooledVectors.FileKind::ending)
                            .collect(Collectors.joining(", ")));
        }
    }

    private void write(OpenEncoder loaded, Features.Request wanted, FeatureFile files, ClipDivision divided)
            throws IOException {
        boolean one = isOne();
        try (ClipProgress progress = progress(
                        "writing features", divided.clips(), loaded.encoder().describe());
                ClipPass pass = audio.pass("features", divided, loaded.encoder().describe(), CHUNK)) {
            while (pass.hasNext()) {
                for (ClipSound sound : pass.next()) {
                    AudioClip clip = sound.clip();
                    progress.read(sound);
                    if (sound.failure() == null && pool != null) {
                        TokenMap map = loaded.encoder()
                                .features(sound.samples(), wanted)
                                .tokens();
                        pooled.add(clip.id(), pool.apply(map));
                        progress.done(clip);
                    } else if (sound.failure() == null) {
                        Path file = one ? out : place(clip);
                        TokenMap map = files.write(sound, file);
                        List<Integer> tokens = List.of(map.time(), map.freq(), map.dim());
                        written.add(new Written(clip.id(), file.toString(), tokens));
                        progress.done(clip);
                    } else {
                        String reason =
                                clip.id() + ": " + Failure.of(sound.failure()).message();
                        if (audio.strict() || one && pool == null) {
                            throw CommandException.input(reason, sound.failure());
                        }
                        skipped.add(reason);
                        progress.leftOut(clip, reason);
                    }
                }
            }
        }
    }

    /** The file of a clip. Its folder is created if needed, and cleared of what a killed run had not finished. */
    private Path place(AudioClip clip) throws IOException {
        Path file = out.resolve(clip.id() + SAFETENSORS);
        if (folders.add(file.getParent())) {
            Files.createDirectories(file.getParent());
            TemporaryFile.sweep(file.getParent(), Duration.ZERO);
        }
        return file;
    }

    /** Whether one file is written. */
    private boolean isOne() {
        return pool != null || ends(NPY) || ends(SAFETENSORS);
    }

    private boolean ends(String extension) {
        return out.getFileName() != null && out.getFileName().toString().endsWith(extension);
    }

    private Features.Request wanted(EncoderSpec model) {
        if (attention && !model.hasCls()) {
            throw CommandException.usage(
                    "--attention: " + model.name() + " has no class token whose attention could be written");
        }
        if (layers == null) {
            return new Features.Request(List.of(), attention);
        }
        if (layers.equals("all")) {
            return Features.Request.allLayers(model.depth(), attention);
        }
        List<Integer> list = new ArrayList<>();
        for (String one : layers.split(",", -1)) {
            int layer = one.strip().matches("\\d{1,4}") ? Integer.parseInt(one.strip()) : -1;
            if (layer < 0 || layer >= model.depth() || list.contains(layer)) {
                throw CommandException.usage("--layers is 'all' or different numbers from 0 to " + (model.depth() - 1)
                        + " with commas between them, not '" + layers + "'");
            }
            list.add(layer);
        }
        return new Features.Request(list, attention);
    }
}
