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
    private static final List<String> MULTIPLIERS = List.of("mkl", "onnxruntime", "openblas", "pytorch");
    private static final long SEED = 42;
    /** Tolerance for a sum of 3,072 products in another order. */
    private static final double PRODUCT_TOLERANCE = 1e-4;

    private static final double FORWARD_TOLERANCE = 1e-3;
    private static final double COSINE_TOLERANCE = 1e-4;

    private KernelRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            for (int m : new int[] {512, 4096}) {
                rows.add(matmul(m, 768, 768, threads));
                rows.add(matmul(m, 768, 2304, threads));
                rows.add(matmul(m, 768, 3072, threads));
                rows.add(matmul(m, 3072, 768, threads));
            }
        }
        rows.add(forward(1, 2));
        rows.add(forward(1, 1));
        rows.add(forward(8, 2));
        for (int threads = 2; threads >= 1; threads--) {
            rows.add(match(5270, threads));
            rows.add(match(10_540, threads));
        }
        return rows;
    }

    private static Row matmul(int m, int in, int out, int threads) {
        String id = "matmul-" + in + "x" + out + "-m" + m + "-t" + threads;
        String title = "matmul " + m + " x " + in + " x " + out;
        // The smaller weights fit L2, the larger ones do not. No call has to read all of its operands from memory.
        Row.CaseFiles files = folder -> new CaseWriter(folder, "matmul")
                .field("rows", m)
                .field("in", in)
                .field("out", out)
                .array("x", CaseWriter.uniform(1, m * in), m, in)
                .array("w", CaseWriter.uniform(2, in * out), out, in)
                .write();
        return Row.of(id, title, threads, 2e-9 * m * in * out, MULTIPLIERS, files, Row.within(PRODUCT_TOLERANCE));
    }

    /** GFLOP of the linear maps and attention of the blocks; the rest is not counted. */
    static double forwardGflop(int batch, int tokens, int blocks) {
        return 1e-9 * batch * blocks * (2.0 * tokens * DIM * 12 * DIM + 4.0 * tokens * tokens * DIM);
    }

    private static Row forward(int batch, int threads) {
        String title = "ViT-B forward, " + TOKENS + " tokens, batch " + batch;
        double gflop = forwardGflop(batch, TOKENS, DEPTH);
        Row.CaseFiles files = folder -> writeForward(folder, batch, TOKENS, DEPTH);
        Row.Agreement agreement = Row.within(FORWARD_TOLERANCE);
        return Row.of("vit-b" + batch + "-t" + threads, title, threads, gflop, Row.NETWORK_PEERS, files, agreement);
    }

    static void writeForward(Path folder, int batch, int tokens, int blocks) throws IOException {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        ModelShapes.blocks(shapes, "", DIM, blocks);
        ModelShapes.affine(shapes, "norm", DIM);
        new CaseWriter(folder, "forward")
                .field("batch", batch)
                .field("tokens", tokens)
                .field("dim", DIM)
                .field("heads", HEADS)
                .field("depth", blocks)
                .array("x", CaseWriter.normal(1, batch * tokens * DIM), batch, tokens, DIM)
                .model(new RecipeCheckpoint(SEED, shapes, Map.of(), Map.of()))
                .write();
    }

    private static Row match(int prototypes, int threads) {
        String id = "match-j" + prototypes + "-t" + threads;
        String title = "prototype match, max, argmax, 512 tokens, J = " + prototypes;
        double gflop = matchGflop(512, prototypes);
        Row.CaseFiles files = folder -> writeMatch(folder, 512, prototypes);
        return Row.of(id, title, threads, gflop, Row.NETWORK_PEERS, files, KernelRows::sameWinners);
    }

    /** GFLOP of the product that is replaced by matching with lookup tables. */
    static double matchGflop(int tokens, int prototypes) {
        return 2e-9 * tokens * DIM * prototypes;
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

    /**
     * Scores must agree within rounding. Where winners differ, those of this engine must be at least as good in
     * float64.
     */
    static void sameWinners(Path folder, Path ours, Path theirs) throws PeerException, IOException {
        int[] own = Npy.read(ours.resolve("winner.npy")).ints();
        int[] other = Npy.read(theirs.resolve("winner.npy")).ints();
        if (own.length != other.length) {
            throw new PeerException("there are " + other.length + " winners, ours are " + own.length);
        }
        float[] scores = OutputComparison.floats(ours, "score");
        double difference =
                OutputComparison.difference("output score", scores, OutputComparison.floats(theirs, "score"));
        OutputComparison.require("scores", difference, COSINE_TOLERANCE);
        float[] x = OutputComparison.floats(folder, "x");
        float[] p = OutputComparison.floats(folder, "p");
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
