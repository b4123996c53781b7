package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
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

    /** A command line in which FILE is the file, FOLDER its folder, ROOT the fourth one above it, and OUT a new one. */
    private static Kind kind(Path original, Path files, String line, Object... values) {
        return new Kind(original, files, (file, out) -> {
            Object[] words = Ran.line(line, values);
            Arrays.setAll(words, i -> switch (words[i].toString()) {
                case "FILE" -> file;
                case "FOLDER" -> file.getParent();
                case "ROOT" -> file.getParent().getParent().getParent().getParent();
                default -> words[i].toString().replaceFirst("^OUT", Matcher.quoteReplacement(out.toString()));
            });
            return Ran.unmute(words);
        });
    }

    Map<String, Kind> kinds() {
        Map<String, Kind> all = new LinkedHashMap<>();
        Path clip = commands.clip;
        Path encoder = commands.encoder;
        Path probe = commands.trained.resolve("probe-seed0.safetensors");
        Path checkpoint = commands.trained.resolve("checkpoint-seed0.safetensors");
        String explain = "explain -q --probe FILE --encoder {} --audio {} --out OUT";
        all.put("encoder", kind(encoder, null, "features -q --encoder FILE --audio {} --out OUT/one.npy", clip));
        all.put(
                "checkpoint to convert",
                kind(
                        encoder.resolveSibling("checkpoint.safetensors"),
                        null,
                        "convert -q FILE OUT/converted.safetensors"));
        all.put("probe of tag", new Kind(probe, null, (f, out) -> tag(f, clip)));
        all.put("probe of detect", new Kind(probe, null, this::detect));
        all.put("probe of explain", kind(probe, null, explain, encoder, clip));
        all.put(
                "probe of eval",
                kind(
                        probe,
                        commands.trained,
                        "eval -q --probe FOLDER --cache {} --labels {}",
                        commands.cache,
                        commands.manifest));
        all.put("probe of pack", kind(probe, null, "pack -q --probe FILE --out OUT/packed.safetensors"));
        all.put("packed probe of tag", new Kind(packed, null, (f, out) -> tag(f, clip)));
        all.put("packed probe of detect", new Kind(packed, null, this::detect));
        all.put("packed probe of explain", kind(packed, null, explain, encoder, clip));
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
        Path record = commands.trained.resolve("run.json");
        all.put(
                "record of a probe",
                kind(record, commands.trained, "explain -q --probe FOLDER --audio {} --out OUT", clip));
        all.put("scores", kind(scores, null, "eval -q --scores FILE --labels {}", commands.manifest));
        all.put(
                "events.parquet",
                kind(
                        events.resolve("events.parquet"),
                        null,
                        "eval -q --detections FILE --events {} --audio {}",
                        events.resolve("events.csv"),
                        commands.recordings.resolve("test")));
        all.put(
                "annotations",
                kind(
                        encoder.resolveSibling("annotations.csv"),
                        null,
                        "labels -q FILE --audio {} --clip 1 --out OUT/clips.csv",
                        commands.recordings));
        all.put(
                "reference",
                kind(commands.reference, null, "verify -q --encoder {} --reference FILE --audio {}", encoder, clip));
        Path grid = encoder.resolveSibling("grid.toml");
        all.put("grid", kind(grid, null, "benchmark -q FILE --only tiny/many --dry-run --out OUT"));
        Path benchmark = encoder.resolveSibling("benchmark");
        all.put("grid.json", kind(benchmark.resolve("grid.json"), benchmark, "report -q FOLDER --out OUT"));
        Path cell = benchmark.resolve("tiny/many/linear-mean/cell.json");
        all.put("cell.json", kind(cell, benchmark, "report -q ROOT --out OUT"));
        return all;
    }

    Ran tag(Path probe, Path clip) {
        return Ran.unmute("tag", "-q", "--probe", probe, "--encoder", commands.encoder, "--audio", clip);
    }
}
