package org.unmute.data.provenance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.files.WrittenFiles;

/**
 * The files that a finished folder must contain: {@value #FILE}, which a command writes last. Files that it does not
 * name belong to the user. Its last field is the digest of everything before it. A command that continues in a folder
 * first replaces the manifest by an unfinished one, before it changes anything else.
 *
 * <p>A result that is a single file has its manifest beside it, named after the file with {@value #FILE} appended.
 *
 * @param finished whether the command that wrote the folder has finished
 * @param files sorted by path
 * @param command the command that is changing the folder, beginning with {@code unmute}; empty if it has finished or is
 *     unknown
 */
public record FolderManifest(boolean finished, List<Entry> files, List<String> command) {
    /** Name of the manifest in a folder. */
    public static final String FILE = WrittenFiles.MANIFEST;

    private static final String FORMAT = "unmute-folder-1";
    private static final Pattern SEAL = Pattern.compile(",\n\"sha256\":\"([0-9a-f]{64})\"\\}\n\\z");
    private static final int SEAL_LENGTH = 79;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final ObjectWriter LINES = Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    /**
     * A file.
     *
     * @param path relative to the folder, with '/'
     * @param bytes size in bytes
     * @param sha256 hash of the content, in lower-case hexadecimal
     * @param command the command that wrote it, beginning with {@code unmute}; empty if unknown
     */
    public record Entry(String path, long bytes, String sha256, List<String> command) {
        public Entry {
            command = List.copyOf(command);
        }

        /**
         * Describes how a file differs from this entry; empty if it does not.
         *
         * @throws IOException if the file cannot be read
         */
        public Optional<String> problem(Path file) throws IOException {
            if (!RegularFile.isFile(file)) {
                return Optional.of("is missing, though " + FILE + " names it");
            }
            long size = Files.size(file);
            if (size != bytes) {
                return Optional.of("has " + size + " bytes, " + FILE + " says " + bytes);
            }
            return Sha256.of(file).equals(sha256)
                    ? Optional.empty()
                    : Optional.of("its bytes are not those of which " + FILE + " has the SHA-256");
        }
    }

    /**
     * Describes how the beginning of a file that may only grow differs from its entry; empty if it does not.
     *
     * @throws IOException if the file cannot be read
     */
    public static Optional<String> problemOfGrowing(Entry entry, Path file) throws IOException {
        byte[] now = RegularFile.isFile(file) ? FileFailure.naming(file, () -> Files.readAllBytes(file)) : new byte[0];
        if (now.length < entry.bytes()) {
            return Optional.of((RegularFile.isFile(file) ? "has " + now.length + " bytes" : "is missing") + ", of "
                    + entry.bytes() + " that it had");
        }
        return Sha256.of(Arrays.copyOf(now, (int) entry.bytes())).equals(entry.sha256())
                ? Optional.empty()
                : Optional.of("its first " + entry.bytes() + " bytes are no longer those that it had");
    }

    public FolderManifest {
        files = List.copyOf(files);
        command = List.copyOf(command);
    }

    /** A manifest that does not say which command is changing the folder. */
    public FolderManifest(boolean finished, List<Entry> files) {
        this(finished, files, List.of());
    }

    /** The path of the manifest of a result that is a single file. */
    public static Path beside(Path file) {
        return file.resolveSibling(file.getFileName() + "." + FILE);
    }

    /**
     * The name of the manifest that will be written after a record, to be stated in that record; null if none will be.
     */
    static String announced(Path record) throws IOException {
        Optional<Path> root = WrittenFiles.rootOf(record);
        if (root.isEmpty()) {
            return null;
        }
        Path folder = record.toAbsolutePath().getParent().toRealPath();
        if (root.get().equals(folder)) {
            return FILE;
        }
        return root.get().getParent().equals(folder)
                        && (record.getFileName() + ".").startsWith(root.get().getFileName() + ".")
                ? beside(root.get()).getFileName().toString()
                : null;
    }

