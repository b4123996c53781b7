package org.unmute.benchmark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.Embedding;

/**
 * The parts of a token cache that several machines make at once, each in its own folder beside the cache, until all
 * exist and their shards become the cache's. A file in their folder says into how many parts the clips were divided and
 * whether gathering has begun, so that whatever is killed continues as it was begun.
 */
final class TokenParts {
    /** Numbers of shards reserved for a part: more than it can fill. */
    static final int SHARDS = 100;

    private static final String STATE = "parts.json";
    private static final String SHARD = ".tok";
    /** So few clips are not worth a task. */
    private static final int MIN_CLIPS = 8;
    /** Parts a core: the last ones to end keep few cores waiting. */
    private static final int PER_CORE = 3;

    private final Path cache;
    private final Path folder;
    /** What the clips and their tokens are, in a text that changes with them. */
    private final String content;

    /** @param content a text that differs if clips, their files or the encoder differ */
    TokenParts(Path cache, String content) {
        this.cache = cache;
        this.folder = cache.resolveSibling("." + cache.getFileName() + ".parts");
        this.content = content;
    }

    /** Folder of a part. */
    Path folder(int part) {
        return folder.resolve(String.format(java.util.Locale.ROOT, "%05d", part));
    }

    /**
     * Number of parts into which the clips are divided: that of an earlier, unfinished run; or 1, the cache itself, if
     * the cache already has shards, since only one process can continue them.
     *
     * @param clips number of clips
     * @param bytes estimated size of the cache
     * @param cores cores that embed
     */
    int divide(int clips, long bytes, int cores) throws IOException {
        JsonNode state = state();
        if (!state.isMissingNode()) {
            return state.path("parts").asInt();
        }
        delete();
        if (!shards(cache).isEmpty()) {
            return 1;
        }
        long wanted = Math.max((long) PER_CORE * cores, bytes / (1L << 30) + 1);
        int parts = (int) Math.clamp(clips / MIN_CLIPS, 1, Math.min(wanted, 99_999 / SHARDS));
        if (parts > 1) {
            Files.createDirectories(folder);
            Json.write(
                    folder.resolve(STATE),
                    new JsonObject().with("content", content).with("parts", parts));
        }
        return parts;
    }

    private JsonNode state() throws IOException {
        Path file = folder.resolve(STATE);
        if (RegularFile.exists(file)) {
            JsonNode state = Json.read(file);
            if (state.path("content").asText().equals(content)) {
                return state;
            }
        }
        return Json.MAPPER.missingNode();
    }

    /** What was embedded, if all parts exist and are being gathered; else null. */
    Embedding.Outcome gathering() throws IOException {
        JsonNode done = state().path("done");
        try {
            return done.isMissingNode() ? null : Json.MAPPER.treeToValue(done, Embedding.Outcome.class);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new InputException(
                    folder.resolve(STATE) + ": " + e.getOriginalMessage() + ": delete the folder to embed again", e);
        }
    }

    /**
     * The clips of a part, in order. Clips of one file stay together.
     *
     * @param part from 0
     */
    static List<AudioClip> clips(List<AudioClip> all, int part, int parts) {
        return all.subList(boundary(all, part, parts), boundary(all, part + 1, parts));
    }

    private static int boundary(List<AudioClip> all, int part, int parts) {
        int at = (int) ((long) all.size() * part / parts);
        while (at > 0
                && at < all.size()
                && all.get(at).path().equals(all.get(at - 1).path())) {
            at++;
        }
        return at;
    }

    /** Moves the shards of all parts into the cache. If it is killed, it continues when called again. */
    void gather(int parts, Embedding.Outcome done) throws IOException {
        Json.write(
                folder.resolve(STATE),
                new JsonObject().with("content", content).with("parts", parts).with("done", done));
        Files.createDirectories(cache);
        for (int part = 0; part < parts; part++) {
            for (Path shard : shards(folder(part))) {
                Files.move(shard, cache.resolve(shard.getFileName()), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private static List<Path> shards(Path folder) throws IOException {
        if (!RegularFile.isFolder(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().endsWith(SHARD))
                    .sorted()
                    .toList();
        }
    }

    /** Deletes the folder of the parts. */
    void delete() throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
