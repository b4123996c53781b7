package org.unmute.models.vit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.Unary;

/** Memory that transformer blocks need for intermediate tensors. */
class TrunkMemoryTest {
    @Test
    void deeperTrunksNeedNoMoreMemory() {
        assertThat(peak(6, false)).isEqualTo(peak(2, false));
    }

    @Test
    void whatGradientsNeedIsKept() {
        Tensor x = random(new SplittableRandom(1), 1, 1, 5, 32).parameter();
        try (TensorScope _ = new TensorScope()) {
            Tensor y = trunk(3, 32, 4).apply(x, Trace.NONE);
            Tensor g = Grad.of(y.times(y).sum()).wrt(x);
            assertThat(g.toFloats()).hasSize(160).doesNotContain(0f, Float.NaN);
        }
    }

    @Test
    void whatATraceTakesIsKept() {
        assertThat(peak(6, true)).isGreaterThan(peak(2, true));
        List<Tensor> seen = new ArrayList<>();
        try (TensorScope _ = new TensorScope()) {
            Tensor y = trunk(3, 32, 4).apply(random(new SplittableRandom(1), 1, 1, 5, 32), (_, t) -> seen.add(t));
            assertThat(seen).hasSize(6);
            assertThat(seen.getLast().toFloats()).isEqualTo(y.toFloats());
            seen.forEach(t -> assertThat(t.toFloats()).doesNotContain(Float.NaN));
        }
    }

    private static long peak(int depth, boolean traced) {
        Tensor x = random(new SplittableRandom(1), 1, 2, 9, 64);
        Trunk trunk = trunk(depth, 64, 4);
        try (TensorScope scope = new TensorScope()) {
            trunk.apply(x, traced ? (_, _) -> {} : Trace.NONE);
            return scope.peakBytes();
        }
    }

    /**
     * The blocks of a base encoder (340 MB of weights) on clips of 10 s, in JVMs with less memory than two copies of
     * the weights need.
     */
    @ParameterizedTest
    @CsvSource({"-Xmx600m, 1", "-Xmx1500m, 8"})
    @FullBuild("starts virtual machines")
    void theBaseSizeFits(String heap, int batch) throws Exception {
        Process p = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        heap,
                        "-cp",
                        classPath(),
                        Base.class.getName(),
                        String.valueOf(batch))
                .redirectErrorStream(true)
                .start();
        String said = new String(p.getInputStream().readAllBytes());
        assertThat(p.waitFor()).as(said).isZero();
        assertThat(said).contains("tokens: " + batch + " x 513 x 768, finite");
    }

    /** The module path and the class path, where a build with modules keeps the tests. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                + File.pathSeparator
                + System.getProperty("jdk.module.path", "");
    }

    /** Runs 12 blocks of width 768 on clips of 513 tokens, twice. */
    static final class Base {
        private Base() {}

        public static void main(String[] args) {
            int batch = Integer.parseInt(args[0]);
            Trunk trunk = trunk(12, 768, 12);
            Tensor x = random(new SplittableRandom(2), 1, batch, 513, 768);
            for (int pass = 0; pass < 2; pass++) {
                try (TensorScope _ = new TensorScope()) {
                    Tensor y = trunk.apply(x, Trace.NONE);
                    boolean finite = Double.isFinite(y.times(y).sum().item());
                    System.out.println("tokens: " + batch + " x " + y.size(1) + " x " + y.size(2)
                            + (finite ? ", finite" : ", not finite"));
                }
            }
        }
    }

    private static Trunk trunk(int depth, int dim, int heads) {
        SplittableRandom r = new SplittableRandom(7);
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            blocks.add(new TransformerBlock(
                    TransformerBlock.Kind.PRE,
                    norm(r, dim),
                    new Attention(linear(r, 3 * dim, dim), linear(r, dim, dim), heads),
                    norm(r, dim),
                    new FeedForward(linear(r, 4 * dim, dim), linear(r, dim, 4 * dim), Unary.GELU)));
        }
        return new Trunk(blocks);
    }

    private static LayerNorm norm(SplittableRandom r, int dim) {
        return new LayerNorm(random(r, 1, dim), random(r, 0.1, dim), 1e-6);
    }

    private static Linear linear(SplittableRandom r, int out, int in) {
        return new Linear(random(r, 1 / Math.sqrt(in), out, in), random(r, 0.1, out));
    }

    private static Tensor random(SplittableRandom r, double size, long... shape) {
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        float[] x = new float[(int) n];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) r.nextDouble(-size, size);
        }
        return Tensor.of(x, shape).freeze();
    }
}
