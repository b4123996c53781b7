package org.unmute.benchmark.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.unmute.benchmark.protocol.CellRun;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.files.InputException;

/**
 * Compares a folder with the manifests that commands wrote last: that of the folder, and those of results that are
 * single files. Folders of earlier versions have none.
 */
final class StatedFiles {
    private static final String BESIDE = "." + FolderManifest.FILE;
    private static final Pattern RECORD = Pattern.compile(".+\\.json");
    /** Records are smaller; what is larger is read elsewhere. */
    private static final long MAX_RECORD = 1 << 26;

    private final FolderCheck.Listing all;
    /** Null if there is none, or it is damaged. */
    private final FolderManifest own;

    private StatedFiles(FolderCheck.Listing all, FolderManifest own) {
        this.all = all;
        this.own = own;
    }

    static StatedFiles of(FolderCheck.Listing all) {
        FolderManifest own = null;
        try {
            own = all.has(FolderManifest.FILE)
                    ? FolderManifest.read(all.folder().resolve(FolderManifest.FILE))
                    : null;
        } catch (IOException | InputException e) {
            // Found again by the check.
        }
        return new StatedFiles(all, own);
    }

    /** Whether a command says that it finished the folder. */
    boolean finished() {
        return own != null && own.finished();
    }

    /** The command that wrote the record of the folder, or its first file; null if that is not known. */
    String command() {
        if (own == null) {
            return null;
        }
        return own.files().stream()
                .filter(entry -> entry.path().equals(RunRecord.FILE))
                .findFirst()
                .or(() -> own.files().stream().findFirst())
                .map(entry -> shell(entry, null))
                .orElse(null);
    }

    private static String shell(FolderManifest.Entry entry, String otherwise) {
        return StatedCommand.of(entry.command()).map(StatedCommand::shell).orElse(otherwise);
    }

    /**
     * Checks all that manifests in the folder state, once its files are checked by themselves.
     *
     * @throws IOException if a file cannot be read
     */
    void check(FolderCheck.Scope scope, Findings findings) throws IOException {
        Map<String, String> commands = announced(scope);
        for (Path file : all.files()) {
            String name = file.getFileName().toString();
            if (name.equals(FolderManifest.FILE) || name.endsWith(BESIDE)) {
                check(file, single(file), commands, scope, findings);
            }
        }
    }

    /** The single file that a manifest is of; null for that of a folder. */
    private static Path single(Path manifest) {
        String name = manifest.getFileName().toString();
        return name.endsWith(BESIDE)
                ? manifest.resolveSibling(name.substring(0, name.length() - BESIDE.length()))
                : null;
    }

    /** The command that wrote a single file or its record, as the manifest beside them says; null if none does. */
    static String commandOf(Path file) {
        String name = file.getFileName().toString();
        String result = name.endsWith("." + RunRecord.FILE)
                ? name.substring(0, name.length() - RunRecord.FILE.length() - 1)
                : name;
        try {
            for (FolderManifest.Entry entry : FolderManifest.read(FolderManifest.beside(file.resolveSibling(result)))
                    .files()) {
                if (entry.path().equals(name)) {
                    return shell(entry, null);
                }
            }
        } catch (IOException | InputException e) {
            return null; // there is none, or it is found again by the check
        }
        return null;
    }

    /** Checks the manifest beside a single file. */
    static void beside(Path file, FolderCheck.Scope scope, Findings findings) throws IOException {
        Path manifest = FolderManifest.beside(file);
        if (Files.isRegularFile(manifest, LinkOption.NOFOLLOW_LINKS)) {
            new StatedFiles(null, null).check(manifest, file, Map.of(), scope, findings);
        }
    }

    /**
     * Finds manifests that a record says were written after it, and are gone.
     *
     * @return the commands that wrote manifests, by the names of these
     */
    private Map<String, String> announced(FolderCheck.Scope scope) throws IOException {
        Map<String, String> commands = new HashMap<>();
        for (Path file : all.files()) {
            if (!RECORD.matcher(file.getFileName().toString()).matches() || Files.size(file) > MAX_RECORD) {
                continue;
            }
            JsonNode json;
            try {
                json = Json.read(file);
            } catch (InputException e) {
                continue; // found as a file if it is one of ours
            }
            String manifest = json.path("manifest").asText();
            boolean ours = manifest.matches("[^/\\\\]+")
                    && json.path("command").path(0).asText().equals("unmute")
                    && (manifest.equals(FolderManifest.FILE) || manifest.endsWith(BESIDE));
            if (!ours) {
                continue;
            }
            List<String> line = new ArrayList<>();
            json.path("command").forEach(word -> line.add(word.asText()));
            String command = StatedCommand.of(line).map(StatedCommand::shell).orElse(scope.command());
            commands.putIfAbsent(manifest, command);
            if (!all.has(manifest)) {
                FolderCheck.Scope again = new FolderCheck.Scope(scope.item(), command, null);
                Path single = single(all.folder().resolve(manifest));
                // Without its manifest, a command does not take a single file for its own.
                scope.item()
                        .add(
                                Finding.Kind.DAMAGED,
                                all.folder().resolve(manifest),
                                "is missing, though " + file.getFileName() + " names it",
                                single != null && Files.exists(single) ? again.remedy(single) : again.goOn());
            }
        }
        return commands;
    }

