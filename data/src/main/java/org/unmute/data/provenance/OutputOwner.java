package org.unmute.data.provenance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.unmute.files.Diagnosis.Kind;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;

/**
 * Decides what a command may replace: a single file that the same job wrote and nobody changed since, and files in a
 * folder that the same command made. A job is a command line, without the options that do not change what is written.
 */
public final class OutputOwner {
    /** Options that do not change what is written. */
    private static final Set<String> SAME_JOB = Set.of("--force", "--quiet", "-q", "--json", "--debug");

    private static final String PROGRAM = "unmute";
    private static final String FORCE = ": --force replaces it, or name another file";
    private static final String ELSEWHERE = ": its files stay as they are, name a new or empty folder";
    /** Records are smaller. */
    private static final long MAX_RECORD = 1 << 26;

    private OutputOwner() {}

    /**
     * Requires that a command may write a single file.
     *
     * @param command the command line, beginning with the program's name
     * @param replace whether a regular file or a link is replaced, whoever wrote it
     * @throws RefusedOutputException if it may not
     * @throws IOException if the file or its manifest cannot be read
     */
    public static void requireFile(Path file, List<String> command, boolean replace) throws IOException {
        BasicFileAttributes there = attributes(file);
        if (there == null) {
            return;
        }
        if (there.isDirectory()) {
            throw new RefusedOutputException(Kind.USAGE, file + " is a folder: name a file in it");
        }
        if (there.isOther()) {
            throw new RefusedOutputException(Kind.FAILED, file + " is no regular file: name another file");
        }
        if (replace) {
            return;
        }
        if (there.isSymbolicLink()) {
            throw new RefusedOutputException(
                    Kind.FAILED, file + " is already there, a symbolic link that would be replaced" + FORCE);
        }
        Optional<FolderManifest> manifest = manifest(FolderManifest.beside(file));
        Optional<FolderManifest.Entry> entry = manifest.stream()
                .flatMap(m -> m.files().stream())
                .filter(e -> e.path().equals(file.getFileName().toString()))
                .findFirst();
        boolean wasWriting = manifest.filter(
                        m -> !m.finished() && job(m.command()).equals(job(command)))
                .isPresent();
        if (wasWriting) {
            return; // an interrupted run of the same job
        }
        if (entry.isEmpty()) {
            throw new RefusedOutputException(
                    Kind.FAILED, file + " is already there, and nothing says that this command wrote it" + FORCE);
        }
        if (entry.get().problem(file).isPresent()) {
            throw new RefusedOutputException(
                    Kind.FAILED, file + " is already there, and was changed after it had been written" + FORCE);
        }
        if (!job(entry.get().command()).equals(job(command))) {
            throw new RefusedOutputException(
                    Kind.FAILED,
                    file + " is already there, written by '"
                            + String.join(" ", entry.get().command()) + "'" + FORCE);
        }
    }

    private static List<String> job(List<String> command) {
        return command.stream().filter(word -> !SAME_JOB.contains(word)).toList();
    }

    /**
     * Requires that a command may write to a folder: one that is missing, has no files, or has files of this command.
     * Nothing is required of a command whose name is unknown.
     *
     * @param command the command line, beginning with the program's name
     * @throws RefusedOutputException if it may not
     * @throws IOException if the folder cannot be read
     */
    public static void requireFolder(Path folder, List<String> command) throws IOException {
        String own = name(command);
        if (own == null || !RegularFile.isFolder(folder)) {
            return;
        }
        Optional<FolderManifest> manifest = manifest(folder.resolve(FolderManifest.FILE));
        Set<String> owners = owners(folder, manifest);
        if (owners.contains(own)) {
            return;
        }
        if (!owners.isEmpty()) {
            throw new RefusedOutputException(
                    Kind.INPUT,
                    folder + " is a folder of "
                            + owners.stream()
                                    .map(o -> "'" + PROGRAM + " " + o + "'")
                                    .collect(Collectors.joining(", "))
                            + ELSEWHERE);
        }
        if (manifest.isPresent() && !manifest.get().finished()) {
            return; // earlier versions did not say whose unfinished folder it is
        }
        Foreign foreign = new Foreign(own);
        Files.walkFileTree(folder.toRealPath(), foreign);
        if (foreign.first != null) {
            throw new RefusedOutputException(
                    Kind.INPUT,
                    folder + " has files that 'unmute " + own + "' did not write, such as "
                            + folder.toRealPath().relativize(foreign.first) + ELSEWHERE);
        }
    }

    /** The names of the commands that wrote files of a folder. */
    private static Set<String> owners(Path folder, Optional<FolderManifest> manifest) throws IOException {
        Set<String> owners = new TreeSet<>();
        if (manifest.isPresent()) {
            add(owners, manifest.get().command());
            manifest.get().files().forEach(entry -> add(owners, entry.command()));
        }
        try (DirectoryStream<Path> records = Files.newDirectoryStream(folder, "*.json")) {
            for (Path record : records) {
                // NAME.run.json is of a single file.
                if (!record.getFileName().toString().endsWith("." + RunRecord.FILE)) {
                    add(owners, recorded(record));
                }
            }
        }
        return owners;
    }

    private static void add(Set<String> owners, List<String> command) {
        String name = name(command);
        if (name != null) {
            owners.add(name);
        }
    }

    /** The command line in a record; empty if a file is none. */
    private static List<String> recorded(Path file) throws IOException {
        if (!RegularFile.isFile(file) || Files.size(file) > MAX_RECORD) {
            return List.of();
        }
        try {
            JsonNode words = Json.read(file).path("command");
            return words.valueStream().map(JsonNode::asText).toList();
        } catch (InputException e) {
            return List.of();
        }
    }

    /** The command of a command line, such as {@code detect}; null if it has none. */
    private static String name(List<String> command) {
        return command.size() > 1 && command.getFirst().equals(PROGRAM)
                ? command.stream()
                        .skip(1)
                        .filter(word -> !word.startsWith("-"))
                        .findFirst()
                        .orElse(null)
                : null;
    }

    /** A manifest; empty if there is none or it is damaged. */
    private static Optional<FolderManifest> manifest(Path file) throws IOException {
        try {
            return RegularFile.isFile(file) ? Optional.of(FolderManifest.read(file)) : Optional.empty();
        } catch (InputException e) {
            return Optional.empty();
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Finds a file that a command did not write. Folders without files, links to folders, locks and temporary files are
     * of no account.
     */
    private static final class Foreign extends SimpleFileVisitor<Path> {
        private final String own;
        private Path first;

        Foreign(String own) {
            this.own = own;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            return owners(folder, manifest(folder.resolve(FolderManifest.FILE))).contains(own)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (OutputFolder.isPassing(file) || RegularFile.isFolder(file)) {
                return FileVisitResult.CONTINUE;
            }
            first = file;
            return FileVisitResult.TERMINATE;
        }
    }
}
