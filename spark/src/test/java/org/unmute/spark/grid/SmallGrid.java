package org.unmute.spark.grid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.benchmark.results.GridFile;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.models.encoder.Encoders;

/** A grid with two encoders and two data sets of one-second synthetic scenes. */
public final class SmallGrid {
    private static final String ENCODERS_AND_DATASETS = """
            [[encoders]]
            name = "own"
            embedded = true
            [[encoders]]
            name = "file"
            file = "encoder.safetensors"
            hop = 0.48
            [[datasets]]
            name = "many"
            title = "Several a clip"
            manifest = "many/manifest.csv"
            standardize = true
            [[datasets]]
            name = "one"
            task = "single-label"
            manifest = "one/manifest.csv"
            """;

    private SmallGrid() {}

    /**
     * Writes the grid and the files that it refers to.
     *
     * @param rest probes and protocol, in TOML
     * @param train number of training clips in each data set
     * @param test number of test clips in each data set
     * @return the grid's file
     */
    public static Path write(Path folder, int train, int test, String rest) throws IOException {
        Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
        SyntheticScenes.Options options = SyntheticScenes.Options.standard().withSeconds(1);
        new SyntheticScenes(options, 4).write(folder.resolve("many"), train, test);
        new SyntheticScenes(options.withEvents(1, 1), 3).write(folder.resolve("one"), train, test);
        return Files.writeString(folder.resolve("grid.toml"), ENCODERS_AND_DATASETS + rest);
    }

    /**
     * The repeatable content of a run's finished cells and their clip lists, by file: it is the same in any other run.
     */
    public static Map<String, String> content(Path run) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        for (String cell : GridFile.read(run).planned()) {
            Path folder = run.resolve(cell);
            if (Files.exists(folder.resolve("cell.json"))) {
                CellContent.of(folder).forEach((file, content) -> all.put(cell + "/" + file, content));
                Path clips = folder.resolveSibling("clips.csv");
                all.put(run.relativize(clips).toString(), Files.readString(clips));
            }
        }
        return all;
    }
}
