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
 * Opens token caches that hold what they should: the shards that a manifest names, and as many clips as the record of
 * the last embedding states. Who trains or scores on fewer without knowing gets another result.
 */
public final class WholeCache {
    private static final int SHOWN = 5;

    private WholeCache() {}

    /**
     * Opens a cache, to be closed by the caller.
     *
     * @param allowMissing whether to go on with what is there
     * @param tell receives what is missing, if that is allowed
     * @throws InputException naming the shards that are missing and the number of clips, if it is not allowed
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
     * What a cache lacks, in words; empty if it is whole, as far as its manifest and its record tell, or has records
     * that are damaged, which {@link TokenCache#damage()} tells.
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

    /** Number of clips of which the last embedding left tokens, by its record; 0 without one that says so. */
    private static int stated(Path folder) throws IOException {
        JsonNode results;
        try {
            results = RunRecord.results(folder);
        } catch (InputException e) {
            return 0; // what is wrong with it is for fsck to say
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

    /** Number of clips with tokens in some shards, by the index of the job that wrote them; -1 if it does not say. */
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
            return -1; // the index lacks something, too
        }
    }
}
