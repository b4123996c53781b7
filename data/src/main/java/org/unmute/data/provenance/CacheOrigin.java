package org.unmute.data.provenance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.unmute.audio.playback.Speed;
import org.unmute.files.FileFailure;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.models.encoder.RowTimes;

/** The origin of a token cache, from the record that {@code embed} writes next to it. */
public final class CacheOrigin {
    /** The entries of that record that are required to reproduce the tokens. */
    static final List<String> NAMES =
            List.of("encoder", "encoderSha256", "frontEnd", "encoderSettings", "encoderOptions", "resampling");

    private static final String ROW_TIMES = "rowTimes";

    private static final Pattern SHARD = Pattern.compile("shard-\\d{5,9}(-[0-9A-Za-z.-]+)?\\.(tok|toc)");

    private CacheOrigin() {}

    /** Whether a file in a cache folder is a shard or the cache's table of contents. */
    public static boolean isShard(String name) {
        return SHARD.matcher(name).matches();
    }

    /**
     * Whether a folder has shards, whoever filled it.
     *
     * @throws IOException if it cannot be read
     */
    public static boolean hasShards(Path folder) throws IOException {
        return RegularFile.isFolder(folder)
                && FileFailure.naming(folder, () -> {
                    try (Stream<Path> files = Files.list(folder)) {
                        return files.anyMatch(f -> isShard(f.getFileName().toString()));
                    }
                });
    }

    /**
     * Copies the encoder of a cache into a run record, from which 'unmute explain' reads it. Does nothing for a cache
     * without a record, for example one filled by another program.
     *
     * @throws IOException if the record cannot be read
     */
    public static void note(Path cache, RunRecord record) throws IOException {
        record.result("cacheFolder", cache.toString());
        JsonNode results = RunRecord.results(cache);
        for (String name : NAMES) {
            if (results.has(name)) {
                record.result(name, results.get(name));
            }
        }
    }

    /** Records the start times of a cache's token rows, for {@link #rowTimes}. */
    public static void noteRowTimes(RowTimes times, RunRecord record) {
        JsonObject noted = new JsonObject()
                .with("sampleRate", times.sampleRate())
                .with("rowSamples", times.rowSamples())
                .with("hopSamples", times.hopSamples())
                .with("hopRows", times.hopRows());
        if (!times.speed().isNormal()) {
            noted.with("speed", times.speed().toString());
        }
        record.result(ROW_TIMES, noted);
    }

    /**
     * The start times of a cache's token rows; empty if its record does not contain them, as in caches of earlier
     * versions or other programs.
     *
     * @throws IOException if the record cannot be read
     */
    public static Optional<RowTimes> rowTimes(Path cache) throws IOException {
        JsonNode times = RunRecord.results(cache).path(ROW_TIMES);
        if (times.isMissingNode()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RowTimes(
                    times.path("sampleRate").asInt(),
                    times.path("rowSamples").asInt(),
                    times.path("hopSamples").asInt(-1),
                    times.path("hopRows").asInt(-1),
                    Speed.parse(times.path("speed").asText("1"))));
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    cache.resolve(RunRecord.FILE) + ": " + e.getMessage() + ": embed the recordings again", e);
        }
    }
}
