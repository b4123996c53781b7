package org.unmute.data.scene;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.audio.Wav;
import org.unmute.data.CsvWriter;
import org.unmute.data.Part;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.files.AtomicFile;
import org.unmute.files.RegularFile;

/**
 * A folder of {@link SparseRecording}s: {@code test/000000.wav …} (16 bit, mono); {@code test-events.tsv} with the
 * strong labels in DESED's format, where a recording without events has a row of empty cells; {@code sources.csv} with
 * the source and the level of each event; {@code background.csv} with the pieces of the backgrounds; and
 * {@code manifest.csv} with the columns {@code file,labels,split}. The manifest is written last, so a folder with a
 * manifest is complete.
 */
public final class SparseFolder {
    private final Path root;
    private final CsvWriter rows = new CsvWriter("file", "labels", "split");
    private final CsvWriter sources = new CsvWriter("file", "start", "end", "label", "source", "snr_db");
    private final CsvWriter backgrounds =
            new CsvWriter("file", "start", "end", "background", "background_start", "level_db");
    private final Map<Part, StringBuilder> events = new EnumMap<>(Part.class);
    private final Map<Part, Integer> counts = new EnumMap<>(Part.class);

    private SparseFolder(Path root) {
        this.root = root;
    }

    /**
     * Creates the folder, or reuses one that has no manifest or that a command has not finished. In that case its
     * recordings are deleted, since there may be more of them than new ones, and no table would list the surplus. The
     * caller must hold the {@link org.unmute.files.FolderLock} of a folder that others may write to.
     *
     * @throws FileAlreadyExistsException if the folder already has a manifest
     * @throws IOException if a folder cannot be created
     */
    public static SparseFolder create(Path root, Set<Part> parts) throws IOException {
        Path manifest = root.resolve(SceneFolder.MANIFEST);
        boolean unfinished = FolderManifest.isUnfinished(root);
        if (RegularFile.exists(manifest) && !unfinished) {
            throw new FileAlreadyExistsException(manifest.toString());
        }
        for (Part part : Part.values()) {
            Path old = root.resolve(part.label());
            if (unfinished && RegularFile.isFolder(old)) {
                deleteRecordings(old);
            }
        }
        SparseFolder folder = new SparseFolder(root);
        for (Part part : parts) {
            SceneFolder.clear(root.resolve(part.label()));
            folder.events.put(part, new StringBuilder(SceneFolder.EVENT_HEADER));
        }
        return folder;
    }

    private static void deleteRecordings(Path folder) throws IOException {
        String name = "[0-9]".repeat(6) + ".wav";
        try (DirectoryStream<Path> recordings = Files.newDirectoryStream(folder, name)) {
            for (Path recording : recordings) {
                Files.delete(recording);
            }
        }
    }

    /** Name of the table of strong labels of a part. */
    public static String eventTable(Part part) {
        return part.label() + "-events.tsv";
    }

    /**
     * Generates a recording while writing it.
     *
     * @param recording a recording that has not been read yet
     * @param part one of the parts with which the folder was created
     * @return the path of the file relative to the folder, with '/'
     * @throws IOException if the file cannot be written, or a source cannot be read
     */
    public String add(SparseRecording recording, Part part) throws IOException {
        String file = String.format(Locale.ROOT, "%s/%06d.wav", part.label(), counts.merge(part, 1, Integer::sum) - 1);
        Wav.write(root.resolve(file), recording.samples(), recording.sampleRate(), recording::next);
        Set<String> labels = new TreeSet<>();
        StringBuilder table = events.get(part);
        for (Scene.Event e : recording.events()) {
            labels.add(e.label());
            table.append(SceneFolder.eventRow(file, e));
            sources.row(
                    file, decimal(e.onset(), 6), decimal(e.end(), 6), e.label(), e.source(), decimal(e.gainDb(), 2));
        }
        if (recording.events().isEmpty()) {
            table.append(file).append("\t\t\t\n");
        }
        for (SparseRecording.Background b : recording.background()) {
            backgrounds.row(
                    file,
                    decimal(b.start(), 6),
                    decimal(b.end(), 6),
                    b.source(),
                    decimal(b.from(), 6),
                    decimal(b.levelDb(), 2));
        }
        rows.row(file, String.join(";", labels), part.label());
        return file;
    }

    private static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /**
     * Writes the tables except the manifest.
     *
     * @throws IOException if a table cannot be written
     */
    public void writeTables() throws IOException {
        for (Map.Entry<Part, StringBuilder> one : events.entrySet()) {
            byte[] table = one.getValue().toString().getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(root.resolve(eventTable(one.getKey())), table);
        }
        sources.write(root.resolve("sources.csv"));
        backgrounds.write(root.resolve("background.csv"));
    }

    /**
     * Writes the manifest. Must be called last.
     *
     * @throws IOException if the manifest cannot be written
     */
    public void finish() throws IOException {
        rows.write(root.resolve(SceneFolder.MANIFEST));
    }
}
