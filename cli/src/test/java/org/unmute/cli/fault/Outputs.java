package org.unmute.cli.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.unmute.cli.ManifestContent;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/**
 * What a scenario wrote, by file: bytes, without times, the process that wrote, and what a resumed run says about
 * itself.
 */
record Outputs(TreeMap<String, String> files) {
    /** What depends on the clock, on the number of runs it took, or on both. */
    private static final Set<String> PASSING =
            Set.of(("seconds clipsPerSecond trainingSeconds started finished embedded alreadyPresent repaired found "
                            + "command digest")
                    .split(" "));

    /** Ends the difference of a file too many. */
    static final String LEFT_OVER = " is left over";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads all files below a folder. */
    static Outputs of(Path folder) throws IOException {
        TreeMap<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (!name.endsWith("lock")) {
                    files.put(name, content(file, name));
                }
            }
        }
        return new Outputs(files);
    }

    private static String content(Path file, String name) throws IOException {
        if (ManifestContent.isOne(file.getFileName().toString())) {
            return ManifestContent.of(file);
        }
        if (name.endsWith(".json")) {
            return lasting(JSON.readTree(Files.readAllBytes(file))).toString();
        }
        if (name.endsWith(".jsonl")) {
            StringBuilder lines = new StringBuilder();
            for (String line : Files.readAllLines(file)) {
                lines.append(lasting(JSON.readTree(line))).append('\n');
            }
            return lines.toString();
        }
        if (name.endsWith(".html")) {
            return Files.readString(file).replaceAll("\\d+ \\w+ \\d{4}, \\d\\d:\\d\\d UTC", "a time");
        }
        if (name.endsWith(".csv") || name.endsWith(".txt")) {
            return Files.readString(file);
        }
        if (name.endsWith("events.log")) {
            // A recording that was left out and is read later comes after the others; tables show the order.
            byte[] bytes = Files.readAllBytes(file);
            Arrays.sort(bytes);
            return bytes.length + " bytes " + Sha256.of(bytes);
        }
        byte[] bytes = Files.readAllBytes(file);
        return bytes.length + " bytes " + Sha256.of(bytes);
    }

    private static JsonNode lasting(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(PASSING);
        }
        node.forEach(Outputs::lasting);
        return node;
    }

    /** Differences in words; none if both are the same. A damaged shard that was kept is not a difference. */
    List<String> differences(Outputs expected) {
        List<String> all = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(files.keySet());
        names.addAll(expected.files.keySet());
        for (String name : names) {
            String here = files.get(name);
            String there = expected.files.get(name);
            if (there == null && !name.endsWith(".tok.damaged")) {
                all.add(name + LEFT_OVER);
            } else if (here == null) {
                all.add(name + " is missing");
            } else if (there != null && !here.equals(there)) {
                all.add(name + " differs: " + beginning(here, there));
            }
        }
        return all;
    }

    private static String beginning(String here, String there) {
        int at = 0;
        while (at < Math.min(here.length(), there.length()) && here.charAt(at) == there.charAt(at)) {
            at++;
        }
        int from = Math.max(0, at - 40);
        return "'" + here.substring(from, Math.min(here.length(), at + 40)) + "' instead of '"
                + there.substring(from, Math.min(there.length(), at + 40)) + "'";
    }

    /** Tokens of all clips of a cache, in whatever order its records are. */
    static TreeMap<String, String> tokens(Path cache) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (TokenCache tokens = TokenCache.open(cache)) {
            for (CachedClip clip : tokens.clips()) {
                all.put(
                        clip.id(),
                        clip.audioSha256() + " "
                                + Arrays.hashCode(tokens.read(clip.id()).tokens()));
            }
        }
        return all;
    }
}
