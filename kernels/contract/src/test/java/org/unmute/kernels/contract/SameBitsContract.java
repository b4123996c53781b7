package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.files.Sha256;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.Binary;
import org.unmute.tensor.op.Reduce;
import org.unmute.tensor.op.Unary;

/**
 * The same input gives the same bits on every backend that runs this contract, for all operations of an encoder like
 * KWT and of protobin training. {@code same-bits.properties} has one line per test, with the first 16 digits of the
 * SHA-256 of the results. A failing test prints the line that would be needed after a change common to all backends. A
 * function of one or two numbers is tested if it has a line. docs/numerics.md states the promise.
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

    /** For the tests of a backend. */
    protected SameBitsContract() {}

    /**
     * Whether sums along a row have 16 partial sums, as with 512-bit vectors; with narrower vectors the promise holds
     * for training only.
     */
    protected boolean sumsInSixteenParts() {
        return true;
    }

    private void requireSixteenParts() {
        Assumptions.assumeTrue(
                sumsInSixteenParts(), "skipped: vectors of fewer than 512 bits sum along a row in another order");
    }

    private static void assertBits(String name, Backend b, View... results) {
        MessageDigest sha = Sha256.digest();
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
        assertEquals(
                key(name) + " = " + BITS.getProperty(key(name)),
                key(name) + " = " + HexFormat.of().formatHex(sha.digest()).substring(0, DIGITS),
                "same-bits.properties of kernels/contract");
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The functions that have a line. */
    private static <F extends Enum<F>> List<F> promised(String group, F[] functions) {
        return Arrays.stream(functions)
                .filter(f -> BITS.containsKey(key(group + "." + f)))
                .toList();
    }

    /** Inputs for functions, of all magnitudes, with 0 and arguments that make exponentials overflow and underflow. */
    private static View wide(Backend b, boolean positive) {
        float[] x = ValueKind.NORMAL.make(3011, 1);
        for (int i = 0; i < x.length; i++) {
            x[i] *= (float) (i % 5 == 0 ? 40 : i % 5 == 1 ? 4 : i % 5 == 2 ? 0x1p-10 : i % 5 == 3 ? 0x1p-30 : 1);
            x[i] = positive ? Math.abs(x[i]) : x[i];
        }
        x[0] = 0;
        return values(b, x, x.length);
    }

    /** Functions composed of multiplications, additions, divisions and square roots in a fixed order. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> unary() {
        return eachFunction(promised("unary", Unary.values()), f -> {
            Backend b = backend();
            View x = wide(b, f == Unary.LOG || f == Unary.SQRT);
            View out = memory(b, x.shape().size(0));
            b.unary(f, -0.5, 2, x, out);
            assertBits("unary." + f, b, out);
        });
    }

    /** The gradients of these functions that protobin training needs. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> unaryBackward() {
        return eachFunction(promised("gradient", Unary.values()), f -> {
            Backend b = backend();
            View x = wide(b, f == Unary.LOG);
            View y = memory(b, x.shape().size(0));
            View gx = memory(b, x.shape().size(0));
            b.unary(f, -0.5, 2, x, y);
            b.unaryBackward(f, -0.5, 2, x, y, values(b, 2, x.shape().size(0)), gx);
            assertBits("gradient." + f, b, gx);
        });
    }

    /** Powers as in a focal loss: bases of all magnitudes, whole and fractional exponents. */
    @TestFactory
    @EachFunction
    final Stream<DynamicTest> binary() {
        return eachFunction(promised("binary", Binary.values()), f -> {
            Backend b = backend();
            View x = wide(b, f == Binary.POW);
            float[] exponents = ValueKind.NORMAL.make(x.shape().elements(), 3);
            for (int i = 0; i < exponents.length; i++) {
                exponents[i] = i % 2 == 0 ? i / 2 % 5 : exponents[i] * 3;
            }
            View out = memory(b, x.shape().size(0));
            b.binary(f, x, values(b, exponents, exponents.length), out);
            assertBits("binary." + f, b, out);
        });
    }

    /** Rows shorter than a vector, rows of several vectors, and rows with a remainder. */
    @TestFactory
    final Stream<DynamicTest> layerNorm() {
        return each(List.of(7, 64, 99, 768), n -> {
            requireSixteenParts();
            Backend b = backend();
            View out = memory(b, 3, 13, n);
            b.layerNorm(values(b, 4, 3, 13, n), values(b, 5, n), values(b, 6, n), 1e-6, out);
            assertBits("layer-norm." + n, b, out);
        });
    }

    /** Linear maps with the epilogue of a transformer, with inner sizes up to the slice depth of every vector width. */
    @TestFactory
    final Stream<DynamicTest> linear() {
        return each(List.of(1, 40, 64, 256, 384), in -> {
            Backend b = backend();
            View plain = memory(b, 3, 29, 130);
            View x = values(b, 7, 3, 29, in);
            View weight = values(b, 8, 130, in);
            View bias = values(b, 9, 130);
            b.linear(x, weight, bias, plain);
            View finished = memory(b, 3, 29, 130);
            b.linear(x, weight, bias, Unary.GELU_TANH, plain, finished);
            assertBits("linear." + in, b, plain, finished);
        });
    }

    /** The longest inner size: from 769 on, products with 512-bit vectors are summed slice by slice. */
    @Test
    final void linearAsLongAsASlice() {
        requireSixteenParts();
        Backend b = backend();
        View out = memory(b, 37, 80);
        b.linear(values(b, 10, 37, 768), values(b, 11, 80, 768), null, out);
        assertBits("linear.768", b, out);
    }

    /** Products with transposed operands, as in the gradients of a linear map. */
    @Test
    final void linearAndMatmulOfTransposedOperands() {
        Backend b = backend();
        View g = values(b, 12, 128, 10);
        View x = values(b, 13, 128, 200);
        View weight = values(b, 14, 10, 200);
        View gw = memory(b, 10, 200);
        View gx = memory(b, 128, 200);
        b.matmul(g.transpose(0, 1), x, gw);
        b.linear(g, weight.transpose(0, 1), null, gx);
        assertBits("products", b, gw, gx);
    }

    /**
     * Scores in several tiles, so that the maximum comes late; a bias that hides keys; and scores of very different
     * magnitude.
     */
    @TestFactory
    final Stream<DynamicTest> attention() {
        return each(List.of(30, 99, 200), tokens -> {
            requireSixteenParts();
            Backend b = backend();
            View q = values(b, 15, 2, 2, tokens, 64);
            View k = values(b, 16, 2, 2, tokens, 64);
            View v = values(b, 17, 2, 2, tokens, 64);
            View plain = memory(b, 2, 2, tokens, 64);
            View sharp = memory(b, 2, 2, tokens, 64);
            View biased = memory(b, 2, 2, tokens, 64);
            b.attention(q, k, v, null, 0.125, plain);
            b.attention(q, k, v, null, 9, sharp);
            float[] bias = ValueKind.NORMAL.make((long) tokens * tokens, 18);
            for (int i = 0; i < bias.length; i++) {
                bias[i] = i % tokens > i / tokens ? Float.NEGATIVE_INFINITY : 8 * bias[i];
            }
            b.attention(q, k, v, values(b, bias, tokens, tokens).expand(Shape.of(2, 2, tokens, tokens)), 0.125, biased);
            assertBits("attention." + tokens, b, plain, sharp, biased);
        });
    }

    /** Sums of the columns of a batch of logits, up to 128 rows. */
    @TestFactory
    final Stream<DynamicTest> reduceColumns() {
        return each(List.of(92, 128), rows -> {
            Backend b = backend();
            View out = memory(b, 1, 10);
            b.reduce(Reduce.SUM, values(b, 19, rows, 10), out);
            assertBits("sum-of-columns." + rows, b, out);
        });
    }

    /** The sum of a batch of logits. */
    @TestFactory
    final Stream<DynamicTest> reduceAll() {
        return each(List.of(92, 128, 400), rows -> {
            requireSixteenParts();
            Backend b = backend();
            View out = memory(b, 1, 1);
            b.reduce(Reduce.SUM, values(b, 20, rows, 10), out);
            assertBits("sum-of-all." + rows, b, out);
        });
    }

    /**
     * Binary matching and its gradient, over more clips than a device processes at a time, with a dim that does not
     * fill a row of partial sums.
     */
    @TestFactory
    final Stream<DynamicTest> binaryPrototypeMaxPool() {
        return each(List.of(64, 75, 192), dim -> {
            Backend b = backend();
            View tokens = values(b, 21, 70, 33, dim);
            View prototypes = values(b, 22, 45, dim);
            View values = memory(b, 70, 45);
            View winners = b.allocate(DType.I32, values.shape());
            View gradient = memory(b, 45, dim);
            b.binaryPrototypeMaxPool(tokens, prototypes, values, winners);
            b.binaryPrototypeMaxPoolBackward(tokens, prototypes, winners, values(b, 23, 70, 45), null, gradient);
            assertBits("binary-prototypes." + dim, b, values, winners, gradient);
        });
    }

    /** Two steps of the optimizer. */
    @Test
    final void adamW() {
        Backend b = backend();
        View weight = values(b, 24, 45, 70);
        View m = memory(b, 45, 70);
        View v = memory(b, 45, 70);
        for (int step = 1; step <= 2; step++) {
            b.adamW(weight, values(b, 24 + step, 45, 70), m, v, 1e-2, 0.9, 0.999, 1e-8, 1e-4, step);
        }
        assertBits("adamw", b, weight, m, v);
    }
}
