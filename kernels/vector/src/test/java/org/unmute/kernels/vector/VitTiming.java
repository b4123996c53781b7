package org.unmute.kernels.vector;

import java.util.Arrays;
import java.util.Random;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.op.Unary;

/**
 * Times a ViT-B encoder (12 blocks, dim 768, 12 heads, MLP 3072) with random weights on 513 tokens, the parts of a block,
 * and prototype pooling. Not a test; run it with
 * {@code java --add-modules jdk.incubator.vector -cp tensor/target/classes:kernels/vector/target/classes:kernels/vector/target/test-classes
 * org.unmute.kernels.vector.VitTiming [threads] [batch]}.
 */
final class VitTiming {
    private static final int DIM = 768;
    private static final int HEADS = 12;
    private static final int MLP = 3072;
    private static final int TOKENS = 513;
    private static final int BLOCKS = 12;
    private static final int ROUNDS = 9;

    private final Backend backend;
    private final Random random = new Random(1);

    private VitTiming(Backend backend) {
        this.backend = backend;
    }

    private record Block(Tensor norm, Tensor zero, Tensor qkv, Tensor qkvBias, Tensor proj, Tensor up, Tensor upBias,
            Tensor down) {}

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : Runtime.getRuntime().availableProcessors();
        int batch = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        Backend b = new VectorBackend(threads);
        System.out.println(b.describe() + ", batch " + batch);
        new VitTiming(b).run(batch);
        System.exit(0);
    }

    private Tensor random(long... shape) {
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        float[] x = new float[(int) n];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * 0.02f;
        }
        return Tensor.of(backend, x, shape).freeze();
    }

    private void run(int batch) {
        Block[] blocks = new Block[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            blocks[i] = new Block(random(DIM), random(DIM), random(3 * DIM, DIM), random(3 * DIM), random(DIM, DIM),
                    random(MLP, DIM), random(MLP), random(DIM, MLP));
        }
        Tensor x = random(batch, TOKENS, DIM);
        time("ViT-B forward", () -> forward(x, blocks));
        Block b = blocks[0];
        Tensor h = random(batch, TOKENS, MLP);
        Tensor q = random(batch, TOKENS, 3, HEADS, DIM / HEADS).permute(2, 0, 3, 1, 4);
        time("  768 -> 2304", () -> x.linear(b.qkv(), b.qkvBias()));
        time("  768 -> 768", () -> x.linear(b.proj(), b.zero()));
        time("  768 -> 3072", () -> x.linear(b.up(), b.upBias()));
        time("  3072 -> 768", () -> h.linear(b.down(), b.zero()));
        time("  attention", () -> q.select(0, 0).attention(q.select(0, 1), q.select(0, 2), null, 0.125));
        time("  gelu", () -> h.unary(Unary.GELU));
        time("  layerNorm", () -> x.layerNorm(b.norm(), b.zero(), 1e-6));
        time("  residual", () -> x.plus(x));
        Tensor tokens = random(batch, 512, DIM).parameter();
        for (int count : new int[] {1000, 10_540}) {
            Tensor p = random(count, DIM);
            time("prototypeMaxPool " + count, () -> tokens.prototypeMaxPool(p).values());
            Tensor learned = p.parameter();
            Tensor values = learned.binarizeStraightThrough();
            Tensor y = tokens.detach().prototypeMaxPool(values).values();
            Tensor sum = y.sum();
            time("prototypeMaxPool gradient " + count, () -> Grad.of(sum).wrt(learned));
        }
    }

    private static Tensor forward(Tensor input, Block[] blocks) {
        Tensor x = input;
        for (Block b : blocks) {
            Tensor t = x.layerNorm(b.norm(), b.zero(), 1e-6).linear(b.qkv(), b.qkvBias());
            Tensor q = t.reshape(x.size(0), TOKENS, 3, HEADS, DIM / HEADS).permute(2, 0, 3, 1, 4);
            Tensor a = q.select(0, 0).attention(q.select(0, 1), q.select(0, 2), null, 0.125);
            x = x.plus(a.transpose(1, 2).reshape(x.size(0), TOKENS, DIM).linear(b.proj(), b.zero()));
            x = x.plus(x.layerNorm(b.norm(), b.zero(), 1e-6).linear(b.up(), b.upBias()).unary(Unary.GELU).linear(b.down(), b.zero()));
        }
        return x;
    }

    private static void time(String what, Runnable work) {
        double[] ms = new double[ROUNDS];
        for (int i = -10; i < ROUNDS; i++) {
            long start = System.nanoTime();
            try (TensorScope _ = new TensorScope()) {
                work.run();
            }
            if (i >= 0) {
                ms[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(ms);
        System.out.printf("%-34s median %8.2f ms, best %8.2f ms%n", what, ms[ROUNDS / 2], ms[0]);
    }
}
