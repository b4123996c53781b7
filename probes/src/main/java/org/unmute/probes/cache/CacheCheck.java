package org.unmute.probes.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a cache folder holds, checked to the last byte: shard headers, record headers and tokens. Unlike {@link
 * TokenCache#verify}, it also reads a cache of which the header of a shard, or a whole shard, is unusable. Nothing is
 * changed.
 *
 * @param shards number of shard files
 * @param clips number of clips with an intact record
 * @param bytes size of all shards
 * @param damage bytes that are no usable record, in order
 */
public record CacheCheck(int shards, int clips, long bytes, List<Damage> damage) {
    public CacheCheck {
        damage = List.copyOf(damage);
    }

    /**
     * Checks all shards of a folder.
     *
     * @param done receives each shard's file when it is checked
     * @throws IOException if a file cannot be read
     */
    public static CacheCheck of(Path folder, Consumer<Path> done) throws IOException {
        List<Path> files = Shard.list(folder);
        CacheKey key = key(files);
        Set<String> clips = new HashSet<>();
        List<Damage> damage = new ArrayList<>();
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
            try (Arena arena = Arena.ofConfined()) {
                Shard shard = Shard.open(file, key, file.equals(files.getLast()), true, arena);
                shard.entries().forEach(entry -> clips.add(entry.header().clip()));
                damage.addAll(shard.damage());
            } catch (TokenCacheException e) {
                damage.add(new Damage(
                        Damage.Kind.CORRUPT,
                        file.getFileName().toString(),
                        -1,
                        0,
                        Files.size(file),
                        Optional.empty(),
                        "none of its records can be used: " + e.getMessage()));
            }
            done.accept(file);
        }
        return new CacheCheck(files.size(), clips.size(), bytes, damage);
    }

    /** The key of the first shard whose header is intact; null if there is none. */
    private static CacheKey key(List<Path> files) throws IOException {
        for (Path file : files) {
            try (Arena arena = Arena.ofConfined();
                    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                ShardHeader header = ShardHeader.parse(
                        channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena),
                        file.getFileName().toString());
                if (header != null) {
                    return header.key();
                }
            } catch (TokenCacheException e) {
                // Of another version, which is reported when the shard is opened.
            }
        }
        return null;
    }
}
