package org.unmute.cli.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.audio.playback.Speed;
import org.unmute.cli.console.CommandException;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.report.clip.ExplainedProbe;
import org.unmute.report.clip.Explainer;
import org.unmute.tensor.DType;

/**
 * A trained probe on disk with the record of its run.
 *
 * @param folder its folder
 * @param probe its file
 * @param results the results in the folder's run.json; a missing node if there is none
 */
public record SavedProbe(Path folder, Path probe, JsonNode results) {
    private static final String SUFFIX = ".safetensors";

    /**
     * Finds the probe.
     *
     * @param run folder that 'unmute probe' wrote, a cell or a seed's folder of a benchmark, or the probe's file
     * @param seed the seed; null for the first
     * @throws CommandException if there is none
     */
    public static SavedProbe find(Path run, Long seed) throws IOException {
        if (Files.isRegularFile(run)) {
            Path folder = run.toAbsolutePath().getParent();
            return new SavedProbe(folder, run, RunRecord.results(folder));
        }
        if (!Files.isDirectory(run)) {
            throw CommandException.input("no such run: " + run);
        }
        Path folder = run;
        if (Files.isRegularFile(run.resolve("cell.json"))) {
            folder = seedFolder(run, seed);
        }
        return new SavedProbe(folder, probeFile(folder, seed), RunRecord.results(folder));
    }

    /** The record of a token cache, which names its encoder. */
    public static SavedProbe ofCache(Path cache) throws IOException {
        return new SavedProbe(cache, null, RunRecord.results(cache));
    }

    private static Path seedFolder(Path cell, Long seed) throws IOException {
        List<Path> seeds = sorted(cell, "seed-\\d+");
        if (seeds.isEmpty()) {
            throw CommandException.input("cell " + cell + " has no folder seed-0, seed-1, ... with a trained probe");
        }
        return chosen(seeds, "seed-" + seed, seed, "cell " + cell);
    }

    private static Path probeFile(Path folder, Long seed) throws IOException {
        Path one = folder.resolve("probe" + SUFFIX);
        if (Files.isRegularFile(one)) {
            return one;
        }
        List<Path> seeds = sorted(folder, "probe-seed-?\\d+\\.safetensors");
        if (seeds.isEmpty()) {
            throw CommandException.input(
                    "folder " + folder + " holds no trained probe: give the folder that 'unmute probe' wrote, or "
                            + "the folder of a seed in a benchmark, with probe.safetensors in it");
        }
        return chosen(seeds, "probe-seed" + seed + SUFFIX, seed, "folder " + folder);
    }

    /** The file with this name, or the first if no seed is given. */
    private static Path chosen(List<Path> files, String name, Long seed, String where) {
        List<String> names = files.stream().map(f -> f.getFileName().toString()).toList();
        int at = seed == null ? 0 : names.indexOf(name);
        if (at < 0) {
            throw CommandException.input(where + " has no seed " + seed + ": there are " + names);
        }
        return files.get(at);
    }

    private static List<Path> sorted(Path folder, String pattern) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches(pattern))
                    .sorted(Comparator.comparing(
                                    (Path f) -> f.getFileName().toString().length())
                            .thenComparing(f -> f))
                    .toList();
        }
    }

    /**
     * Opens the encoder named in the run's record, or in the record of its token cache.
     *
     * @param digests hashes its file
     * @throws CommandException if none is recorded, or its file is missing
     */
    public OpenEncoder openEncoder(KnownDigests digests) throws IOException {
        if (results.isMissingNode()) {
            throw CommandException.input("folder " + folder + " has no " + RunRecord.FILE
                    + ", which tells the encoder: name it with --encoder FILE " + "(or --encoder embedded)");
        }
        JsonNode from = results.has("encoder") ? results : ofCache();
        String typed = from.path("encoder").asText("");
        if (typed.isEmpty()) {
            throw CommandException.input(folder.resolve(RunRecord.FILE)
                    + " does not tell the encoder: name it with --encoder FILE (or --encoder " + "embedded)");
        }
        JsonNode options = from.path("encoderOptions");
        String file = typed;
        if (!typed.equals(OpenEncoder.EMBEDDED) && !Files.isRegularFile(Path.of(typed))) {
            file = options.path("encoder").asText(typed);
            if (!Files.isRegularFile(Path.of(file))) {
                throw CommandException.input(
                        "the encoder on record is not there: " + file + ": name it with --encoder FILE");
            }
        }
        return OpenEncoder.open(
                file, OpenEncoder.recorded(options), options.path("norm").asText(null), digests);
    }

    /** The speed of recordings; empty if there is no record of the encoder. */
    public Optional<Speed> speed() throws IOException {
        JsonNode from = results.has("encoder") ? results : ofCache();
        return from.has("encoder")
                ? Optional.of(OpenEncoder.recorded(from.path("encoderOptions")).speed())
                : Optional.empty();
    }

    private JsonNode ofCache() throws IOException {
        String cache = results.path("cacheFolder").asText("");
        return cache.isEmpty() ? MissingNode.getInstance() : RunRecord.results(Path.of(cache));
    }

    /** The recorded resampling filter; torchaudio's if none is recorded. */
    public Resampling resampling() throws IOException {
        JsonNode from = results.has("resampling") ? results : ofCache();
        return Resampling.valueOf(from.path("resampling").asText("hann"));
    }

    /**
     * An explainer of this probe on an encoder's tokens.
     *
     * @throws CommandException if it was trained on other tokens
     */
    public Explainer explainer(OpenEncoder encoder, Resampling resampling) throws IOException {
        ExplainedProbe scorer = ExplainedProbe.open(probe);
        try {
            scorer.requireTokensOf(encoder.key(resampling.name(), DType.F32));
        } catch (IllegalArgumentException e) {
            throw CommandException.input(e.getMessage(), e);
        }
        return new Explainer(encoder.encoder(), scorer, resampling.kernel());
    }
}
