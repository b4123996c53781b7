package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Fills a cache in a separate process that tests kill. Arguments: folder, clips, shard bytes, milliseconds to wait per
 * clip.
 */
final class CacheWriterProcess {
    private CacheWriterProcess() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int clips = Integer.parseInt(args[1]);
        CacheOptions options = CacheSamples.shards(Long.parseLong(args[2]));
        try (TokenCacheWriter writer = TokenCacheWriter.open(Path.of(args[0]), CacheSamples.F16, options)) {
            for (int c = 0; c < clips; c++) {
                if (writer.status(CacheSamples.id(c), CacheSamples.hash(c)) != ClipStatus.PRESENT) {
                    writer.append(CacheSamples.id(c), CacheSamples.hash(c), CacheSamples.tokens(c));
                    System.out.println(c);
                    Thread.sleep(Long.parseLong(args[3]));
                }
            }
        }
    }
}
