package org.unmute.benchmark.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.files.MalformedFileException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.files.FileManifest;

/** Checks what a job on Apache Spark wrote, except the records of its token cache. */
final class JobOutput {
    /** What all results of a job have in common. */
    static final String KEY = "key.json";
    /** The folders of a job; each has a manifest, and so has the job itself. */
    static final List<String> FOLDERS = List.of("tokens", "index", "events");

    private static final String TOKENS = FOLDERS.getFirst();
    /** What a job's record states as the program that wrote it. */
    private static final String PROGRAM = "org.unmute.spark.Embed";

    private static final Pattern NONE = Pattern.compile("(?!)");
    private static final Pattern PART = Pattern.compile("part-\\d{5,9}[0-9A-Za-z.-]*\\.parquet");

    private JobOutput() {}

    /** Whether a folder is that of a job, even if its key or its manifest is gone. */
    static boolean isOne(FolderCheck.Listing all) {
        return all.hasFolder(TOKENS) && all.hasFolder("index") && (all.has(KEY) || all.has(FileManifest.FILE))
                || all.has(KEY) && all.has(FileManifest.FILE);
    }

    /**
     * The command that makes again what is missing: as the record of the last run states it, if that is as it was
     * written.
     *
     * @param tokens the folder with the record
     */
    static String command(Path tokens) {
        Path file = tokens.resolve(RunRecord.FILE);
        try {
            byte[] bytes = Files.readAllBytes(file);
            JsonNode line = Json.MAPPER.readTree(bytes).path("command");
            if (line.path(0).asText().equals(PROGRAM) && !isChanged(tokens, bytes)) {
                List<String> words = new ArrayList<>(List.of("spark/submit", "embed"));
                line.forEach(word -> words.add(word.asText()));
                words.remove(2);
                return new StatedCommand(words, line).shell();
            }
        } catch (IOException e) {
            // It is missing or damaged, which is found in a moment.
        }
        return "spark/submit embed, with the options that the job had";
    }

    private static boolean isChanged(Path tokens, byte[] record) throws IOException {
        Path file = tokens.resolve(FileManifest.FILE);
        return RegularFile.exists(file)
                && FileManifest.parse(Files.readAllBytes(file), file.toString()).files().stream()
                        .anyMatch(entry -> entry.name().equals(RunRecord.FILE)
                                && !entry.sha256().equals(Sha256.of(record)));
    }

    /**
     * Checks that every folder of a job has its manifest, and that the job's own names its key.
     *
     * @param folders those of {@link #FOLDERS} that are there
     * @return whether the job has ended; until then, manifests of its tables are not those of their files
     */
    static boolean manifests(FolderCheck.Listing job, Map<String, FolderCheck.Listing> folders, FolderCheck.Scope scope)
            throws IOException {
        ManifestFiles.check(job, NONE, scope);
        requireSealed(job, job.folder(), scope);
        FolderCheck.Listing tokens = folders.get(TOKENS);
        Path folder = job.folder().resolve(TOKENS);
        if (tokens != null && isSealed(tokens) && isReadable(folder.resolve(FileManifest.FILE)) && !isEnded(folder)) {
            scope.item()
                    .add(
                            Finding.Kind.UNFINISHED,
                            job.folder(),
                            "the job was killed, or is still going on",
                            scope.goOn() + ", which goes on with the clips that are left");
            return false;
        }
        for (String name : FOLDERS) {
            requireSealed(folders.get(name), job.folder().resolve(name), scope);
        }
        return true;
    }

    private static boolean isSealed(FolderCheck.Listing all) throws IOException {
        Path file = all.folder().resolve(FileManifest.FILE);
        return all.has(FileManifest.FILE) && FileManifest.isSealed(Files.readAllBytes(file));
    }

    private static void requireSealed(FolderCheck.Listing all, Path folder, FolderCheck.Scope scope)
            throws IOException {
        Path file = folder.resolve(FileManifest.FILE);
        if (all == null || !all.has(FileManifest.FILE)) {
            scope.item()
                    .add(
                            Finding.Kind.DAMAGED,
                            file,
                            "is missing, and says which files of " + folder.getFileName() + " count",
                            scope.goOn());
        } else if (!isSealed(all) && isReadable(file)) {
            scope.item()
                    .add(
                            Finding.Kind.DAMAGED,
                            file,
                            "it does not end with the digest of its bytes",
                            scope.remedy(file));
        }
    }

    /** One that is not is found where what it names is checked. */
    private static boolean isReadable(Path manifest) throws IOException {
        try {
            FileManifest.parse(Files.readAllBytes(manifest), manifest.toString());
            return true;
        } catch (MalformedFileException e) {
            return false;
        }
    }

    /** Only when a run has ended its record is named. */
    private static boolean isEnded(Path tokens) throws IOException {
        Path file = tokens.resolve(FileManifest.FILE);
        return FileManifest.parse(Files.readAllBytes(file), file.toString()).files().stream()
                .anyMatch(entry -> entry.name().equals(RunRecord.FILE));
    }

    /**
     * Checks the parts of a table against its manifest.
     *
     * @param ended whether the job has ended
     * @return what it holds, in words
     */
    static String table(FolderCheck.Listing all, boolean ended, FolderCheck.Scope scope, Findings findings)
            throws IOException {
        Set<Path> unnamed = ended ? ManifestFiles.check(all, PART, scope).unnamed() : Set.of();
        int parts = 0;
        for (Path file : all.files()) {
            if (PART.matcher(file.getFileName().toString()).matches()) {
                parts += unnamed.contains(file) ? 0 : 1;
                findings.done(file);
            }
        }
        return Units.count(parts, "part");
    }
}
