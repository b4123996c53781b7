package org.unmute.data.provenance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.unmute.data.parquet.ParquetTable;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.probes.cache.files.FolderFiles;

/**
 * Opens token caches and verifies that they are complete: all shards that the manifest names, and as many clips as the
 * record of the last embedding states. Training or scoring on fewer clips would silently change the result.
 */
public final class WholeCache {
    private static final int SHOWN = 5;

    private WholeCache() {}

    /**
     * Opens a cache, to be closed by the caller.
     *
     * @param allowMissing whether to continue with an incomplete cache
     * @param tell receives a description of the missing parts, if {@code allowMissing}
     * @throws InputException naming the missing shards and the number of clips, if parts are missing and this is not
     *     allowed
     * @throws IOException if the cache cannot be read
     */
    public static TokenCache open(Path folder, boolean allowMissing, Consumer<String> tell) throws IOException {
        TokenCache cache = TokenCache.openWhatIsThere(folder);
        try {
            String lack = lack(folder, cache);
            if (!lack.isEmpty() && !allowMissing) {
                throw new InputException(lack + ": run the command that made it again, which makes them again, or go on"
                        + " without them by --allow-missing");
            }
            if (!lack.isEmpty()) {
                tell.accept(lack + ": they are left out");
            }
            return cache;
        } catch (IOException | RuntimeException e) {
            cache.close();
            throw e;
        }
    }

    /**
     * Describes what is missing from a cache. Empty if the cache is complete according to its manifest and record, or
     * if it has damaged records, which {@link TokenCache#damage()} reports.
     */
    public static String lack(Path folder, TokenCache cache) throws IOException {
        int there = cache.clips().size();
        int stated = stated(folder);
        Map<String, String> missing = cache.missing();
        if (missing.isEmpty()) {
            return stated <= there || !cache.damage().isEmpty()
                    ? ""
                    : "token cache: " + folder + " holds " + Units.count(there, "clip") + ", where " + RunRecord.FILE
                            + " says " + stated + ": " + (stated - there) + " are missing";
        }
        List<String> shown = new ArrayList<>();
        missing.forEach((shard, problem) -> {
            if (shown.size() < SHOWN) {
                shown.add(shard + " " + problem);
            }
        });
        if (missing.size() > SHOWN) {
            shown.add("and " + (missing.size() - SHOWN) + " more");
        }
        int lost = lost(folder, missing.keySet());
        return "token cache: " + folder + " lacks " + Units.count(missing.size(), "shard") + " with "
                + (lost >= 0
                        ? Units.count(lost, "clip")
                        : stated > there ? Units.count(stated - there, "clip") : "an unknown number of clips")
                + " (" + String.join("; ", shown) + ")";
    }

    /**
     * Number of clips for which the last embedding stored tokens, according to its record; 0 if no record states it.
     */
    private static int stated(Path folder) throws IOException {
        JsonNode results;
        try {
            results = RunRecord.results(folder);
        } catch (InputException e) {
            return 0; // left to fsck to report
        }
        if (results.isMissingNode()) {
            return 0;
        }
        JsonNode kept = results.path("kept");
        boolean tokens = kept.isMissingNode();
        for (JsonNode each : kept) {
            tokens |= each.asText().equals("TOKENS");
        }
        return tokens
                ? results.path("embedded").asInt()
                        + results.path("alreadyPresent").asInt()
                : 0;
    }

    /** Number of clips with tokens in some shards, according to the index of the job that wrote them; -1 if unknown. */
    private static int lost(Path folder, Set<String> shards) throws IOException {
        Path index = folder.toAbsolutePath().resolveSibling("index");
        if (!RegularFile.exists(index.resolve(FileManifest.FILE))) {
            return -1;
        }
        int lost = 0;
        try (FolderFiles files = new FolderFiles(index, Arena.ofConfined())) {
            for (FileManifest.Entry entry : FileManifest.find(files, Set.copyOf(files.list()))
                    .orElseThrow()
                    .files()) {
                try (ParquetTable table = ParquetTable.open(index.resolve(entry.name()))) {
                    int column = table.names().indexOf("shard");
                    while (column >= 0 && table.next()) {
                        lost += shards.contains(table.cells().text(column)) ? 1 : 0;
                    }
                }
            }
            return lost;
        } catch (IOException e) {
            return -1; // the index is incomplete, too
        }
    }
}