    /**
     * Reads a manifest.
     *
     * @throws InputException if the manifest is damaged or was written by a later version
     * @throws IOException if the manifest cannot be read
     */
    public static FolderManifest read(Path file) throws IOException {
        byte[] bytes = FileFailure.naming(file, () -> Files.readAllBytes(file));
        String end = new String(
                bytes,
                Math.max(0, bytes.length - SEAL_LENGTH),
                Math.min(bytes.length, SEAL_LENGTH),
                StandardCharsets.ISO_8859_1);
        Matcher seal = SEAL.matcher(end);
        if (!seal.find()) {
            throw new InputException(file + ": is damaged: it does not end with its digest");
        }
        byte[] said = Arrays.copyOf(bytes, bytes.length - end.length() + seal.start());
        if (!Sha256.of(said).equals(seal.group(1))) {
            throw new InputException(file + ": is damaged: its bytes are not those of its digest");
        }
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": is damaged: " + e.getOriginalMessage(), e);
        }
        if (!json.path("format").asText().equals(FORMAT)) {
            throw new InputException(file + ": its format is not " + FORMAT
                    + ", which this program reads: another version of unmute wrote it");
        }
        List<List<String>> commands = new ArrayList<>();
        for (JsonNode command : json.path("commands")) {
            List<String> words = new ArrayList<>();
            command.forEach(word -> words.add(word.asText()));
            commands.add(words);
        }
        List<Entry> entries = new ArrayList<>();
        for (JsonNode one : json.path("files")) {
            entries.add(entry(one, commands, file));
        }
        int changing = json.path("command").asInt(-1);
        return new FolderManifest(
                json.path("finished").asBoolean(),
                entries,
                changing < 0 || changing >= commands.size() ? List.of() : commands.get(changing));
    }

    private static Entry entry(JsonNode json, List<List<String>> commands, Path file) {
        String path = json.path("path").asText();
        long bytes = json.path("bytes").asLong(-1);
        String sha256 = json.path("sha256").asText();
        int command = json.path("command").asInt(-1);
        boolean inside = !path.isEmpty()
                && !path.startsWith("/")
                && !List.of(path.split("/", -1)).contains("..");
        if (!inside || bytes < 0 || !SHA256.matcher(sha256).matches() || command >= commands.size()) {
            throw new InputException(file + ": is damaged: no file in its folder: " + json);
        }
        return new Entry(path, bytes, sha256, command < 0 ? List.of() : commands.get(command));
    }

    /**
     * The manifest of a folder; empty if there is none.
     *
     * @throws InputException if the manifest is damaged
     */
    public static Optional<FolderManifest> find(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        return RegularFile.isFile(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /**
     * Whether a command began to change a folder and has not finished; false if there is no manifest or it is damaged.
     */
    public static boolean isUnfinished(Path folder) throws IOException {
        try {
            return find(folder).map(manifest -> !manifest.finished()).orElse(false);
        } catch (InputException e) {
            return false;
        }
    }

    /**
     * Checks a file against the manifest of its folder. Does nothing if there is no manifest, or if it does not name
     * the file.
     *
     * @throws InputException if the file or the manifest is damaged
     * @throws IOException if one of them cannot be read
     */
    public static void requireIntact(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Optional<FolderManifest> manifest = find(folder);
        if (manifest.isEmpty() || !manifest.get().finished()) {
            return;
        }
        String name = file.getFileName().toString();
        for (Entry entry : manifest.get().files()) {
            if (entry.path().equals(name)) {
                Optional<String> problem = entry.problem(file);
                if (problem.isPresent()) {
                    throw new InputException(file + ": is damaged: " + problem.get() + ": 'unmute fsck " + folder
                            + "' says how it is made again");
                }
            }
        }
    }

    /**
     * Whether a file belongs to a subfolder of this folder that has its own manifest.
     *
     * @throws IOException if this cannot be determined
     */
    public static boolean isOfInner(Path folder, Path file) throws IOException {
        for (Path above = file.getParent(); above != null && !above.equals(folder); above = above.getParent()) {
            if (RegularFile.isFile(above.resolve(FILE))) {
                return true;
            }
        }
        return false;
    }

    /** The encoded manifest: JSON in UTF-8, one file per line. */
    public byte[] encode() throws IOException {
        Map<List<String>, Integer> commands = new LinkedHashMap<>();
        if (!command.isEmpty()) {
            commands.put(command, 0);
        }
        StringBuilder lines = new StringBuilder();
        for (Entry entry : files) {
            JsonObject line = new JsonObject()
                    .with("path", entry.path())
                    .with("bytes", entry.bytes())
                    .with("sha256", entry.sha256());
            if (!entry.command().isEmpty()) {
                line.with("command", commands.computeIfAbsent(entry.command(), _ -> commands.size()));
            }
            lines.append(lines.isEmpty() ? "\n" : ",\n").append(LINES.writeValueAsString(line));
        }
        return WrittenFiles.sealed("{\"format\":\"" + FORMAT + "\",\"finished\":" + finished
                + (command.isEmpty() ? "" : ",\"command\":0") + ",\"commands\":"
                + LINES.writeValueAsString(commands.keySet()) + ",\n\"files\":[" + lines + "]");
    }
}
