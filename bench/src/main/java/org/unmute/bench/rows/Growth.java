package org.unmute.bench.rows;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Growth of time and memory with size: series of rows without peers, each varying one number. */
public final class Growth {
    private static final String PREFIX = "growth-";
    private static final int[] TOKENS = {64, 128, 256, 512, 1024, 2048, 4096, 8192};
    private static final int[] PROTOTYPES = {100, 300, 1000, 3000, 10_000, 30_000, 100_000};
    private static final int[] BATCHES = {1, 2, 4, 8, 16};
    private static final int[] STEP_BATCHES = {16, 32, 64, 128};
    /** Blocks of the network: enough to see repetition, few enough for 8,192 tokens. */
    private static final int BLOCKS = 2;

    private Growth() {}

    /**
     * A point of a series.
     *
     * @param x the number that the series varies
     * @param work units of work, by which time is divided: mostly {@code x} itself
     * @param row what is measured
     */
    public record Point(double x, double work, Row row) {}

    /**
     * Points from small to large.
     *
     * @param name as goals name it
     * @param title in words
     * @param against what varies, for instance {@code tokens}
     * @param per what is compared between points, for instance {@code time a token}
     * @param points at least two
     */
    public record Series(String name, String title, String against, String per, List<Point> points) {}

    /** All series. */
    public static List<Series> all() {
        int cores = Runtime.getRuntime().availableProcessors();
        int[] threads = IntStream.iterate(1, t -> t <= cores, t -> t * 2).toArray();
        return List.of(
                series(
                        "match-tokens",
                        "Prototype match, J = 5,270, 2 threads",
                        "tokens",
                        "time a token",
                        TOKENS,
                        n -> new Point(n, n, match("match-tokens-" + n, n, 5270, 2))),
                series(
                        "match-prototypes",
                        "Prototype match, 512 tokens, 2 threads",
                        "prototypes",
                        "time a prototype",
                        PROTOTYPES,
                        j -> new Point(j, j, match("match-prototypes-" + j, 512, j, 2))),
                series(
                        "forward-tokens",
                        BLOCKS + " blocks of ViT-B, batch 1, 2 threads; work counted with the scores, whose number"
                                + " grows with the square",
                        "tokens",
                        "time a GFLOP",
                        TOKENS,
                        n -> new Point(
                                n, KernelRows.forwardGflop(1, n, BLOCKS), forward("forward-tokens-" + n, 1, n, 2))),
                series(
                        "forward-batch",
                        BLOCKS + " blocks of ViT-B, 513 tokens, 2 threads",
                        "batch",
                        "time a clip",
                        BATCHES,
                        b -> new Point(b, b, forward("forward-batch-" + b, b, KernelRows.TOKENS, 2))),
                series(
                        "step-batch",
                        "protobin training step, J = 5,270, C = 527, 512 tokens a clip, 2 threads",
                        "batch",
                        "time a clip",
                        STEP_BATCHES,
                        b -> new Point(b, b, StepRows.ownProtobin(PREFIX + "step-batch-" + b, b))),
                series(
                        "match-threads",
                        "Prototype match, 512 tokens, J = 10,540",
                        "threads",
                        "time x threads",
                        threads,
                        t -> new Point(t, 1.0 / t, match("match-threads-" + t, 512, 10_540, t))),
                series(
                        "forward-threads",
                        BLOCKS + " blocks of ViT-B, 513 tokens, batch 1",
                        "threads",
                        "time x threads",
                        threads,
                        t -> new Point(t, 1.0 / t, forward("forward-threads-" + t, 1, KernelRows.TOKENS, t))));
    }

    private static Series series(
            String name, String title, String against, String per, int[] values, IntFunction<Point> point) {
        return new Series(
                name, title, against, per, IntStream.of(values).mapToObj(point).toList());
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
        return new Row(
                PREFIX + id,
                "prototype match, " + tokens + " tokens, J = " + prototypes,
                threads,
                2e-9 * tokens * KernelRows.DIM * prototypes,
                0,
                List.of(),
                false,
                folder -> KernelRows.writeMatch(folder, tokens, prototypes),
                Row.within(0));
    }

    private static Row forward(String id, int batch, int tokens, int threads) {
        return new Row(
                PREFIX + id,
                BLOCKS + " blocks of ViT-B, " + tokens + " tokens, batch " + batch,
                threads,
                KernelRows.forwardGflop(batch, tokens, BLOCKS),
                0,
                List.of(),
                false,
                folder -> KernelRows.writeForward(folder, batch, tokens, BLOCKS),
                Row.within(0));
    }
}
