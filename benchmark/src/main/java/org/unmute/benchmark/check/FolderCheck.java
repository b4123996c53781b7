package org.unmute.benchmark.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.detection.DetectionState;
import org.unmute.files.InputException;
import org.unmute.files.TemporaryFile;

/**
 * Checks everything in a folder that commands wrote, and in the folders below it. Symbolic links are not followed.
 * Nothing is changed.
 */
public final class FolderCheck {
    /** Temporary files that earlier versions of detect wrote. */
    private static final Pattern TEMPORARY = Pattern.compile("(spool|table)\\.tmp");

    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-seed.+\\.safetensors");

    private final FileRules rules = new FileRules();
    private final Findings findings;
    private int links;

    /**
     * The outcome of a check.
     *
     * @param items what was checked, by path; empty if nothing was recognized
     * @param findings what is wrong, in the order in which it was found
     * @param links symbolic links that were not followed
     */
    public record Result(List<CheckedItem> items, List<Finding> findings, int links) {
        public Result {
            items = List.copyOf(items);
            findings = List.copyOf(findings);
        }

        /** Number of findings of a kind. */
        public long count(Finding.Kind kind) {
            return findings.stream().filter(f -> f.kind() == kind).count();
        }
    }

    private FolderCheck(Consumer<Path> done) {
        findings = new Findings(done);
    }

    /** The files and folders in a folder, by name; links are left out. */
    record Listing(Path folder, List<Path> files, List<Path> folders) {
        boolean has(String name) {
            return files.contains(folder.resolve(name));
        }

        boolean hasFolder(String name) {
            return folders.contains(folder.resolve(name));
        }

        boolean hasAny(Pattern name) {
            return files.stream()
                    .anyMatch(f -> name.matcher(f.getFileName().toString()).matches());
        }
    }

    /**
     * What a folder is checked as.
     *
     * @param item it belongs to; null if nothing above it was recognized
     * @param command that wrote it; null if that is not known
     * @param first what to do before the command runs again, such as deleting the folder of a cell; null to delete the
     *     damaged file itself
     */
    record Scope(Findings.Item item, String command, String first) {
        /** The scope of a folder in it. A cell is made anew as a whole, since its files depend on each other. */
        Scope within(Listing all) {
            return all.has(CellRun.SETTINGS) && (all.has(CellRun.TRIALS) || all.has(BenchmarkFolder.CELL))
                    ? new Scope(item, command, "delete the folder " + all.folder())
                    : this;
        }

        /** What to do about a damaged file. */
        String remedy(Path file) {
            return (first == null ? "delete " + file : first) + ", then "
                    + (command == null ? "run again the command that wrote it" : "run: " + command);
        }

        /** What to do about an unfinished run. */
        String goOn() {
            return command == null ? "run the same command again, it resumes where it stopped" : "run: " + command;
        }
    }

    /**
     * Checks a folder or a single file.
     *
     * @param done receives each file that was examined
     * @throws IOException if a folder cannot be listed
     */
    public static Result of(Path path, Consumer<Path> done) throws IOException {
        FolderCheck check = new FolderCheck(done);
        if (Files.isDirectory(path)) {
            check.folder(path, null);
        } else {
            Findings.Item item = check.findings.begin(path, "file");
            Scope scope = new Scope(item, null, null);
            check.file(path, scope);
            StatedFiles.beside(path, scope, check.findings);
            if (item.files() > 0) {
                item.end(content(item));
            }
        }
        return new Result(
                check.findings.items().stream()
                        .sorted(Comparator.comparing(CheckedItem::path))
                        .toList(),
                check.findings.all(),
                check.links);
    }

