package org.unmute.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;

/** A small cache on disk, written once per process, with methods that check its contents. */
final class SharedCache {
    private static final int CLIPS = 4;
    private static final int TOKENS = 6;
    private static final int DIM = 5;
    private static final Path FOLDER = write();

    private SharedCache() {}

    private static String id(int clip) {
        return "clip" + clip + ".wav";
    }

    private static float[] tokens(int clip) {
        float[] all = new float[TOKENS * DIM];
        for (int i = 0; i < all.length; i++) {
            all[i] = 100 * clip + i;
        }
        return all;
    }

    private static Path write() {
        try {
            Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "cache");
            CacheKey key = new CacheKey("encoder", "e1", "front end", "f1", DType.F32);
            try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
                for (int c = 0; c < CLIPS; c++) {
                    TokenMap map = new TokenMap(TOKENS, 1, DIM, tokens(c), null);
                    writer.append(id(c), String.format("%064x", c), new Features(map, List.of(), null));
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens the cache, retrying after interrupts: the harness interrupts its threads when time is up, which closes the
     * channel of an interrupted thread.
     */
    static TokenCache open() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return TokenCache.open(FOLDER);
                } catch (IOException e) {
                    if (!Thread.interrupted()) {
                        throw new UncheckedIOException(e);
                    }
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Returns 1 if a clip's tokens are read as they were written, 2 if the cache refuses because it is closed,
     * otherwise 0.
     */
    static int read(TokenCache cache, int clip) {
        try {
            return Arrays.equals(cache.read(id(clip)).tokens(), tokens(clip)) ? 1 : 0;
        } catch (IllegalStateException e) {
            return 2;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns 1 if the cache was closed, 2 if it refuses because it is being read. */
    static int close(TokenCache cache) {
        try {
            cache.close();
            return 1;
        } catch (IllegalStateException e) {
            return 2;
        }
    }
}
