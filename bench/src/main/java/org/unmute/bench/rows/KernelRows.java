package org.unmute.bench.rows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.bench.peer.PeerException;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;

/** Rows of single operations and of the bare network: matrix products, ViT-B, prototype matching. */
public final class KernelRows {
    /** Tokens of a 10 s clip with a class token. */
    static final int TOKENS = 513;

    static final int DIM = 768;
    static final int HEADS = 12;
    static final int DEPTH = 12;
    /** Rows of the smaller products. EJML, 50 to 90 times slower, is timed only on these. */
    private static final int SMALL = 512;

    private static final long SEED = 42;
    /** For a sum of 3,072 products in another order. */
    private static final double PRODUCT_TOLERANCE = 1e-4;

    private static final double FORWARD_TOLERANCE = 1e-3;
    private static final double COSINE_TOLERANCE = 1e-4;

    private KernelRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            for (int m : new int[] {SMALL, 4096}) {
                rows.add(matmul(m, 768, 768, threads));
                rows.add(matmul(m, 768, 2304, threads));
                rows.add(matmul(m, 768, 3072, threads));
                rows.add(matmul(m, 3072, 768, threads));
            }
        }
        for (int threads = 2; threads >= 1; threads--) {
            rows.add(forward(1, threads));
        }
        rows.add(forward(8, 2));
        for (int threads = 2; threads >= 1; threads--) {
            rows.add(match(5270, threads));
            rows.add(match(10_540, threads));
        }
        return rows;
    }

    private static Row matmul(int m, int in, int out, int threads) {
        // The smaller weights fit L2, the larger ones do not; no call must read all of its operands from memory.
        return new Row(
                "matmul-" + in + "x" + out + "-m" + m + "-t" + threads,
                "matmul " + m + " x " + in + " x " + out,
                threads,
                2e-9 * m * in * out,
                0,
                m == SMALL
                        ? List.of("mkl", "onnxruntime", "openblas", "pytorch", "netlib", "ejml")
                        : List.of("mkl", "onnxruntime", "openblas", "pytorch", "netlib"),
                false,
                folder -> new CaseWriter(folder, "matmul")
                        .field("rows", m)
                        .field("in", in)
                        .field("out", out)
                        .array("x", CaseWriter.uniform(1, m * in), m, in)
                        .array("w", CaseWriter.uniform(2, in * out), out, in)
                        .write(),
                Row.within(PRODUCT_TOLERANCE));
    }

    /** Linear maps and attention of the blocks; the rest is not counted. */
    static double forwardGflop(int batch, int tokens) {
        return forwardGflop(batch, tokens, DEPTH);
    }

    /** The same with fewer blocks. */
    static double forwardGflop(int batch, int tokens, int blocks) {
        return 1e-9 * batch * blocks * (2.0 * tokens * DIM * 12 * DIM + 4.0 * tokens * tokens * DIM);
    }

    private static Row forward(int batch, int threads) {
        return new Row(
                "vit-b" + batch + "-t" + threads,
                "ViT-B forward, " + TOKENS + " tokens, batch " + batch,
                threads,
                forwardGflop(batch, TOKENS),
                0,
                List.of("onnxruntime", "pytorch", "torch-debian"),
                true,
                folder -> writeForward(folder, batch, TOKENS, DEPTH),
                Row.within(FORWARD_TOLERANCE));
    }

    static void writeForward(Path folder, int batch, int tokens, int blocks) throws IOException {
        new CaseWriter(folder, "forward")
                .field("batch", batch)
                .field("tokens", tokens)
                .field("dim", DIM)
                .field("heads", HEADS)
                .field("depth", blocks)
                .array("x", CaseWriter.normal(1, batch * tokens * DIM), batch, tokens, DIM)
                .model(new RecipeCheckpoint(SEED, shapes(blocks), Map.of(), Map.of()))
                .write();
    }

    private static Map<String, Shape> shapes(int blocks) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        ModelShapes.blocks(shapes, "", DIM, blocks);
        ModelShapes.affine(shapes, "norm", DIM);
        return shapes;
    }

    private static Row match(int prototypes, int threads) {
        return new Row(
                "match-j" + prototypes + "-t" + threads,
                "prototype match, max, argmax, 512 tokens, J = " + prototypes,
                threads,
                2e-9 * 512 * DIM * prototypes,
                0,
                List.of("onnxruntime", "pytorch", "torch-debian"),
                true,
                folder -> writeMatch(folder, 512, prototypes),
                KernelRows::sameWinners);
    }

    static void writeMatch(Path folder, int tokens, int prototypes) throws IOException {
        new CaseWriter(folder, "match")
                .field("tokens", tokens)
                .field("dim", DIM)
                .field("prototypes", prototypes)
                .array("x", CaseWriter.normal(1, tokens * DIM), tokens, DIM)
                .array("p", CaseWriter.signs(2, prototypes * DIM), prototypes, DIM)
                .write();
    }

    /** Scores must agree within rounding; where winners differ, ours must be at least as good in float64. */
    static void sameWinners(Path folder, Path ours, Path theirs) throws PeerException, IOException {
        int[] own = Npy.read(ours.resolve("winner.npy")).ints();
        int[] other = Npy.read(theirs.resolve("winner.npy")).ints();
        if (own.length != other.length) {
            throw new PeerException("there are " + other.length + " winners, ours are " + own.length);
        }
        double difference = OutputComparison.difference(
                "score",
                Npy.read(ours.resolve("score.npy")).floats(),
                Npy.read(theirs.resolve("score.npy")).floats());
        if (!(difference <= COSINE_TOLERANCE)) {
            throw new PeerException(
                    "scores differ by " + difference + " of their root mean square, allowed is " + COSINE_TOLERANCE);
        }
        float[] x = Npy.read(folder.resolve("x.npy")).floats();
        float[] p = Npy.read(folder.resolve("p.npy")).floats();
        int dim = p.length / own.length;
        for (int j = 0; j < own.length; j++) {
            if (own[j] != other[j] && cosine(x, own[j], p, j, dim) < cosine(x, other[j], p, j, dim)) {
                throw new PeerException("prototype " + j + " is won by token " + other[j] + ", ours says " + own[j]);
            }
        }
    }

    private static double cosine(float[] x, int token, float[] p, int prototype, int dim) {
        double dot = 0;
        double square = 0;
        for (int i = 0; i < dim; i++) {
            double v = x[token * dim + i];
            dot += v * p[prototype * dim + i];
            square += v * v;
        }
        return dot / Math.sqrt(square);
    }
}
