package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.cli.console.ExitCode;

/** Files of every kind that commands read, with commands that read them. */
final class DamagedInputs {
    final WritingCommands commands;
    private final Path packed;
    private final Path scores;
    private final Path events;

    /** Creates intact files in a folder. */
    DamagedInputs(Path folder) throws IOException {
        commands = new WritingCommands(Files.createDirectories(folder.resolve("inputs")));
        Path made = Files.createDirectories(folder.resolve("made"));
        commands.of("pack").run(made).endsWith(ExitCode.OK);
        commands.of("tag").run(made).endsWith(ExitCode.OK);
        packed = made.resolve("packed.safetensors");
        scores = made.resolve("scores.csv");
        events = made.resolve("events");
        detect(events).endsWith(ExitCode.OK);
    }

    Ran detect(Path out) {
        return detect(commands.trained, out);
    }

    Ran detect(Path probe, Path out) {
        return Ran.unmute(
                "detect -q --probe {} --encoder {} --audio {} --threshold 0.4 --format csv,parquet --out {}",
                probe,
                commands.encoder,
                commands.recordings.resolve("test"),
                out);
    }

    Ran train(Path cache, Path labels, Path out) {
        return Ran.unmute("probe -q --probe protobin --epochs 3 --cache {} --labels {} --out {}", cache, labels, out);
    }

    /** A command that reads a file. */
    interface Reader {
        Ran read(Path file, Path out) throws IOException;
    }

    /**
     * A kind of file.
     *
     * @param original an intact file
     * @param files    the folder of files that the original belongs to, or null
     * @param reader   a command that reads the file
     */
    record Kind(Path original, Path files, Reader reader) {}

    Map<String, Kind> kinds() {
        Map<String, Kind> all = new LinkedHashMap<>();
        Path clip = commands.clip;
        Path probe = commands.trained.resolve("probe-seed0.safetensors");
        Path checkpoint = commands.trained.resolve("checkpoint-seed0.safetensors");
        all.put(
                "encoder",
                new Kind(
                        commands.encoder,
                        null,
                        (f, out) -> Ran.unmute(
                                "features", "-q", "--encoder", f, "--audio", clip, "--out", out.resolve("one.npy"))));
        all.put(
                "checkpoint to convert",
                new Kind(
                        commands.encoder.resolveSibling("checkpoint.safetensors"),
                        null,
                        (f, out) -> Ran.unmute("convert", "-q", f, out.resolve("converted.safetensors"))));
        all.put("probe of tag", new Kind(probe, null, (f, out) -> tag(f, clip)));
        all.put("probe of detect", new Kind(probe, null, this::detect));
        all.put(
                "probe of explain",
                new Kind(
                        probe,
                        null,
                        (f, out) -> Ran.unmute(
                                "explain -q --probe {} --encoder {} --audio {} --out {}",
                                f,
                                commands.encoder,
                                clip,
                                out)));
        all.put(
                "probe of eval",
                new Kind(
                        probe,
                        commands.trained,
                        (f, out) -> Ran.unmute(
                                "eval -q --probe {} --cache {} --labels {}",
                                f.getParent(),
                                commands.cache,
                                commands.manifest)));
        all.put(
                "probe of pack",
                new Kind(
                        probe,
                        null,
                        (f, out) ->
                                Ran.unmute("pack", "-q", "--probe", f, "--out", out.resolve("packed.safetensors"))));
        all.put("packed probe of tag", new Kind(packed, null, (f, out) -> tag(f, clip)));
        all.put("packed probe of detect", new Kind(packed, null, this::detect));
        all.put(
                "packed probe of explain",
                new Kind(
                        packed,
                        null,
                        (f, out) -> Ran.unmute(
                                "explain -q --probe {} --encoder {} --audio {} --out {}",
                                f,
                                commands.encoder,
                                clip,
                                out)));
        all.put(
                "checkpoint of a training",
                new Kind(
                        checkpoint,
                        commands.trained,
                        (f, out) -> train(commands.cache, commands.manifest, f.getParent())));
        all.put(
                "shard",
                new Kind(
                        commands.cache.resolve("shard-00000.tok"),
                        commands.cache,
                        (f, out) -> train(f.getParent(), commands.manifest, out)));
        all.put("labels", new Kind(commands.manifest, null, (f, out) -> train(commands.cache, f, out)));
        all.put(
                "settings of detect",
                new Kind(
                        events.resolve(".detect/settings.json"),
                        events,
                        (f, out) -> detect(f.getParent().getParent())));
        all.put(
                "record of a probe",
                new Kind(
                        commands.trained.resolve("run.json"),
                        commands.trained,
                        (f, out) ->
                                Ran.unmute("explain", "-q", "--probe", f.getParent(), "--audio", clip, "--out", out)));
        all.put(
                "scores",
                new Kind(
                        scores,
                        null,
                        (f, out) -> Ran.unmute("eval", "-q", "--scores", f, "--labels", commands.manifest)));
        all.put(
                "events.parquet",
                new Kind(
                        events.resolve("events.parquet"),
                        null,
                        (f, out) -> Ran.unmute(
                                "eval -q --detections {} --events {} --audio {}",
                                f,
                                events.resolve("events.csv"),
                                commands.recordings.resolve("test"))));
        all.put(
                "annotations",
                new Kind(
                        commands.encoder.resolveSibling("annotations.csv"),
                        null,
                        (f, out) -> Ran.unmute(
                                "labels -q {} --audio {} --clip 1 --out {}",
                                f,
                                commands.recordings,
                                out.resolve("clips.csv"))));
        all.put(
                "reference",
                new Kind(
                        commands.reference,
                        null,
                        (f, out) -> Ran.unmute(
                                "verify", "-q", "--encoder", commands.encoder, "--reference", f, "--audio", clip)));
        all.put(
                "grid",
                new Kind(
                        commands.encoder.resolveSibling("grid.toml"),
                        null,
                        (f, out) ->
                                Ran.unmute("benchmark", "-q", f, "--only", "tiny/many", "--dry-run", "--out", out)));
        Path benchmark = commands.encoder.resolveSibling("benchmark");
        all.put(
                "grid.json",
                new Kind(
                        benchmark.resolve("grid.json"),
                        benchmark,
                        (f, out) -> Ran.unmute("report", "-q", f.getParent(), "--out", out)));
        Path cell = benchmark.resolve("tiny/many/linear-mean/cell.json");
        all.put(
                "cell.json",
                new Kind(cell, benchmark, (f, out) -> Ran.unmute("report", "-q", benchmark(f), "--out", out)));
        return all;
    }

    private static Path benchmark(Path cell) {
        return cell.getParent().getParent().getParent().getParent();
    }

    Ran tag(Path probe, Path clip) {
        return Ran.unmute("tag", "-q", "--probe", probe, "--encoder", commands.encoder, "--audio", clip);
    }
}
