package org.unmute.bench.rows;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Growth of time and memory with size: series of rows without peers, each of which varies one number. */
public final class Growth {
    private static final String PREFIX = "growth-";
    private static final int[] TOKENS = {64, 128, 256, 512, 1024, 2048, 4096, 8192};
    private static final int[] PROTOTYPES = {100, 300, 1000, 3000, 10_000, 30_000, 100_000};
    private static final int[] BATCHES = {1, 2, 4, 8, 16};
    private static final int[] STEP_BATCHES = {16, 32, 64, 128};
    /** Blocks of the network: enough to see repetition, few enough for 8,192 tokens. */
    private static final int BLOCKS = 2;

    private static final String NETWORK = BLOCKS + " blocks of ViT-B, ";

    private Growth() {}

    /**
     * A point of a series.
     *
     * @param x the number that the series varies
     * @param work units of work by which time is divided, usually {@code x} itself
     * @param row the measured row
     */
    public record Point(double x, double work, Row row) {}

    /**
     * Points from small to large.
     *
     * @param name name used by goals
     * @param title for readers
     * @param against the varied quantity, for instance {@code tokens}
     * @param per the quantity compared between points, for instance {@code time a token}
     * @param points at least two
     */
    public record Series(String name, String title, String against, String per, List<Point> points) {
        /** A series of rows named after the series and the varied number. */
        private static Series of(
                String name, String title, String per, int[] values, IntToDoubleFunction work, IntFunction<Row> row) {
            List<Point> points = IntStream.of(values)
                    .mapToObj(x -> new Point(x, work.applyAsDouble(x), row.apply(x)))
                    .toList();
            return new Series(name, title, name.substring(name.indexOf('-') + 1), per, points);
        }
    }

    /** All series. */
    public static List<Series> all() {
        int cores = Runtime.getRuntime().availableProcessors();
        int[] threads = IntStream.iterate(1, t -> t <= cores, t -> t * 2).toArray();
        String match = "Prototype match, ";
        String counted = "batch 1, 2 threads; work counted with the scores, whose number grows with the square";
        String step = "protobin training step, J = 5,270, C = 527, 512 tokens a clip, 2 threads";
        String divided = "time x threads";
        IntToDoubleFunction share = t -> 1.0 / t;
        return List.of(
                Series.of(
                        "match-tokens",
                        match + "J = 5,270, 2 threads",
                        "time a token",
                        TOKENS,
                        n -> n,
                        n -> match("tokens-" + n, n, 5270, 2)),
                Series.of(
                        "match-prototypes",
                        match + "512 tokens, 2 threads",
                        "time a prototype",
                        PROTOTYPES,
                        j -> j,
                        j -> match("prototypes-" + j, 512, j, 2)),
                Series.of(
                        "forward-tokens",
                        NETWORK + counted,
                        "time a GFLOP",
                        TOKENS,
                        n -> KernelRows.forwardGflop(1, n, BLOCKS),
                        n -> forward("tokens-" + n, 1, n, 2)),
                Series.of(
                        "forward-batch",
                        NETWORK + "513 tokens, 2 threads",
                        "time a clip",
                        BATCHES,
                        b -> b,
                        b -> forward("batch-" + b, b, KernelRows.TOKENS, 2)),
                Series.of(
                        "step-batch",
                        step,
                        "time a clip",
                        STEP_BATCHES,
                        b -> b,
                        b -> StepRows.ownProtobin(PREFIX + "step-batch-" + b, b)),
                Series.of(
                        "match-threads",
                        match + "512 tokens, J = 10,540",
                        divided,
                        threads,
                        share,
                        t -> match("threads-" + t, 512, 10_540, t)),
                Series.of(
                        "forward-threads",
                        NETWORK + "513 tokens, batch 1",
                        divided,
                        threads,
                        share,
                        t -> forward("threads-" + t, 1, KernelRows.TOKENS, t)));
    }

    /** Whether a row belongs to a series. */
    public static boolean isPoint(String id) {
        return id.startsWith(PREFIX);
    }

    /** The rows of all series. */
    public static List<Row> rows() {
        return all().stream().flatMap(s -> s.points().stream()).map(Point::row).toList();
    }

    private static Row match(String id, int tokens, int prototypes, int threads) {
        String title = "prototype match, " + tokens + " tokens, J = " + prototypes;
        double gflop = KernelRows.matchGflop(tokens, prototypes);
        Row.CaseFiles files = folder -> KernelRows.writeMatch(folder, tokens, prototypes);
        return Row.own(PREFIX + "match-" + id, title, threads, gflop, files);
    }

    private static Row forward(String id, int batch, int tokens, int threads) {
        String title = NETWORK + tokens + " tokens, batch " + batch;
        double gflop = KernelRows.forwardGflop(batch, tokens, BLOCKS);
        Row.CaseFiles files = folder -> KernelRows.writeForward(folder, batch, tokens, BLOCKS);
        return Row.own(PREFIX + "forward-" + id, title, threads, gflop, files);
    }
}
