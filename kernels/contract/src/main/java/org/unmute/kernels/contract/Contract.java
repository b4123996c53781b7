package org.unmute.kernels.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.extension.ExtendWith;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;

/**
 * What all parts of the suite share: the backend under test, the reference, which is the scalar backend in float64, and
 * the comparison of the two. {@link BackendContract} runs all parts.
 */
@ExtendWith(OpFilter.class)
public abstract class Contract {
    /** The specification. */
    static final Backend REFERENCE = ScalarBackend.INSTANCE;
    /** Around the lengths of vectors and blocks. */
    static final int[] SIZES = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 257, 1023};

    private Backend backend;

    /** For the backend's tests. */
    protected Contract() {}

    /** A factory with a test for each function of an enum, made by {@link #eachFunction}. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface EachFunction {}

    /**
     * Opens the backend under test.
     *
     * @param threads worker threads, where that means something
     */
    protected abstract Backend open(int threads);

    /**
     * The backend under test, open until the end of the test: on two threads, or as many as the system property {@code
     * unmute.threads} says.
     */
    final Backend backend() {
        if (backend == null) {
            backend = open(Integer.getInteger("unmute.threads", 2));
        }
        return backend;
    }

    @AfterEach
    final void closeBackend() {
        if (backend != null) {
            backend.close();
            backend = null;
        }
    }

    /** One test a case, named after it. */
    static <T> Stream<DynamicTest> each(T[] cases, Consumer<T> test) {
        return each(List.of(cases), test);
    }

    static <T> Stream<DynamicTest> each(List<T> cases, Consumer<T> test) {
        return cases.stream().map(c -> DynamicTest.dynamicTest(name(c), () -> test.accept(c)));
    }

    /** One test a function; only that of the op under test, where {@link OpFilter} names one. */
    static <F extends Enum<F>> Stream<DynamicTest> eachFunction(List<F> functions, Consumer<F> test) {
        return each(
                functions.stream()
                        .filter(f -> OpFilter.selectsFunction(f.name()))
                        .toList(),
                test);
    }

    private static String name(Object of) {
        return switch (of) {
            case int[] sizes -> Arrays.toString(sizes);
            case long[] sizes -> Arrays.toString(sizes);
            default -> of.toString();
        };
    }

    /** Normally distributed values on the backend under test. */
    final Operand operand(Placement p, Shape shape, long seed) {
        return operand(p, shape, ValueKind.NORMAL, seed);
    }

    final Operand operand(Placement p, Shape shape, ValueKind kind, long seed) {
        return input(p, shape, kind.make(shape.elements(), seed));
    }

    /** An input with values in row-major order. */
    final Operand input(Placement p, Shape shape, float... values) {
        return Operand.of(backend(), p, shape, values);
    }

    final Operand inputOfInts(Placement p, Shape shape, int... values) {
        return Operand.ofInts(backend(), p, shape, values);
    }

    /** An input broadcast from shape {@code own} to {@code shape}. */
    final Operand broadcast(Shape own, Shape shape, float... values) {
        return Operand.repeated(backend(), own, shape, values);
    }

    /** A dense input at the start of its memory, without guards. */
    final Operand fromTheStart(Shape shape, float... values) {
        return Operand.fromTheStart(backend(), shape, values);
    }

    /** Memory for a result, filled with a sentinel. */
    final Operand output(Placement p, Shape shape) {
        return Operand.output(backend(), p, shape);
    }

    final Operand intOutput(Placement p, Shape shape) {
        return Operand.intOutput(backend(), p, shape);
    }

    /** Memory for a result of the reference. */
    static View doubles(Shape shape) {
        return View.dense(HostBuffer.allocate(DType.F64, shape.elements()), shape);
    }

    /** Every element within a bound, and nothing written outside. */
    static void compare(String what, View expected, Operand actual, double bound) {
        compare(what, expected, actual, i -> bound);
    }

    static void compare(String what, View expected, Operand actual, IntToDoubleFunction bound) {
        float[] got = actual.read();
        for (int i = 0; i < got.length; i++) {
            Check.close(what, i, expected.host().get(i), got[i], bound.applyAsDouble(i));
        }
        actual.assertGuards(what);
    }

    /** The largest magnitude; 0 of nothing. */
    static double maxAbs(Operand x) {
        return Arrays.stream(x.reference().host().doubles())
                .map(Math::abs)
                .max()
                .orElse(0);
    }

    /** The smallest Euclidean norm of the rows of {@code dim} elements; infinite without rows. */
    static double minNorm(Operand x, long dim) {
        double[] v = x.reference().host().doubles();
        double min = Double.POSITIVE_INFINITY;
        for (int i = 0; i < v.length; i += (int) dim) {
            double square = 0;
            for (int d = 0; d < dim; d++) {
                square += v[i + d] * v[i + d];
            }
            min = Math.min(min, Math.sqrt(square));
        }
        return min;
    }
}
