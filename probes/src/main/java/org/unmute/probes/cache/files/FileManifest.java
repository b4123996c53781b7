package org.unmute.probes.cache.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.unmute.files.JsonReader;
import org.unmute.files.MalformedFileException;
import org.unmute.files.Sha256;
import org.unmute.tensor.io.LoadLimits;

/**
 * Lists the files of a folder that count, in order, with their sizes and hashes. Where files cannot be renamed
 * atomically, as on object stores, writers use unique names, and a single write of the manifest makes their files
 * count. On any file system, it distinguishes a file that is missing or was changed from one that never existed. The
 * manifest ends with a digest of itself, except in earlier versions.
 *
 * @param files the entries, in the order in which they are read
 */
public record FileManifest(List<Entry> files) {
    /**
     * Name of the manifest in the folder. Engines that read a folder of Parquet files skip names that begin with '_'.
     */
    public static final String FILE = "_manifest.json";

    private static final String FORMAT = "unmute-manifest-1";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    /** Text before the digest, which covers all preceding bytes. */
    private static final String SEAL = ",\"sha256\":\"";

    private static final String END = "\"}\n";
    private static final int SEAL_BYTES = SEAL.length() + 64 + END.length();
    /** Max size of a manifest; one of a million files is smaller. */
    private static final int MAX_BYTES = 1 << 28;

    /**
     * A file.
     *
     * @param name letters, digits, '.', '_' and '-'; at most 200 characters
     * @param bytes size of the file
     * @param sha256 SHA-256 of the file, in lower-case hexadecimal
     */
    public record Entry(String name, long bytes, String sha256) {
        /** @throws IllegalArgumentException if a component violates these rules */
        public Entry {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "manifest: no name of a file: " + MalformedFileException.quote(name));
            }
            if (bytes < 0 || !SHA256.matcher(sha256).matches()) {
                throw new IllegalArgumentException("manifest: " + name + " has " + bytes + " bytes and the SHA-256 "
                        + MalformedFileException.quote(sha256) + ", which has 64 lower-case hexadecimal digits");
            }
        }
    }

    /** @throws IllegalArgumentException if a name occurs twice */
    public FileManifest {
        files = List.copyOf(files);
        Set<String> names = new HashSet<>();
        for (Entry entry : files) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("manifest: " + entry.name() + " occurs twice");
            }
        }
    }

    /**
     * The manifest of a folder; empty if it has none.
     *
     * @param names names of the files in the folder
     * @throws MalformedFileException if it is damaged or has a later version
     * @throws IOException if it cannot be read
     */
    public static Optional<FileManifest> find(ShardFiles files, Set<String> names) throws IOException {
        return names.contains(FILE) ? Optional.of(read(files)) : Optional.empty();
    }

    private static FileManifest read(ShardFiles files) throws IOException {
        String name = files.place() + "/" + FILE;
        long size = files.size(FILE);
        if (size > MAX_BYTES) {
            throw new MalformedFileException(name, 0, "too-large", size + " bytes, at most " + MAX_BYTES + " are read");
        }
        MemorySegment json = files.read(FILE, 0, size);
        return parse(json.toArray(ValueLayout.JAVA_BYTE), name);
    }

    /**
     * Reads a manifest.
     *
     * @param name name of the file, for messages
     * @throws MalformedFileException naming the byte and the problem, or if the contents do not match the digest
     */
    public static FileManifest parse(byte[] json, String name) throws MalformedFileException {
        boolean sealed = isSealed(json);
        if (!sealed && endsLikeSealed(json)) {
            throw new MalformedFileException(
                    name, json.length - SEAL_BYTES, "bad-digest", "its bytes are not those that it has the SHA-256 of");
        }
        JsonReader in = new JsonReader(json, 0, name, LoadLimits.DEFAULT.tensors(), LoadLimits.DEFAULT.jsonDepth());
        List<Entry> files = new ArrayList<>();
        String[] format = {null};
        boolean[] listed = {false};
        in.object(key -> {
            switch (key) {
                case "format" -> format[0] = in.string();
                case "files" -> {
                    listed[0] = true;
                    in.array(_ -> files.add(entry(in)));
                }
                case "sha256" -> {
                    in.skip();
                    if (!sealed) {
                        throw in.error("bad-digest", "a digest of the manifest is its last value");
                    }
                }
                default -> in.skip();
            }
        });
        in.end();
        if (!FORMAT.equals(format[0])) {
            throw in.error(
                    "unknown-format",
                    "the format is " + (format[0] == null ? "not stated" : MalformedFileException.quote(format[0]))
                            + ", this program reads " + FORMAT);
        }
        if (!listed[0]) {
            throw in.error("missing-key", "there is no list of files");
        }
        try {
            return new FileManifest(files);
        } catch (IllegalArgumentException e) {
            throw in.error("bad-value", e.getMessage());
        }
    }

    private static Entry entry(JsonReader in) throws MalformedFileException {
        String[] texts = {"", ""};
        long[] bytes = {-1};
        in.object(key -> {
            switch (key) {
                case "name" -> texts[0] = in.string();
                case "bytes" -> bytes[0] = in.count();
                case "sha256" -> texts[1] = in.string();
                default -> in.skip();
            }
        });
        try {
            return new Entry(texts[0], bytes[0], texts[1]);
        } catch (IllegalArgumentException e) {
            throw in.error("bad-value", e.getMessage());
        }
    }

    /**
     * Whether a manifest ends with a digest that matches all preceding bytes. Manifests of earlier versions have none.
     */
    public static boolean isSealed(byte[] json) {
        int at = json.length - SEAL_BYTES;
        return at >= 0
                && new String(json, at, SEAL_BYTES, StandardCharsets.ISO_8859_1)
                        .equals(SEAL + Sha256.of(Arrays.copyOf(json, at)) + END);
    }

    private static boolean endsLikeSealed(byte[] json) {
        int at = json.length - SEAL_BYTES;
        return at >= 0 && new String(json, at, SEAL.length(), StandardCharsets.ISO_8859_1).equals(SEAL);
    }

    /** The manifest as stored: JSON in UTF-8, one file per line, then the digest of the preceding bytes. */
    public byte[] encode() {
        StringBuilder json = new StringBuilder("{\"format\":\"" + FORMAT + "\",\"files\":[");
        String separator = "\n";
        for (Entry entry : files) {
            json.append(separator)
                    .append("{\"name\":\"")
                    .append(entry.name())
                    .append("\",\"bytes\":")
                    .append(entry.bytes())
                    .append(",\"sha256\":\"")
                    .append(entry.sha256())
                    .append("\"}");
            separator = ",\n";
        }
        String stated = json.append("\n]").toString();
        return (stated + SEAL + Sha256.of(stated) + END).getBytes(StandardCharsets.UTF_8);
    }
}
