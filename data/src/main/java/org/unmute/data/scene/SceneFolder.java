package org.unmute.data.scene;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.unmute.audio.Wav;
import org.unmute.data.CsvLine;
import org.unmute.data.CsvWriter;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.files.AtomicFile;
import org.unmute.files.PlainText;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;

/**
 * A folder of scenes: {@code train/000000.wav …}, {@code test/000000.wav …} (16 bit, mono) and {@code manifest.csv}
 * with the columns {@code file,labels,split,sources,gains_db,offsets_s}; the last three hold one entry per event, in
 * the order of the labels, separated by {@code ;}. {@code train-events.tsv} and {@code test-events.tsv} hold the strong
 * labels in DESED's tab-separated format {@code filename onset offset event_label}, times in seconds, one row per
 * event; with bands, the columns {@code low high} in Hz follow. The
 * manifest is written last, so a folder with a manifest is complete.
 *
 * <p>Stems, one file per event, are written to a separate folder, since every recording in a folder is taken as a clip:
 * {@code test/000000.stem0.wav} is the first event of {@code test/000000.wav}.
 */
public final class SceneFolder {
    /** Name of the manifest in the folder. */
    public static final String MANIFEST = "manifest.csv";

    static final String EVENT_HEADER = "filename\tonset\toffset\tevent_label\n";
    private static final String BAND_HEADER = "filename\tonset\toffset\tevent_label\tlow\thigh\n";

    private final Path root;
    private final CsvWriter rows = new CsvWriter("file", "labels", "split", "sources", "gains_db", "offsets_s");
    private final Map<Split, StringBuilder> events = new EnumMap<>(Split.class);
    private final Map<Split, Integer> counts = new EnumMap<>(Split.class);

    private final Path stems;
    private final boolean bands;

    private SceneFolder(Path root, Path stems, boolean bands) {
        this.root = root;
        this.stems = stems;
        this.bands = bands;
    }

    /** As {@link #create(Path, Path, boolean)}, without stems and bands. */
    public static SceneFolder create(Path root) throws IOException {
        return create(root, null, false);
    }

    /**
     * Creates the folder, or reuses one that has no manifest or that a command has not finished (its scenes are
     * overwritten). The caller must hold the {@link org.unmute.files.FolderLock} of a folder that others may write to.
     *
     * @param stems folder for the stems, not inside {@code root}; null to write none
     * @param bands whether the tables of events have the band of each event
     * @throws FileAlreadyExistsException if the folder already has a manifest
     * @throws IllegalArgumentException if {@code stems} lies inside {@code root}
     * @throws IOException if a folder cannot be created
     */
    public static SceneFolder create(Path root, Path stems, boolean bands) throws IOException {
        if (stems != null
                && stems.toAbsolutePath()
                        .normalize()
                        .startsWith(root.toAbsolutePath().normalize())) {
            throw new IllegalArgumentException("scene folder: the stems must not lie in the folder of the scenes, where"
                    + " they would be taken for scenes: " + stems + " in " + root + ": choose another folder");
        }
        Path manifest = root.resolve(MANIFEST);
        if (RegularFile.exists(manifest) && !FolderManifest.isUnfinished(root)) {
            throw new FileAlreadyExistsException(manifest.toString());
        }
        for (Split split : Split.values()) {
            clear(root.resolve(split.label()));
            if (stems != null) {
                clear(stems.resolve(split.label()));
            }
        }
        return new SceneFolder(root, stems, bands);
    }

    /** Creates a folder if needed, and deletes unfinished files of a killed process in it. */
    static void clear(Path folder) throws IOException {
        Files.createDirectories(folder);
        TemporaryFile.sweep(folder, Duration.ZERO);
    }

    /** Name of the table of strong labels of a split. */
    public static String eventTable(Split split) {
        return split.label() + "-events.tsv";
    }

    /**
     * Writes one scene, and its stems if there is a folder for them.
     *
     * @return the path of the file relative to the folder, with '/'
     * @throws IllegalArgumentException if a label or source contains {@code ;}
     * @throws IOException if a file cannot be written
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
        for (int i = 0; stems != null && i < scene.stems().size(); i++) {
            String stem = String.format(Locale.ROOT, "%s/%06d.stem%d.wav", split.label(), index, i);
            Wav.write(stems.resolve(stem), scene.stems().get(i), scene.sampleRate());
        }
        for (Scene.Event e : scene.events()) {
            events.computeIfAbsent(split, s -> new StringBuilder())
                    .append(bands ? bandRow(file, e) : eventRow(file, e));
        }
        rows.row(
                file,
                joined(scene, Scene.Event::label),
                split.label(),
                joined(scene, Scene.Event::source),
                joined(scene, e -> String.format(Locale.ROOT, "%.2f", e.gainDb())),
                joined(scene, e -> String.format(Locale.ROOT, "%.6f", e.offsetSeconds())));
        return file;
    }

    /** The row of an event in a table of strong labels. */
    static String eventRow(String file, Scene.Event e) {
        return String.format(
                Locale.ROOT,
                "%s\t%.6f\t%.6f\t%s\n",
                file,
                e.onset(),
                e.end(),
                CsvLine.guarded(PlainText.of(e.label())));
    }

    private static String bandRow(String file, Scene.Event e) {
        return eventRow(file, e).strip() + String.format(Locale.ROOT, "\t%.1f\t%.1f\n", e.low(), e.high());
    }

    /**
     * Writes the event tables.
     *
     * @throws IOException if a table cannot be written
     */
    public void writeEvents() throws IOException {
        for (Split split : Split.values()) {
            String table = (bands ? BAND_HEADER : EVENT_HEADER) + events.getOrDefault(split, new StringBuilder());
            AtomicFile.write(root.resolve(eventTable(split)), table.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Writes the manifest. Must be called last: a folder with a manifest is not written to again, even if it is
     * incomplete, unless a {@link FolderManifest} marks it as unfinished.
     *
     * @throws IOException if the manifest cannot be written
     */
    public void finish() throws IOException {
        rows.write(root.resolve(MANIFEST));
    }

    private static String joined(Scene scene, Function<Scene.Event, String> part) {
        return scene.events().stream().map(part).collect(Collectors.joining(";"));
    }
}
