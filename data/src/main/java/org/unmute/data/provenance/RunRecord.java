package org.unmute.data.provenance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.files.AtomicFile;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;

/**
 * Collects the facts needed to reproduce a result and writes them as {@code run.json}: command line, versions, machine,
 * backend, hashes of the inputs, seed, times, results.
 */
public final class RunRecord {
    /** Name of the record in the folder of a run. */
    public static final String FILE = "run.json";

    private final List<String> command;
    private final Instant started = Instant.now();
    private final List<Input> inputs = new ArrayList<>();
    private final Map<String, Object> results = new LinkedHashMap<>();
    private Long seed;
    private String backend;
    private String backendReason;

    /** An input file. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Input(String path, long bytes, String sha256) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Document(
            List<String> command,
            String version,
            String commit,
            String java,
            String os,
            int processors,
            long maxHeapBytes,
            String backend,
            String backendReason,
            Long seed,
            List<Input> inputs,
            String started,
            String finished,
            double seconds,
            Map<String, Object> results,
            String manifest) {}

    /** @param command the command line, beginning with the program's name */
    public RunRecord(List<String> command) {
        this.command = List.copyOf(command);
    }

    /** Sets the seed. */
    public RunRecord seed(long value) {
        seed = value;
        return this;
    }

    /** The reason for the choice of backend, in one line; null before {@link #backend}. */
    public String backendReason() {
        return backendReason;
    }

    /** Sets the backend and the reason for its choice. */
    public RunRecord backend(String name, String reason) {
        backend = name;
        backendReason = reason;
        return this;
    }

    /**
     * Adds an input file with its SHA-256.
     *
     * @throws IOException if it cannot be read
     */
    public RunRecord input(Path file) throws IOException {
        return input(file, Files.size(file), Sha256.of(file));
    }

    /** Adds an input file with a known SHA-256. */
    public RunRecord input(Path file, long bytes, String sha256) {
        inputs.add(new Input(file.toString(), bytes, sha256));
        return this;
    }

    /** Adds a result: a number, text, list, map or record. */
    public RunRecord result(String name, Object value) {
        results.put(name, value);
        return this;
    }

    /** Adds each component of a record, or each entry of a map, as a result. */
    public RunRecord results(Object document) {
        results.putAll(Json.MAPPER.convertValue(document, new TypeReference<Map<String, Object>>() {}));
        return this;
    }

    /**
     * Writes {@code run.json} into a folder, atomically.
     *
     * @throws IOException if it cannot be written
     */
    public void write(Path folder) throws IOException {
        writeTo(folder.resolve(FILE));
    }

    /**
     * Writes {@code FILE.run.json} beside a result that is a single file, atomically.
     *
     * @throws IOException if it cannot be written
     */
    public void writeBeside(Path file) throws IOException {
        writeTo(file.resolveSibling(file.getFileName() + "." + FILE));
    }

    /**
     * Writes the record to a file, atomically; creates missing folders. Where an {@link OutputFolder} is open, the
     * record says that a manifest follows.
     *
     * @throws IOException if it cannot be written
     */
    public void writeTo(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        byte[] json = Json.MAPPER.writeValueAsBytes(document(FolderManifest.announced(file)));
        AtomicFile.write(file, json);
    }

    /**
     * What a run recorded, {@link #result} by result; a {@link MissingNode} if its folder has no record.
     *
     * @throws org.unmute.files.InputException if the record is not JSON
     * @throws IOException if it cannot be read
     */
    public static JsonNode results(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        return RegularFile.exists(file) ? Json.read(file).path("results") : MissingNode.getInstance();
    }

    /** The record as it is written, for a folder that is not on this machine. */
    public byte[] json() throws IOException {
        return Json.MAPPER.writeValueAsBytes(document(null));
    }

    /**
     * Loads the classes that write the record, which takes almost 0.1 s; call it while other threads work.
     *
     * @throws IOException if it cannot be written
     */
    public void ready() throws IOException {
        json();
    }

    private Document document(String manifest) {
        BuildInfo build = BuildInfo.read();
        Instant finished = Instant.now();
        return new Document(
                command,
                build.version(),
                build.commit(),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().maxMemory(),
                backend,
                backendReason,
                seed,
                inputs,
                started.truncatedTo(ChronoUnit.MILLIS).toString(),
                finished.truncatedTo(ChronoUnit.MILLIS).toString(),
                Duration.between(started, finished).toMillis() / 1000.0,
                results,
                manifest);
    }
}
