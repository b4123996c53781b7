package org.unmute.benchmark.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.unmute.files.MalformedFileException;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.files.FileManifest;

/** Checks the files that a manifest names. */
final class ManifestFiles {
    /** Pattern of file names that include the job and the attempt that wrote the file. */
    private static final Pattern ATTEMPT = Pattern.compile("[a-z]+-\\d{5,9}-.+");

    private ManifestFiles() {}

    /** The remedy for the folder of a job. Other folders were copied from one and can be copied again. */
    private static String copied(FolderCheck.Scope scope, String remedy) {
        return scope.command() == null ? "copy it again" : remedy;
    }

    /**
     * The result of a check.
     *
     * @param intact whether all files that the manifest names match it
     * @param unnamed files that the manifest does not name
     */
    record Result(boolean intact, Set<Path> unnamed) {}

    /**
     * Checks that the files match the manifest of their folder, and finds those that it does not name. A folder without
     * a manifest passes.
     *
     * @param kind pattern of the files that count only if a manifest names them
     */
    static Result check(FolderCheck.Listing all, Pattern kind, FolderCheck.Scope scope) throws IOException {
        if (!all.has(FileManifest.FILE)) {
            return new Result(true, Set.of());
        }
        Path file = all.folder().resolve(FileManifest.FILE);
        FileManifest manifest;
        try {
            manifest = FileManifest.parse(Files.readAllBytes(file), file.toString());
        } catch (MalformedFileException e) {
            scope.item().add(Finding.Kind.DAMAGED, file, FolderCheck.said(e), copied(scope, scope.remedy(file)));
            return new Result(false, Set.of());
        }
        boolean intact = true;
        Set<Path> named = new HashSet<>();
        for (FileManifest.Entry entry : manifest.files()) {
            Path each = all.folder().resolve(entry.name());
            named.add(each);
            String problem = problem(all, each, entry);
            if (problem != null) {
                String remedy = all.files().contains(each) ? scope.remedy(each) : scope.goOn();
                scope.item().add(Finding.Kind.DAMAGED, each, problem, copied(scope, remedy));
                intact = false;
            }
        }
        Set<Path> unnamed = new HashSet<>();
        for (Path each : all.files()) {
            if (kind.matcher(each.getFileName().toString()).matches() && !named.contains(each)) {
                scope.item()
                        .add(
                                Finding.Kind.LEFT_OVER,
                                each,
                                FileManifest.FILE + " does not name it: "
                                        + (ATTEMPT.matcher(each.getFileName().toString())
                                                        .matches()
                                                ? "a task of a job that was killed wrote it"
                                                : "another program put it there"),
                                ATTEMPT.matcher(each.getFileName().toString()).matches()
                                        ? "nothing: the next run of the job takes it up or deletes it"
                                        : "move it elsewhere: it does not count");
                unnamed.add(each);
            }
        }
        return new Result(intact, unnamed);
    }

    private static String problem(FolderCheck.Listing all, Path file, FileManifest.Entry entry) throws IOException {
        if (!all.files().contains(file)) {
            return "is missing, though " + FileManifest.FILE + " names it";
        }
        long bytes = Files.size(file);
        if (bytes != entry.bytes()) {
            return "has " + bytes + " bytes, " + FileManifest.FILE + " says " + entry.bytes();
        }
        return Sha256.of(file).equals(entry.sha256())
                ? null
                : "its bytes are not those of which " + FileManifest.FILE + " has the SHA-256";
    }
}