    private Listing list(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path path : all) {
                if (Files.isSymbolicLink(path)) {
                    links++;
                } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    folders.add(path);
                } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    files.add(path);
                }
            }
        }
        files.sort(null);
        folders.sort(null);
        return new Listing(folder, files, folders);
    }

    private void folder(Path path, Scope above) throws IOException {
        Listing all = list(path);
        StatedCommand run = run(all);
        StatedFiles stated = StatedFiles.of(all);
        if (CacheFolder.isOne(all, run)) {
            cache(all, run, stated, above);
        } else if (JobOutput.isOne(all)) {
            job(all);
        } else if (all.hasFolder(DetectionState.FOLDER)) {
            Findings.Item item = findings.begin(path, "events of detect");
            Scope scope = new Scope(item, command(run, stated, null), null);
            files(all, scope);
            folders(all, scope);
            String content = EventFolder.check(all, run, stated.finished(), scope, findings);
            stated.check(scope, findings);
            item.end(content);
        } else if (all.has(BenchmarkFolder.GRID)) {
            Findings.Item item = findings.begin(path, "benchmark");
            String command = command(run, stated, null);
            Scope scope = new Scope(item, command == null ? BenchmarkFolder.command(path) : command, null);
            files(all, scope);
            folders(all, scope);
            String content = new BenchmarkFolder(path, run, scope, findings).check();
            stated.check(scope, findings);
            item.end(content);
        } else if (above != null) {
            Scope scope = above.within(all);
            files(all, scope);
            folders(all, scope);
            stated.check(scope, findings);
        } else {
            run(all, run, stated);
        }
    }

    /** What is none of the above: the folder of a run, or a folder of other files. */
    private void run(Listing all, StatedCommand run, StatedFiles stated) throws IOException {
        Findings.Item item = findings.begin(all.folder(), run == null ? "files" : "run of " + run.name());
        Scope scope = new Scope(item, command(run, stated, null), null).within(all);
        files(all, scope);
        if (run != null || !stated.finished()) {
            checkRun(all, run, scope);
        }
        // A demo makes its recordings and its cache itself, and they have no record.
        folders(all, run != null && run.name().equals("demo") ? scope : null);
        stated.check(scope, findings);
        if (item.files() > 0 || item.isUnfinished()) {
            item.end(content(item));
        }
    }

    private void cache(Listing all, StatedCommand run, StatedFiles stated, Scope above) throws IOException {
        Findings.Item item = findings.begin(all.folder(), "token cache");
        Scope scope = new Scope(item, command(run, stated, above), null);
        files(all, scope);
        String content = CacheFolder.check(all, run, stated.finished(), scope, findings);
        stated.check(scope, findings);
        item.end(content);
        folders(all, null);
    }

    /** What a job on Spark wrote; its token cache is checked as any other. */
    private void job(Listing all) throws IOException {
        Findings.Item item = findings.begin(all.folder(), "job on Spark");
        Scope scope = new Scope(item, JobOutput.command(all.folder().resolve("tokens")), null);
        files(all, scope);
        Map<String, Listing> known = new TreeMap<>();
        for (String name : JobOutput.FOLDERS) {
            if (all.hasFolder(name)) {
                known.put(name, list(all.folder().resolve(name)));
            }
        }
        boolean ended = JobOutput.manifests(all, known, scope);
        StringBuilder content = new StringBuilder();
        for (Path folder : all.folders()) {
            String name = folder.getFileName().toString();
            if (name.equals("index") || name.equals("events")) {
                content.append(content.isEmpty() ? "" : ", ")
                        .append(name)
                        .append(": ")
                        .append(JobOutput.table(known.get(name), ended, scope, findings));
            } else if (name.equals("tokens")) {
                cache(known.get(name), null, StatedFiles.of(known.get(name)), scope);
            } else {
                folder(folder, null);
            }
        }
        item.end(content.toString());
    }

    /** The record of a folder; null if there is none, or it is damaged, which is found again as a file. */
    private static StatedCommand run(Listing all) {
        try {
            return StatedCommand.read(all.folder().resolve(RunRecord.FILE)).orElse(null);
        } catch (IOException | InputException e) {
            return null;
        }
    }

    private static String command(StatedCommand run, StatedFiles stated, Scope above) {
        if (run != null) {
            return run.shell();
        }
        return stated.command() != null || above == null ? stated.command() : above.command();
    }

    private static String content(Findings.Item item) {
        return Units.count(item.files(), "file")
                + (item.withoutDigest() == 0 ? "" : ", " + item.withoutDigest() + " of weights without a digest");
    }

    private void folders(Listing all, Scope scope) throws IOException {
        for (Path folder : all.folders()) {
            folder(folder, scope);
        }
    }

    private void files(Listing all, Scope scope) {
        for (Path file : all.files()) {
            file(file, scope);
        }
    }

    private void file(Path file, Scope scope) {
        Findings.Item item = scope.item();
        String name = file.getFileName().toString();
        if (CacheFolder.FILE.matcher(name).matches()) {
            return; // checked with the others of its folder
        }
        try {
            if (TemporaryFile.isOne(file) || TEMPORARY.matcher(name).matches()) {
                item.add(
                        Finding.Kind.LEFT_OVER,
                        file,
                        "a temporary file, of a process that was killed or still writes",
                        "delete it, if no command writes to this folder");
            } else {
                count(rules.check(file), file, scope);
            }
        } catch (NoSuchFileException e) {
            return; // a command that is running deleted it
        } catch (AccessDeniedException e) {
            item.count();
            item.add(Finding.Kind.DAMAGED, file, "no permission to read it", "run the check as a user who may");
        } catch (IOException | InputException | IllegalArgumentException e) {
            item.count();
            item.add(Finding.Kind.DAMAGED, file, said(e), remedy(file, scope));
        }
        findings.done(file);
    }

    private static void count(FileRules.Verdict verdict, Path file, Scope scope) {
        if (verdict != FileRules.Verdict.UNKNOWN) {
            scope.item().count();
        }
        if (verdict == FileRules.Verdict.WITHOUT_DIGEST) {
            scope.item().countWithoutDigest();
        }
        if (verdict == FileRules.Verdict.TORN && Files.exists(file.resolveSibling(BenchmarkFolder.CELL))) {
            scope.item()
                    .add(
                            Finding.Kind.DAMAGED,
                            file,
                            "its last line ends early, though the cell is finished",
                            scope.remedy(file));
        }
    }

    /** The record or the manifest beside a single file states the command that wrote it. */
    private static String remedy(Path file, Scope scope) {
        if (file.endsWith(VerdictJournal.FILE)) {
            return VerdictJournal.REMEDY;
        }
        String command = null;
        try {
            command = StatedCommand.read(file.resolveSibling(file.getFileName() + "." + RunRecord.FILE))
                    .map(StatedCommand::shell)
                    .orElse(null);
        } catch (IOException | InputException e) {
            // It is damaged, too.
        }
        command = command == null ? StatedFiles.commandOf(file) : command;
        if (command == null && FileRules.isIndex(file)) {
            return "delete " + file + ": the next search makes it again";
        }
        return (command == null ? scope : new Scope(scope.item(), command, null)).remedy(file);
    }

    /** Checks that the files which a record names are there, and that a training that was begun is finished. */
    private static void checkRun(Listing all, StatedCommand run, Scope scope) {
        if (run == null) {
            if (all.hasAny(CHECKPOINT) && !all.has(RunRecord.FILE)) {
                scope.item()
                        .add(
                                Finding.Kind.UNFINISHED,
                                all.folder(),
                                "a training was interrupted or is still going on: there is a checkpoint and no "
                                        + RunRecord.FILE,
                                "run the same 'unmute probe' command again, it goes on after the last finished epoch");
            }
            return;
        }
        for (JsonNode training : run.results().path("runs")) {
            String name = training.path("file").asText();
            if (run.name().equals("probe") && name.matches("[^/\\\\]+") && !all.has(name)) {
                scope.item()
                        .add(
                                Finding.Kind.DAMAGED,
                                all.folder().resolve(name),
                                "is missing, though " + RunRecord.FILE + " names it",
                                "run: " + run.shell());
            }
        }
    }

    /** What an exception says. */
    static String said(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
