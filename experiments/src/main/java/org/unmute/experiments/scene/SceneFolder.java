package org.unmute.experiments.scene;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.unmute.experiments.data.CsvWriter;
import org.unmute.models.audio.Wav;

/**
 * A folder of scenes: {@code train/000000.wav …}, {@code test/000000.wav …} (16 bit, mono) and {@code manifest.csv}
 * with the columns {@code file,labels,split,sources,gains_db,offsets_s}; the last three hold one entry per event, in
 * the order of the labels, separated by {@code ;}. The manifest is written last, so a folder with a manifest is
 * complete.
 */
public final class SceneFolder {
    /** Name of the manifest in the folder. */
    public static final String MANIFEST = "manifest.csv";

    private final Path root;
    private final CsvWriter rows = new CsvWriter("file", "labels", "split", "sources", "gains_db", "offsets_s");
    private final Map<Split, Integer> counts = new EnumMap<>(Split.class);

    private SceneFolder(Path root) {
        this.root = root;
    }

    /**
     * Creates the folder, or reuses one without a manifest (its scenes are overwritten).
     *
     * @throws FileAlreadyExistsException if there is a manifest already
     * @throws IOException if the folder cannot be created
     */
    public static SceneFolder create(Path root) throws IOException {
        Path manifest = root.resolve(MANIFEST);
        if (Files.exists(manifest)) {
            throw new FileAlreadyExistsException(manifest.toString());
        }
        for (Split split : Split.values()) {
            Files.createDirectories(root.resolve(split.label()));
        }
        return new SceneFolder(root);
    }

    /**
     * Writes one scene.
     *
     * @return its file relative to the folder, with '/'
     * @throws IllegalArgumentException if a label or source contains {@code ;}
     * @throws IOException if it cannot be written
     */
    public String add(Scene scene, Split split) throws IOException {
        for (Scene.Event event : scene.events()) {
            if (event.label().contains(";") || event.source().contains(";")) {
                throw new IllegalArgumentException("scene folder: a label or source must not contain ';': \""
                        + event.label() + "\", \"" + event.source() + "\"");
            }
        }
        int index = counts.merge(split, 1, Integer::sum) - 1;
        String file = String.format(Locale.ROOT, "%s/%06d.wav", split.label(), index);
        Wav.write(root.resolve(file), scene.samples(), scene.sampleRate());
        rows.row(
                file,
                joined(scene, Scene.Event::label),
                split.label(),
                joined(scene, Scene.Event::source),
                joined(scene, e -> String.format(Locale.ROOT, "%.2f", e.gainDb())),
                joined(scene, e -> String.format(Locale.ROOT, "%.6f", e.offsetSeconds())));
        return file;
    }

    /**
     * Writes the manifest.
     *
     * @throws IOException if it cannot be written
     */
    public void finish() throws IOException {
        rows.write(root.resolve(MANIFEST));
    }

    private static String joined(Scene scene, Function<Scene.Event, String> part) {
        return scene.events().stream().map(part).collect(Collectors.joining(";"));
    }
}
