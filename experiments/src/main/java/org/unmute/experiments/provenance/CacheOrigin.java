package org.unmute.experiments.provenance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The origin of a token cache, from the record that {@code embed} writes next to it. */
public final class CacheOrigin {
    /** The entries of that record that are needed to reproduce the tokens. */
    static final List<String> NAMES =
            List.of("encoder", "encoderSha256", "frontEnd", "encoderSettings", "encoderOptions", "resampling");

    private CacheOrigin() {}

    /**
     * Copies the encoder of a cache into the record of a run, where 'unmute explain' reads it. Does nothing for a cache
     * without a record, for example one filled by another program.
     *
     * @throws IOException if the record cannot be read
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
