package org.unmute.probes.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reading needs no lock: a reader sees every record that was stored before it opened the cache, and no partial one. */
class ReadersBesideAWriterTest {
    private static final int CLIPS = 500;
    private static final int READERS = 3;
    /** Shards hold only a few records, so that readers meet new and unfinished shards. */
    private static final long SHARD_BYTES = 3000;

    @TempDir
    Path folder;

    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();

    @Test
    @Timeout(120)
    void seeWhatWasStoredBeforeAndNothingHalf() throws Exception {
        int opened = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS + 1)) {
            List<Future<Integer>> readers = new ArrayList<>();
            for (int r = 0; r < READERS; r++) {
                int seed = r;
                readers.add(threads.submit(() -> read(new Random(seed))));
            }
            threads.submit(() -> {
                        try {
                            write();
                        } finally {
                            ended.set(true);
                        }
                        return null;
                    })
                    .get();
            for (Future<Integer> reader : readers) {
                opened += reader.get();
            }
        }
        assertThat(opened).as("openings beside the writer").isGreaterThan(READERS);
        CacheSamples.assertHolds(folder, CLIPS);
    }

    private void write() throws Exception {
        try (TokenCacheWriter writer =
                TokenCacheWriter.open(folder, CacheSamples.F16, CacheSamples.shards(SHARD_BYTES))) {
            for (int c = 0; c < CLIPS; c++) {
                writer.append(CacheSamples.id(c), CacheSamples.hash(c), CacheSamples.tokens(c));
                stored.set(c + 1);
            }
        }
    }

    /** Opens the cache repeatedly while it is written; returns the number of times. */
    private int read(Random random) throws Exception {
        int openings = 0;
        while (!ended.get()) {
            int before = stored.get();
            if (before == 0) {
                Thread.onSpinWait();
                continue;
            }
            openings++;
            try (TokenCache cache = TokenCache.open(folder)) {
                int seen = cache.clips().size();
                assertThat(seen).isBetween(before, CLIPS);
                assertThat(cache.damage()).allMatch(d -> d.kind() == Damage.Kind.TORN_TAIL);
                CacheSamples.assertTokens(cache, random.nextInt(seen));
                CacheSamples.assertTokens(cache, seen - 1);
                // Records added since are not visible, and visible records do not change.
                assertThat(cache.clips()).hasSize(seen);
                CacheSamples.assertTokens(cache, random.nextInt(seen));
            }
        }
        return openings;
    }
}
