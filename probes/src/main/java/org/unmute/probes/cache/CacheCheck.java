package org.unmute.probes.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.cache.files.FolderFiles;

/**
 * The result of checking a cache folder completely: shard headers, record headers and tokens. Unlike {@link
 * TokenCache#verify}, the check also reads caches in which a shard, or the header of one, is unusable. It changes
 * nothing.
 *
 * @param shards number of shard files
 * @param clips number of clips with an intact record
 * @param bytes size of all shards
 * @param damage byte ranges that do not form a usable record, in order
 */
public record CacheCheck(int shards, int clips, long bytes, List<Damage> damage) {
    public CacheCheck {
        damage = List.copyOf(damage);
    }

    /**
     * Checks all shards of a folder.
     *
     * @param done receives the file of each shard once it is checked
     * @throws TokenCacheException if a shard that the manifest names is missing or has another size
     * @throws IOException if a file cannot be read
     */
    public static CacheCheck of(Path folder, Consumer<Path> done) throws IOException {
        Set<String> clips = new HashSet<>();
        List<Damage> damage = new ArrayList<>();
        long bytes = 0;
        Shard.Listing listing;
        CacheKey key;
        try (FolderFiles files = files(folder)) {
            listing = Shard.list(files);
            listing.requireWhole(files.place());
            key = key(files, listing.shards());
        }
        for (String name : listing.shards()) {
            try (FolderFiles files = files(folder)) {
                bytes += files.size(name);
                try {
                    Shard shard = Shard.open(files, name, key, listing.mayBeUnfinished(name), true);
                    shard.entries().forEach(entry -> clips.add(entry.header().clip()));
                    damage.addAll(shard.damage());
                } catch (TokenCacheException e) {
                    String reason = "none of its records can be used: " + e.getMessage();
                    damage.add(
                            new Damage(Damage.Kind.CORRUPT, name, -1, 0, files.size(name), Optional.empty(), reason));
                }
            }
            done.accept(folder.resolve(name));
        }
        return new CacheCheck(listing.shards().size(), clips.size(), bytes, damage);
    }

    private static FolderFiles files(Path folder) {
        return new FolderFiles(folder, Arena.ofConfined());
    }

    /** The key of the first shard whose header is intact; null if there is none. */
    private static @Nullable CacheKey key(FolderFiles files, List<String> names) throws IOException {
        for (String name : names) {
            try {
                ShardHeader header = ShardHeader.parse(files.read(name, 0, files.size(name)), name);
                if (header != null) {
                    return header.key();
                }
            } catch (TokenCacheException e) {
                // Another format version, which is reported when the shard is opened.
            }
        }
        return null;
    }
}
