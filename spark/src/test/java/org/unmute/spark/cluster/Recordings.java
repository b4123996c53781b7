package org.unmute.spark.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.kernels.contract.golden.RealData;

/**
 * Recordings to embed: real keywords if available, otherwise as many synthetic scenes, enough for a share for each task
 * that a job starts. Also has names that are special in file systems, URIs or globs, and unusable files.
 */
final class Recordings {
    /** Names that fail if a path is mistaken for a URI, a glob or a hidden file. */
    private static final List<String> NAMES = List.of(
            "_odd/_under_.wav",
            "_odd/two words.wav",
            "_odd/50%25.wav",
            "_odd/a+b&c=d.wav",
            "_odd/number#1.wav",
            "_odd/what?.wav",
            "_odd/{a,b}[c]*.wav",
            "_odd/gr\u00fc\u00dfe \u97f3.wav",
            "_odd/it's.wav");

    private static final int LABELLED_CLASSES = 12;
    private static final int KEYWORDS_OF_A_CLASS = 16;
    private static final int SCENES = LABELLED_CLASSES * KEYWORDS_OF_A_CLASS;

    /** Contains all recordings. */
    final Path folder;
    /** A table {@code file,labels,split} of the usable recordings, in the form that {@code unmute probe} reads. */
    final Path labels;
    /** Number of usable recordings. */
    final int usable;
    /** Unusable files below the folder. */
    final List<String> unusable = List.of("_odd/empty.wav", "_odd/text.wav");

    private Recordings(Path folder, Path labels, int usable) {
        this.folder = folder;
        this.labels = labels;
        this.usable = usable;
    }

    /** Writes the recordings below a folder. */
    static Recordings write(Path parent) throws IOException {
        Path folder = Files.createDirectories(parent.resolve("audio"));
        try {
            copy(RealData.require("speech_commands"), folder, KEYWORDS_OF_A_CLASS);
        } catch (TestAbortedException e) {
            new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(1), 5).write(folder, SCENES, 0);
            Files.delete(folder.resolve("manifest.csv"));
        }
        List<Path> sounds = sounds(folder);
        for (int i = 0; i < NAMES.size(); i++) {
            Path file = folder.resolve(NAMES.get(i));
            Files.createDirectories(file.getParent());
            Files.copy(sounds.get(i * 7), file);
        }
        List<Path> usable = sounds(folder);
        Files.createFile(folder.resolve("_odd/empty.wav"));
        Files.writeString(folder.resolve("_odd/text.wav"), "no recording, but a text");
        return new Recordings(folder, labels(parent, folder, usable), usable.size());
    }

    /** Copies the first sound files of each folder. */
    private static void copy(Path from, Path to, int ofEachFolder) throws IOException {
        Map<Path, Integer> copied = new HashMap<>();
        for (Path file : sounds(from)) {
            if (copied.merge(file.getParent(), 1, Integer::sum) <= ofEachFolder) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    private static List<Path> sounds(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".wav")).sorted().toList();
        }
    }

    /** The class is the name of the folder; synthetic scenes get a class by number. */
    private static Path labels(Path parent, Path folder, List<Path> files) throws IOException {
        List<String> rows = new ArrayList<>(List.of("file,labels,split"));
        for (int i = 0; i < files.size(); i++) {
            String file = folder.relativize(files.get(i)).toString();
            String name = files.get(i).getParent().getFileName().toString();
            String label = name.equals("train") ? "class" + i % LABELLED_CLASSES : name;
            rows.add("\"" + file + "\"," + label + "," + (i % 5 == 0 ? "test" : "train"));
        }
        return Files.write(parent.resolve("labels.csv"), rows);
    }

    /** Creates hard links to the first files of each folder, for a smaller run: the same names below another folder. */
    Path some(String name, int ofEachFolder) {
        Path part = folder.resolveSibling(name);
        try (Stream<Path> folders = Files.list(folder)) {
            for (Path one : folders.sorted().toList()) {
                int count = 0;
                for (Path file : sounds(one)) {
                    if (count++ < ofEachFolder || one.endsWith("_odd")) {
                        Path target = part.resolve(folder.relativize(file).toString());
                        Files.createDirectories(target.getParent());
                        Files.createLink(target, file);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return part;
    }
}
