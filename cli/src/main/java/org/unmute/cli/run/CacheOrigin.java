package org.unmute.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.cli.console.Json;

/** How the tokens of a cache came about, by the record that {@code embed} leaves beside them. */
public final class CacheOrigin {
    /** What of that record is wanted to make the same tokens again. */
    static final List<String> NAMES =
            List.of("encoder", "encoderSha256", "frontEnd", "encoderSettings", "encoderOptions", "resampling");

    private CacheOrigin() {}

    /**
     * Takes over into the record of a run on cached tokens which encoder made them, so that 'unmute explain' finds it.
     * A cache without a record, as one filled by a program, leaves nothing to take over.
     *
     * @throws IOException if there is a record that cannot be read
     */
    public static void note(Path cache, RunRecord record) throws IOException {
        record.result("cacheFolder", cache.toString());
        Path file = cache.resolve("run.json");
        if (!Files.isRegularFile(file)) {
            return;
        }
        JsonNode results = Json.MAPPER.readTree(file.toFile()).path("results");
        for (String name : NAMES) {
            if (results.has(name)) {
                record.result(name, results.get(name));
            }
        }
    }
}
