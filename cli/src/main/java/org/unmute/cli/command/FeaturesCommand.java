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
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.console.Failure;
import org.unmute.cli.console.Progress;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.CommonOptions;
import org.unmute.cli.option.ComputeOptions;
import org.unmute.cli.option.EncoderOptions;
import org.unmute.codecs.AudioFiles;
import org.unmute.experiments.provenance.BuildInfo;
import org.unmute.experiments.provenance.RunRecord;
import org.unmute.models.audio.ClipTooShortException;
import org.unmute.models.audio.Recording;
import org.unmute.models.audio.UnreadableAudioException;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.AudioClip;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.Sha256;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes an encoder's features of recordings to files for other programs. */
@Command(
        name = "features",
        sortOptions = false,
        description = {
            "Writes an encoder's tokens of recordings to safetensors or npy files for other programs.",
            "A safetensors file holds token_map [time, freq, dim], cls [dim] where the encoder has a class token, for"
                    + " each layer asked for layer.N [time, freq, dim] and layer.N.cls, and attention [heads, time,"
                    + " freq] of the class token in the last block; its metadata name encoder, front end and recording."
                    + " An npy file holds the token map alone."
        },
        footer = {
            "",
            "Examples:",
            "  unmute features --encoder eat.safetensors --audio bird.wav --out bird.safetensors --layers all"
                    + " --attention",
            "  unmute features --encoder eat.safetensors --audio recordings/ --out features/"
        })
public final class FeaturesCommand implements Callable<Integer> {
    private static final String SAFETENSORS = ".safetensors";
    private static final String NPY = ".npy";

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private AudioOptions audio;

    @Mixin
    private ComputeOptions compute;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            required = true,
            description = "A file that ends in " + SAFETENSORS + " or " + NPY
                    + ", for one recording; or a folder, for a safetensors file of each.")
    private Path out;

    @Option(
            names = "--layers",
            paramLabel = "LIST",
            description = "Also the tokens after these blocks, counted from 0: all, or 0,5,11.")
    private String layers;

    @Option(names = "--attention", description = "Also the attention of the class token in the last block.")
    private boolean attention;

    @Spec
    private CommandSpec spec;

    private record Written(String recording, Path file, TokenMap tokens) {}

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        RunRecord record = new RunRecord(Commands.line(spec)).seed(common.seed());
        Commands.chooseBackend(compute, common, record, err);
        List<AudioClip> clips =
                audio.choose(record, common.quiet() ? null : err).clips().clips();
        boolean one = ends(NPY) || ends(SAFETENSORS);
        if (one && clips.size() > 1) {
            throw CommandException.usage(
                    "--out " + out + " is one file, but " + clips.size() + " recordings were named: give a folder");
        }
        if (ends(NPY) && (layers != null || attention)) {
            throw CommandException.usage(
                    "an npy file holds one array, the token map: for --layers and --attention let --out end in "
                            + SAFETENSORS);
        }
        EncoderOptions.Loaded loaded = WarmStart.awaitedBy(encoder.open(), spec);
        Features.Request wanted = wanted(loaded.encoder().describe());
        List<Written> written = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        try (Progress progress = Progress.start(err, "writing features", "clips", clips.size(), common.quiet())) {
            for (AudioClip clip : clips) {
                try {
                    Path file = one ? out : out.resolve(clip.id() + SAFETENSORS);
                    written.add(new Written(clip.id(), file, write(loaded, clip, wanted, file)));
                } catch (ClipTooShortException | UnreadableAudioException e) {
                    String reason = clip.id() + ": " + Failure.of(e).message();
                    if (audio.strict() || one) {
                        throw CommandException.input(reason, e);
                    }
                    skipped.add(reason);
                    progress.remark("skipped " + reason);
                }
                progress.advance(1);
            }
        }
        if (written.isEmpty()) {
            throw CommandException.input("none of the " + clips.size() + " recordings could be used");
        }
        loaded.note(record, resampling())
                .result("files", written.stream().map(w -> w.file().toString()).toList())
                .result("skipped", skipped);
        record.writeTo(one ? out.resolveSibling(out.getFileName() + ".run.json") : out.resolve("run.json"));
        report(written, skipped);
        return ExitCode.OK;
    }

    private boolean ends(String extension) {
        return out.getFileName() != null && out.getFileName().toString().endsWith(extension);
    }

    private String resampling() {
        return audio.kernel().name().toLowerCase(Locale.ROOT);
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
            return new Features.Request(
                    IntStream.range(0, model.depth()).boxed().toList(), attention);
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

    private TokenMap write(EncoderOptions.Loaded loaded, AudioClip clip, Features.Request wanted, Path file)
            throws IOException {
        EncoderSpec model = loaded.encoder().describe();
        Recording recording = clip.cut(AudioFiles.read(clip.path()));
        float[] samples =
                recording.resampled(model.sampleRate(), audio.kernel()).samples();
        if (samples.length < model.frameSamples()) {
            throw new ClipTooShortException("features", samples.length, model.frameSamples(), model.sampleRate());
        }
        Features features = loaded.encoder().features(samples, wanted);
        TokenMap map = features.tokens();
        Files.createDirectories(file.toAbsolutePath().getParent());
        if (file.getFileName().toString().endsWith(NPY)) {
            Npy.write(file, shape(map), map.tokens());
            return map;
        }
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("encoder", model.name() + ": " + model.description())
                .metadata("encoder_sha256", loaded.hash())
                .metadata("front_end", loaded.key(resampling(), DType.F32).frontEnd())
                .metadata("recording", clip.id())
                .metadata("recording_sha256", Sha256.of(clip.path()))
                .metadata("seconds", Double.toString(recording.seconds()))
                .metadata("unmute_version", BuildInfo.read().version());
        add(writer, "token_map", "cls", map);
        for (int i = 0; i < wanted.layers().size(); i++) {
            String name = "layer." + wanted.layers().get(i);
            add(writer, name, name + ".cls", features.layers().get(i));
        }
        if (features.attention() != null) {
            int heads = features.attention().length / map.count();
            writer.add("attention", Shape.of(heads, map.time(), map.freq()), features.attention());
        }
        writer.write(file);
        return map;
    }

    private static void add(SafetensorsWriter writer, String name, String cls, TokenMap map) {
        writer.add(name, shape(map), map.tokens());
        if (map.cls() != null) {
            writer.add(cls, Shape.of(map.dim()), map.cls());
        }
    }

    private static Shape shape(TokenMap map) {
        return Shape.of(map.time(), map.freq(), map.dim());
    }

    private void report(List<Written> written, List<String> skipped) {
        PrintWriter o = spec.commandLine().getOut();
        if (common.json()) {
            List<Map<String, Object>> files = new ArrayList<>();
            for (Written w : written) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("recording", w.recording());
                one.put("file", w.file().toString());
                one.put(
                        "tokens",
                        List.of(w.tokens().time(), w.tokens().freq(), w.tokens().dim()));
                files.add(one);
            }
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("files", files);
            all.put("skipped", skipped);
            Commands.printJson(o, all);
            return;
        }
        for (Written w : written) {
            o.println(w.file() + ": " + w.tokens().time() + " x " + w.tokens().freq() + " tokens of "
                    + w.tokens().dim() + " (time x freq)");
        }
        skipped.forEach(s -> o.println("  skipped " + s));
        o.flush();
    }
}