    /** @param single the result that the manifest is about; null for that of a folder */
    private void check(Path file, Path single, Map<String, String> commands, FolderCheck.Scope scope, Findings findings)
            throws IOException {
        FolderManifest manifest;
        try {
            manifest = FolderManifest.read(file);
        } catch (InputException e) {
            String command = commands.getOrDefault(file.getFileName().toString(), scope.command());
            Path first = single != null && Files.exists(single) ? single : file;
            String remedy = isOfVerdicts(single)
                    ? "delete " + file + ": opening the verdicts writes it again"
                    : new FolderCheck.Scope(scope.item(), command, null).remedy(first);
            scope.item().add(Finding.Kind.DAMAGED, file, FolderCheck.said(e), remedy);
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (single == null && isStale(manifest, folder)) {
            scope.item()
                    .add(
                            Finding.Kind.LEFT_OVER,
                            file,
                            "it is of an earlier run than " + RunRecord.FILE
                                    + ", which another version of unmute wrote: nothing was compared with it",
                            "run: " + scope.command() + ", which writes it again");
            return;
        }
        if (!manifest.finished()) {
            if (!scope.item().isUnfinished()) {
                scope.item()
                        .add(
                                Finding.Kind.UNFINISHED,
                                single == null ? file.resolveSibling("") : single,
                                "a command that changed it was interrupted or is still going on",
                                scope.goOn());
            }
            return;
        }
        if (scope.item().files() == 0) {
            manifest.files().forEach(_ -> scope.item().count());
        }
        for (FolderManifest.Entry entry : manifest.files()) {
            Path each = file.resolveSibling(entry.path());
            if (findings.isDamagedAt(each) || isOfOthers(folder, folder.resolve(entry.path()))) {
                continue;
            }
            boolean grows = isOfVerdicts(single);
            Optional<String> problem = grows ? FolderManifest.problemOfGrowing(entry, each) : entry.problem(each);
            if (problem.isPresent()) {
                String remedy = grows ? VerdictJournal.REMEDY : remedy(entry, each, file, single, scope);
                scope.item().add(Finding.Kind.DAMAGED, each, problem.get(), remedy);
            }
        }
    }

    private static boolean isOfVerdicts(Path single) {
        return single != null && single.endsWith(VerdictJournal.FILE);
    }

    /** Whether a version without manifests wrote the record since. */
    private static boolean isStale(FolderManifest manifest, Path folder) throws IOException {
        Path record = folder.resolve(RunRecord.FILE);
        if (!Files.isRegularFile(record, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            if (Json.read(record).has("manifest")) {
                return false;
            }
            StatedCommand.read(record);
        } catch (InputException e) {
            return false;
        }
        for (FolderManifest.Entry entry : manifest.files()) {
            if (entry.path().equals(RunRecord.FILE)) {
                // Another version writes other lengths; a flipped bit of the word "manifest" leaves it.
                return entry.bytes() != Files.size(record)
                        && entry.problem(record).isPresent();
            }
        }
        return false;
    }

    /** Whether a file lies behind a link, or belongs to a folder with its own manifest. */
    private static boolean isOfOthers(Path folder, Path file) throws IOException {
        for (Path path = file; path != null && !path.equals(folder); path = path.getParent()) {
            if (Files.isSymbolicLink(path)) {
                return true;
            }
        }
        return FolderManifest.isOfInner(folder, file);
    }

    /** What to do about a file: some follow from others, and some commands write only what is not there. */
    private static String remedy(
            FolderManifest.Entry entry, Path file, Path manifest, Path single, FolderCheck.Scope scope) {
        String command = shell(entry, scope.command());
        String run = command == null ? "run again the command that wrote it" : "run: " + command;
        Path folder = manifest.resolveSibling("");
        String name = StatedCommand.of(entry.command()).map(StatedCommand::name).orElse("");
        if (single != null) {
            return (Files.exists(single) ? "delete " + single + ", then " : "") + run;
        }
        if (CacheOrigin.isShard(entry.path())) {
            Path complete = folder.resolve(CacheFolder.COMPLETE);
            return (Files.exists(complete) ? "delete " + complete + ", then " : "") + run
                    + ", which embeds the missing clips";
        }
        if (name.equals("soundscape")) {
            return "delete the folder " + folder + ", then " + run;
        }
        if (name.equals("demo") && entry.path().startsWith("recordings/")) {
            return "delete the folder " + folder.resolve("recordings") + ", then " + run;
        }
        for (Path above = file.getParent(); above != null && above.startsWith(folder); above = above.getParent()) {
            if (Files.exists(above.resolve(CellRun.SETTINGS)) || Files.exists(above.resolve(CellRun.TRIALS))) {
                return "delete the folder " + above + ", then " + run;
            }
        }
        return (Files.exists(file) ? "delete " + file + ", then " : "") + run;
    }
}
