package org.unmute.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.ProbeTrainer;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.DType;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;

/**
 * Times the training steps of probes, tokens read from a cache in float16: median milliseconds a step, clips per second
 * and the most that tensors of a step held. The first epoch is not timed. With {@code -Dthreads=1} and {@code
 * -Djava.util.concurrent.ForkJoinPool.common.parallelism=0} one thread does all the work, and its processor time, which
 * other programs disturb less, tells more than the clock's.
 *
 * <p>Arguments: rows, columns, dim, classes, clips, batch, blocks of the cache (0 for the last layer only), and names
 * of probes or {@code name:option=value,option=value}; all of one layer if none are named.
 */
public final class ProbeSteps {
    private static final int EPOCHS = 3;

    private ProbeSteps() {}

    /** Prints a line a probe. */
    public static void main(String[] args) throws IOException {
        int[] sizes = Arrays.stream(args, 0, 7).mapToInt(Integer::parseInt).toArray();
        List<String> probes = args.length > 7
                ? Arrays.asList(args).subList(7, args.length)
                : Probes.names().stream()
                        .filter(n -> !Probes.type(n).needsLayers())
                        .toList();
        Path folder = Files.createTempDirectory("probe-steps");
        try {
            Backends.use(Backends.open(
                    "vector", Integer.getInteger("threads", Runtime.getRuntime().availableProcessors())));
            List<String> ids = fill(folder, sizes);
            System.out.println(Backends.current().describe());
            System.out.printf("%-34s %10s %10s %10s %12s%n", "probe", "ms/step", "cpu ms", "clips/s", "tensors MiB");
            for (String probe : probes) {
                try (TokenCache cache = TokenCache.open(folder)) {
                    time(probe, TokenSource.of(cache, ids), sizes[3], sizes[5]);
                }
            }
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path f : files.toList()) {
                    Files.delete(f);
                }
            }
            Files.delete(folder);
        }
    }

    /** Clips of noise. */
    private static List<String> fill(Path folder, int[] sizes) throws IOException {
        int rows = sizes[0];
        int columns = sizes[1];
        int dim = sizes[2];
        CacheKey key = new CacheKey("noise", "noise", "none", "none", DType.F16).withLayers(sizes[6]);
        List<String> ids = new ArrayList<>();
        try (TokenCacheWriter writer = TokenCacheWriter.open(folder, key, CacheOptions.DEFAULT)) {
            for (int c = 0; c < sizes[4]; c++) {
                SplittableRandom random = new SplittableRandom(c);
                List<TokenMap> maps = new ArrayList<>();
                for (int l = 0; l <= sizes[6]; l++) {
                    maps.add(new TokenMap(rows, columns, dim, noise(random, rows * columns * dim), noise(random, dim)));
                }
                TokenMap last = maps.removeLast();
                ids.add("clip" + c);
                writer.append("clip" + c, String.format("%064x", c), new Features(last, maps, null));
            }
        }
        return ids;
    }

    private static float[] noise(SplittableRandom random, int count) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return x;
    }

    private static void time(String named, TokenSource source, int classes, int batch) throws IOException {
        String name = named.split(":")[0];
        ProbeOptions options = named.contains(":")
                ? ProbeOptions.parse(named.substring(name.length() + 1).split(","))
                : ProbeOptions.DEFAULTS;
        float[] targets = new float[source.clips() * classes];
        for (int i = 0; i < source.clips(); i++) {
            targets[i * classes + i % classes] = 1;
        }
        List<Double> steps = new ArrayList<>();
        List<Double> busy = new ArrayList<>();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        try (TensorScope scope = new TensorScope()) {
            Probe probe = Probes.create(Backends.current(), name, source.layout(), classes, options, 1);
            long[] last = {0, 0};
            TrainingSettings settings =
                    TrainingSettings.defaults(name).withEpochs(EPOCHS).withBatch(batch);
            ProbeTrainer.train(probe, new TokenSet(source, targets, classes), settings, null, step -> {
                long now = System.nanoTime();
                long cpu = threads.getCurrentThreadCpuTime();
                if (step.epoch() > 1) {
                    steps.add((now - last[0]) / 1e6);
                    busy.add((cpu - last[1]) / 1e6);
                }
                last[0] = now;
                last[1] = cpu;
            });
            double median = median(steps);
            System.out.printf(
                    Locale.ROOT,
                    "%-34s %10.1f %10.1f %10.0f %12.1f%n",
                    named,
                    median,
                    median(busy),
                    1000 * batch / median,
                    scope.peakBytes() / 1048576.0);
        }
    }

    private static double median(List<Double> values) {
        return values.stream().mapToDouble(d -> d).sorted().toArray()[values.size() / 2];
    }
}
