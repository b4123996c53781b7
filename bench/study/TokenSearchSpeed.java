import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.unmute.events.search.Example;
import org.unmute.events.search.ExampleReader;
import org.unmute.events.search.MomentSearch;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.RowTimes;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;
import org.unmute.tensor.backend.Backends;

/**
 * Times the search by tokens: {@code java -cp 'jars/*' TokenSearchSpeed.java CACHE MINUTES REPEATS}. Makes a cache of
 * random tokens in float16, unless the folder is there: 50 tokens of 768 a second, rows of 0.16 s with 8 columns, as
 * EAT's, in recordings of five minutes. The example is half a second of the first one: 3 rows, 24 tokens, each compared
 * with those of its own column.
 */
final class TokenSearchSpeed {
    private static final int DIM = 768;
    private static final int COLUMNS = 8;
    private static final RowTimes TIMES = new RowTimes(16_000, 2560, 0, 0);
    private static final int ROWS = 1875;
    private static final int MINUTES = 5;
    private static final int BEST = 100;

    private TokenSearchSpeed() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Backends.use(Backends.open("auto", Runtime.getRuntime().availableProcessors()));
        if (!Files.exists(folder)) {
            write(folder, Math.ceilDiv(Integer.parseInt(args[1]), MINUTES));
        }
        try (TokenCache cache = TokenCache.open(folder)) {
            Example example = new Example("recording-0.wav", 10, 10.48, 0, Double.POSITIVE_INFINITY);
            ExampleReader reader = new ExampleReader(cache, TIMES, () -> {
                throw new IllegalStateException("the example is in the cache");
            });
            for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                MomentSearch search = new MomentSearch(cache, TIMES, reader, List.of(example), List.of(), Set.of());
                long begun = System.nanoTime();
                MomentSearch.Found found = search.boxes(null, false, BEST, _ -> {});
                double seconds = (System.nanoTime() - begun) / 1e9;
                double hours = found.seconds() / 3600;
                System.out.printf(
                        Locale.ROOT,
                        "tokens: %.2f hours, %.2f s, %.2f hours a second, %.0f MB an hour, %s, best %.4f%n",
                        hours,
                        seconds,
                        hours / seconds,
                        bytes(folder) / hours / 1e6,
                        found.searched(),
                        found.moments().getFirst().score());
            }
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".tok"))
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }

    private static void write(Path folder, int recordings) throws IOException {
        CacheKey key = new CacheKey("random", "random", "random", "random", DType.F16);
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int i = 0; i < recordings; i++) {
                SplittableRandom random = new SplittableRandom(i);
                float[] tokens = new float[ROWS * COLUMNS * DIM];
                for (int n = 0; n < tokens.length; n++) {
                    tokens[n] = random.nextFloat() - 0.5f;
                }
                writer.append(
                        "recording-" + i + ".wav",
                        String.format("%064x", i),
                        new Features(new TokenMap(ROWS, COLUMNS, DIM, tokens, null)));
            }
        }
    }
}
