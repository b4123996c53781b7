package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/**
 * The same input gives the same bits on all backends that extend this: of everything that an encoder of KWT's kind and
 * the training of protobin are made of. Bits are compared by the first 16 digits of their SHA-256, in {@code
 * same-bits.properties}; what a test says when it fails is the line that would have to stand there if all backends were
 * changed together. docs/numerics.md says what is promised.
 */
public abstract class SameBitsContract extends Contract {
    private static final Properties BITS = new Properties();
    private static final int DIGITS = 16;

    static {
        try (InputStream in = SameBitsContract.class.getResourceAsStream("same-bits.properties")) {
            BITS.load(in);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** For the backend's tests. */
    protected SameBitsContract() {}

    /**
     * Whether sums along a row have the 16 parts of a vector of 512 bits; with narrower vectors only training keeps the
     * promise.
     */
    protected boolean sumsInSixteenParts() {
        return true;
    }

    private static <T> Stream<DynamicTest> each(Consumer<T> test, List<T> of) {
        return of.stream().map(x -> DynamicTest.dynamicTest(x.toString(), () -> test.accept(x)));
    }

    private void requireSixteenParts() {
        Assumptions.assumeTrue(
                sumsInSixteenParts(), "skipped: vectors of fewer than 512 bits sum along a row in another order");
    }

    private static void assertBits(String name, Backend b, View... results) {
        MessageDigest sha;
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has it", e);
        }
        for (View v : results) {
            int n = Math.toIntExact(v.shape().elements());
            HostBuffer host = HostBuffer.allocate(v.dtype(), n);
            b.download(v, View.dense(host, v.shape()));
            ByteBuffer bytes = ByteBuffer.allocate(n * Integer.BYTES);
            for (int i = 0; i < n; i++) {
                bytes.putInt(v.dtype() == DType.I32 ? host.ints()[i] : Float.floatToIntBits(host.floats()[i]));
            }
            sha.update(bytes.flip());
        }
        String key = name.toLowerCase(Locale.ROOT).replace('_', '-');
        assertEquals(
                key + " = " + BITS.getProperty(key),
                key + " = " + HexFormat.of().formatHex(sha.digest()).substring(0, DIGITS));
    }

    private static View input(Backend b, long seed, long... sizes) {
        return input(b, ValueKind.NORMAL.make(Shape.of(sizes).elements(), seed), sizes);
    }

    private static View input(Backend b, float[] numbers, long... sizes) {
        View v = b.allocate(DType.F32, Shape.of(sizes));
        b.upload(View.dense(HostBuffer.wrap(numbers), v.shape()), v);
        return v;
    }

    private static View room(Backend b, long... sizes) {
        return b.allocate(DType.F32, Shape.of(sizes));
    }

    /** Numbers of all sizes for functions, 0 and what makes exponentials overflow and vanish among them. */
    private static View wide(Backend b, boolean positive) {
        float[] x = ValueKind.NORMAL.make(3011, 1);
        for (int i = 0; i < x.length; i++) {
            x[i] *= (float) (i % 5 == 0 ? 40 : i % 5 == 1 ? 4 : i % 5 == 2 ? 0x1p-10 : i % 5 == 3 ? 0x1p-30 : 1);
            x[i] = positive ? Math.abs(x[i]) : x[i];
        }
        x[0] = 0;
        return input(b, x, x.length);
    }

    /** Functions that are made of multiplications, additions, divisions and square roots in a fixed order. */
    @TestFactory
    final Stream<DynamicTest> functions() {
        return each(
                this::functions,
                List.of(
                        Unary.NEG,
                        Unary.ABS,
                        Unary.SQUARE,
                        Unary.EXP,
                        Unary.LOG,
                        Unary.SQRT,
                        Unary.RECIPROCAL,
                        Unary.TANH,
                        Unary.SIGMOID,
                        Unary.GELU,
                        Unary.GELU_TANH,
                        Unary.SILU,
                        Unary.RELU,
                        Unary.LOG_SIGMOID,
                        Unary.CLAMP));
    }

    private void functions(Unary f) {
        Backend b = backend();
        View x = wide(b, f == Unary.LOG || f == Unary.SQRT);
        View out = room(b, x.shape().size(0));
        b.unary(f, -0.5, 2, x, out);
        assertBits("unary." + f, b, out);
    }

    /** Their gradients, as far as a training of protobin takes them. */
    @TestFactory
    final Stream<DynamicTest> gradientsOfFunctions() {
        return each(
                this::gradientsOfFunctions,
                List.of(Unary.EXP, Unary.LOG, Unary.CLAMP, Unary.LOG_SIGMOID, Unary.RELU, Unary.GELU, Unary.GELU_TANH));
    }

    private void gradientsOfFunctions(Unary f) {
        Backend b = backend();
        View x = wide(b, f == Unary.LOG);
        View y = room(b, x.shape().size(0));
        View gx = room(b, x.shape().size(0));
        b.unary(f, -0.5, 2, x, y);
        b.unaryBackward(f, -0.5, 2, x, y, input(b, 2, x.shape().size(0)), gx);
        assertBits("gradient." + f, b, gx);
    }

    /** Powers as the focusing of a loss takes them: of numbers of any size, exponents whole and not. */
    @TestFactory
    final Stream<DynamicTest> functionsOfTwo() {
        return each(
                this::functionsOfTwo,
                List.of(Binary.ADD, Binary.SUB, Binary.MUL, Binary.DIV, Binary.POW, Binary.MAX, Binary.EQUAL));
    }

    private void functionsOfTwo(Binary f) {
        Backend b = backend();
        View x = wide(b, f == Binary.POW);
        float[] exponents = ValueKind.NORMAL.make(x.shape().elements(), 3);
        for (int i = 0; i < exponents.length; i++) {
            exponents[i] = i % 2 == 0 ? i / 2 % 5 : exponents[i] * 3;
        }
        View out = room(b, x.shape().size(0));
        b.binary(f, x, input(b, exponents, exponents.length), out);
        assertBits("binary." + f, b, out);
    }

    /** A row at a time; lengths that fill no vector, several, and a part of one. */
    @TestFactory
    final Stream<DynamicTest> layerNorm() {
        return each(this::layerNorm, List.of(7, 64, 99, 768));
    }

    private void layerNorm(int n) {
        requireSixteenParts();
        Backend b = backend();
        View out = room(b, 3, 13, n);
        b.layerNorm(input(b, 4, 3, 13, n), input(b, 5, n), input(b, 6, n), 1e-6, out);
        assertBits("layer-norm." + n, b, out);
    }

    /** Affine maps with what follows them in a transformer, inner sizes up to the depth of a slice of every width. */
    @TestFactory
    final Stream<DynamicTest> linear() {
        return each(this::linear, List.of(1, 40, 64, 256, 384));
    }

    private void linear(int in) {
        Backend b = backend();
        View plain = room(b, 3, 29, 130);
        View x = input(b, 7, 3, 29, in);
        View weight = input(b, 8, 130, in);
        View bias = input(b, 9, 130);
        b.linear(x, weight, bias, plain);
        View finished = room(b, 3, 29, 130);
        b.linear(x, weight, bias, Unary.GELU_TANH, plain, finished);
        assertBits("linear." + in, b, plain, finished);
    }

    /**
     * More than one slice of a vector product of 512 bits is left out: from 769 on sums are taken slice by slice there.
     */
    @Test
    final void linearAsLongAsASlice() {
        requireSixteenParts();
        Backend b = backend();
        View out = room(b, 37, 80);
        b.linear(input(b, 10, 37, 768), input(b, 11, 80, 768), null, out);
        assertBits("linear.768", b, out);
    }

    /** Products as gradients of an affine map take them. */
    @Test
    final void productsOfTransposedOperands() {
        Backend b = backend();
        View g = input(b, 12, 128, 10);
        View x = input(b, 13, 128, 200);
        View weight = input(b, 14, 10, 200);
        View gw = room(b, 10, 200);
        View gx = room(b, 128, 200);
        b.matmul(g.transpose(0, 1), x, gw);
        b.linear(g, weight.transpose(0, 1), null, gx);
        assertBits("products", b, gw, gx);
    }

    /**
     * Scores in several tiles, so that the greatest comes late; a bias that hides keys; scores of very different size.
     */
    @TestFactory
    final Stream<DynamicTest> attention() {
        return each(this::attention, List.of(30, 99, 200));
    }

    private void attention(int tokens) {
        requireSixteenParts();
        Backend b = backend();
        View q = input(b, 15, 2, 2, tokens, 64);
        View k = input(b, 16, 2, 2, tokens, 64);
        View v = input(b, 17, 2, 2, tokens, 64);
        View plain = room(b, 2, 2, tokens, 64);
        View sharp = room(b, 2, 2, tokens, 64);
        View biased = room(b, 2, 2, tokens, 64);
        b.attention(q, k, v, null, 0.125, plain);
        b.attention(q, k, v, null, 9, sharp);
        float[] bias = ValueKind.NORMAL.make((long) tokens * tokens, 18);
        for (int i = 0; i < bias.length; i++) {
            bias[i] = i % tokens > i / tokens ? Float.NEGATIVE_INFINITY : 8 * bias[i];
        }
        b.attention(q, k, v, input(b, bias, tokens, tokens).expand(Shape.of(2, 2, tokens, tokens)), 0.125, biased);
        assertBits("attention." + tokens, b, plain, sharp, biased);
    }

    /** Down the columns of a batch of logits, up to 128 rows. */
    @TestFactory
    final Stream<DynamicTest> sumsOfColumns() {
        return each(this::sumsOfColumns, List.of(92, 128));
    }

    private void sumsOfColumns(int rows) {
        Backend b = backend();
        View out = room(b, 1, 10);
        b.reduce(Reduce.SUM, input(b, 19, rows, 10), out);
        assertBits("sum-of-columns." + rows, b, out);
    }

    /** All numbers of a batch of logits. */
    @TestFactory
    final Stream<DynamicTest> sumsOfAll() {
        return each(this::sumsOfAll, List.of(92, 128, 400));
    }

    private void sumsOfAll(int rows) {
        requireSixteenParts();
        Backend b = backend();
        View out = room(b, 1, 1);
        b.reduce(Reduce.SUM, input(b, 20, rows, 10), out);
        assertBits("sum-of-all." + rows, b, out);
    }

    /**
     * Matching with signs and its gradient, over more clips than a device takes at once; a dim that fills no row of
     * partial sums.
     */
    @TestFactory
    final Stream<DynamicTest> binaryPrototypes() {
        return each(this::binaryPrototypes, List.of(64, 75, 192));
    }

    private void binaryPrototypes(int dim) {
        Backend b = backend();
        View tokens = input(b, 21, 70, 33, dim);
        View prototypes = input(b, 22, 45, dim);
        View values = room(b, 70, 45);
        View winners = b.allocate(DType.I32, values.shape());
        View gradient = room(b, 45, dim);
        b.binaryPrototypeMaxPool(tokens, prototypes, values, winners);
        b.binaryPrototypeMaxPoolBackward(tokens, prototypes, winners, input(b, 23, 70, 45), null, gradient);
        assertBits("binary-prototypes." + dim, b, values, winners, gradient);
    }

    /** Two steps of the optimizer. */
    @Test
    final void adamW() {
        Backend b = backend();
        View weight = input(b, 24, 45, 70);
        View m = room(b, 45, 70);
        View v = room(b, 45, 70);
        for (int step = 1; step <= 2; step++) {
            b.adamW(weight, input(b, 24 + step, 45, 70), m, v, 1e-2, 0.9, 0.999, 1e-8, 1e-4, step);
        }
        assertBits("adamw", b, weight, m, v);
    }
}
