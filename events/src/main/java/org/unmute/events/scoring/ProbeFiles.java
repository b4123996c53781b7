package org.unmute.events.scoring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.unmute.data.Manifest;
import org.unmute.files.Diagnosis;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;
import org.unmute.files.SettingsException;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;

/** Finds and reads the trained probes of a run. */
public final class ProbeFiles {
    private static final String NAMES = "probe(-.*)?\\.safetensors";

    private ProbeFiles() {}

    /**
     * The trained probes in the folder of a run, except packed ones, sorted by name.
     *
     * @throws InputException if there is none, or a file cannot be read
     */
    public static List<Path> in(Path run) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(run)) {
            files = all.filter(f -> f.getFileName().toString().matches(NAMES) && !isPacked(f))
                    .sorted()
                    .toList();
        }
        if (files.isEmpty()) {
            throw new InputException(
                    run + " holds no trained probe (probe-*.safetensors): train one with 'unmute probe'");
        }
        return files;
    }

    /**
     * Returns the file itself, or all probes in the folder of a run.
     *
     * @throws InputException if the path is neither
     */
    public static List<Path> all(Path named) throws IOException {
        if (Files.isRegularFile(named)) {
            return List.of(named);
        }
        requireFolder(named);
        return in(named);
    }

    private static void requireFolder(Path named) {
        if (!Files.isDirectory(named)) {
            throw new InputException("no such probe: " + named
                    + ": name a folder that 'unmute probe' wrote, or a file in it; 'unmute demo'"
                    + " leaves probes to try");
        }
    }

    /**
     * Returns the file itself, or the only probe in a folder: of a run, or of a cell or a seed of a benchmark.
     *
     * @throws InputException if the path is neither
     * @throws SettingsException if the folder holds several
     */
    public static Path one(Path named) throws IOException {
        if (Files.isRegularFile(named)) {
            return named;
        }
        requireFolder(named);
        List<Path> seeds = ofSeeds(named);
        List<Path> files = seeds.isEmpty() ? in(named) : seeds;
        return Path.of(one(named.toString(), files.stream().map(Path::toString).toList()));
    }

    /**
     * Returns the only probe of a folder.
     *
     * @param folder its name
     * @param files the probes that it holds
     * @throws SettingsException if there are several, which the message names
     */
    public static String one(String folder, List<String> files) {
        if (files.size() > 1) {
            throw new SettingsException(folder + " holds " + files.size()
                    + " probes, of several seeds: name one of them: " + String.join(", ", files));
        }
        return files.getFirst();
    }

    /** The probes of a cell of a benchmark, which has a folder for each seed; empty if the folder is none. */
    private static List<Path> ofSeeds(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> f.getFileName().toString().matches("seed-\\d+"))
                    .map(f -> f.resolve("probe.safetensors"))
                    .filter(Files::isRegularFile)
                    .sorted(Comparator.comparing((Path f) -> f.toString().length())
                            .thenComparing(f -> f))
                    .toList();
        }
    }

    /** @throws InputException if it is not a safetensors file */
    public static boolean isPacked(Path file) {
        try {
            return PackedProtobin.isPacked(file);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * Loads a trained probe, or a packed one with ±1 in place of its bits.
     *
     * @throws InputException if the file is neither
     */
    public static TrainedProbe trainedOrPacked(Path file) {
        if (!isPacked(file)) {
            return trained(file);
        }
        try {
            return PackedProtobin.load(file).unpacked(Backends.current());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** @throws InputException if it is not a trained probe */
    public static TrainedProbe trained(Path file) {
        try {
            return TrainedProbe.load(file, Backends.current());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * Emits a remark if the file comes from a version without digests: it opens, but nothing shows whether it is
     * intact.
     */
    public static void remarkOnMissingDigest(Path file, Consumer<String> remarks) throws IOException {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            if (!opened.hasDigest()) {
                remarks.accept("probe " + file + " has no digest, as an earlier version of unmute wrote it: bytes that"
                        + " changed since then are not noticed");
            }
        }
    }

    /**
     * Checks that no score is NaN, which can occur for probes with numbers near the limits of float32.
     *
     * @param clips in the order of the scores
     * @throws InputException naming the probe, the clip and the class
     */
    public static void requireNumbers(Path probe, Manifest clips, float[][] scores) {
        for (int i = 0; i < scores.length; i++) {
            for (int c = 0; c < scores[i].length; c++) {
                if (Float.isNaN(scores[i][c])) {
                    throw new InputException(probe + ": its score of clip "
                            + PlainText.quote(clips.clips().get(i).file()) + ", class "
                            + PlainText.quote(clips.labels().name(c))
                            + " is NaN: its training all but diverged, train it again with a lower learning rate");
                }
            }
        }
    }

    private static InputException unreadable(IOException e) {
        return new InputException(Diagnosis.of(e).message(), e);
    }
}
