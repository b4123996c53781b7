package org.unmute.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.extension.ExtendWith;
import org.unmute.kernels.contract.reference.Float64Reference;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.backend.scalar.ScalarBackend;
import org.unmute.tensor.op.Unary;

/**
 * The base of all parts of the suite: the backend under test, the reference (the scalar backend in float64), and
 * comparisons of the two. {@link BackendContract} runs all parts.
 */
@ExtendWith(OpFilter.class)
public abstract class Contract {
    /** The specification: the scalar backend. */
    static final Backend REFERENCE = Float64Reference.INSTANCE;
    /** Sizes around the lengths of vectors and blocks. */
    static final int[] SIZES = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 257, 1023};

    /** The variants of an operation, without and with a feature. */
    static final boolean[] BOTH = {false, true};

    /**
     * System property: {@code true} leaves two of five layouts out, for a run whose kernels another one tests in all.
     */
    public static final String FEW_LAYOUTS = "unmute.few.layouts";

    private static final double MOST_OF_REFERENCE = 4e7;

    private Backend backend;

    /** For the tests of a backend. */
    protected Contract() {}

    /** Marks a factory with one test for each function of an enum, built by {@link #eachFunction}. */
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface EachFunction {}

    /**
     * Opens the backend under test.
     *
     * @param threads number of worker threads, for backends that use them
     */
    protected abstract Backend open(int threads);

    /**
     * The relative error with which the backend rounds each operand of a product before multiplying: 0 unless the
     * backend was asked to round. Products, attention and matching are then compared with bounds that allow for it; all
     * other guarantees stay.
     */
    protected double operandRounding() {
        return 0;
    }

    /**
     * The number of additional terms of a float32 sum whose error bound, by {@link Tolerance}, equals the error of
     * rounding both operands.
     */
    final long roundedTerms() {
        double r = operandRounding();
        return (long) Math.ceil((2 * r + r * r) / (4 * Tolerance.ROUNDING));
    }

    /**
     * The backend under test, open until the end of the test. It has two threads, or the number given by the system
     * property {@code unmute.threads}.
     */
    final Backend backend() {
        if (backend == null) {
            backend = open(Integer.getInteger("unmute.threads", 2));
        }
        return backend;
    }

    /**
     * The layouts to test. The quick build takes three of them for the scalar backend, which finds every element by
     * strides; so does a run with {@value #FEW_LAYOUTS}.
     */
    final Placement[] placements() {
        return Boolean.getBoolean(FEW_LAYOUTS) || isReferenceInQuickBuild()
                ? new Placement[] {Placement.DENSE, Placement.STRIDED, Placement.NEGATIVE}
                : Placement.values();
    }

    private boolean isReferenceInQuickBuild() {
        return backend() == ScalarBackend.INSTANCE && !Boolean.getBoolean("unmute.full");
    }

    /**
     * Whether a case is left out, with a line that says so: in the quick build the scalar backend runs no case of more
     * than {@value #MOST_OF_REFERENCE} multiplications.
     */
    final boolean leavesOut(String what, double multiplications) {
        boolean leavesOut = multiplications > MOST_OF_REFERENCE && isReferenceInQuickBuild();
        if (leavesOut) {
            System.out.printf(
                    "%s: skipped on the scalar backend: %.0f million multiplications: mvn verify -Pfull runs it%n",
                    what, multiplications / 1e6);
        }
        return leavesOut;
    }

    /** Skips the test if it {@linkplain #leavesOut is left out}. */
    final void skipIfLeftOut(String what, double multiplications) {
        assumeFalse(leavesOut(what, multiplications), "large for the scalar backend: mvn verify -Pfull runs it");
    }

    @AfterEach
    final void closeBackend() {
        if (backend != null) {
            backend.close();
            backend = null;
        }
    }

    /** One test per case, named after it. */
    static <T> Stream<DynamicTest> each(T[] cases, Consumer<T> test) {
        return each(List.of(cases), test);
    }

    static <T> Stream<DynamicTest> each(List<T> cases, Consumer<T> test) {
        return cases.stream().map(c -> DynamicTest.dynamicTest(name(c), () -> test.accept(c)));
    }

    /** One test per function, or only the test of the selected op if {@link OpFilter} selects one. */
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
        return Operand.place(backend(), DType.F32, p, shape, values);
    }

    final Operand inputOfInts(Placement p, Shape shape, int... values) {
        float[] f = new float[values.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = values[i];
        }
        return Operand.place(backend(), DType.I32, p, shape, f);
    }

    /** An input broadcast from shape {@code own} to {@code shape}. */
    final Operand broadcast(Shape own, Shape shape, float... values) {
        return input(Placement.DENSE, own, values).as(v -> v.expand(shape));
    }

    /** A dense input at the start of its memory, without guards. */
    final Operand fromTheStart(Shape shape, float... values) {
        return Operand.fromTheStart(backend(), shape, values);
    }

    /** Memory for a result, filled with a sentinel. */
    final Operand output(Placement p, Shape shape) {
        return Operand.place(backend(), DType.F32, p, shape, null);
    }

    final Operand intOutput(Placement p, Shape shape) {
        return Operand.place(backend(), DType.I32, p, shape, null);
    }

    /** Normally distributed values on a backend. */
    static View values(Backend b, long seed, long... sizes) {
        return values(b, ValueKind.NORMAL.make(Shape.of(sizes).elements(), seed), sizes);
    }

    static View values(Backend b, float[] numbers, long... sizes) {
        View v = memory(b, sizes);
        b.upload(View.dense(HostBuffer.wrap(numbers), v.shape()), v);
        return v;
    }

    /** Float32 memory on a backend. */
    static View memory(Backend b, long... sizes) {
        return b.allocate(DType.F32, Shape.of(sizes));
    }

    /** The location of an operand on the current backend; null for null. */
    interface Memory {
        View of(Operand operand);
    }

    /** Calls to a backend. */
    interface Step {
        void run(Backend b, Memory at);
    }

    /** Runs calls on the backend under test and on the reference, each with its own memory. */
    final void onBoth(Step step) {
        step.run(backend(), o -> o == null ? null : o.view());
        step.run(REFERENCE, o -> o == null ? null : o.reference());
    }

    /**
     * As above, but the reference, which takes most of the time, runs only for the first result, because its results
     * depend on the values of the inputs, not on their placement.
     *
     * @param first the first result, or null if this is it
     * @return the first result
     */
    final <R> R onBoth(R first, R result, Step step) {
        if (first == null) {
            onBoth(step);
            return result;
        }
        step.run(backend(), o -> o == null ? null : o.view());
        return first;
    }

    /** Memory for a reference result. */
    static View doubles(Shape shape) {
        return REFERENCE.allocate(DType.F64, shape);
    }

    static View absolute(View x) {
        View out = doubles(x.shape());
        REFERENCE.unary(Unary.ABS, 0, 0, x, out);
        return out;
    }

    /** Requires every element of a result to be within a bound of the reference, and nothing to be written outside. */
    static void compare(String what, Operand result, IntToDoubleFunction bound) {
        compare(what, result::exact, result, bound);
    }

    static void compare(String what, Operand result, double bound) {
        compare(what, result, i -> bound);
    }

    /** As above, but compares with the given numbers. A failure shows the input elements at the same index. */
    static void compare(
            String what, IntToDoubleFunction expected, Operand result, IntToDoubleFunction bound, double[]... inputs) {
        Operand.Contents contents = result.new Contents();
        float[] got = contents.values();
        for (int i = 0; i < got.length; i++) {
            double exact = expected.applyAsDouble(i);
            // A bound may take longer than the value, and most results do not need it.
            double allowed = Check.isEqual(exact, got[i]) ? Tolerance.UNKNOWN : bound.applyAsDouble(i);
            if (allowed != Tolerance.UNKNOWN) {
                int at = i;
                Supplier<String> where =
                        () -> what + Stream.of(inputs).map(x -> " of " + x[at]).collect(Collectors.joining(","));
                Check.close(where, i, exact, got[i], allowed);
            }
        }
        contents.assertGuards(what);
    }

    /** Requires the same bits as the reference, and nothing to be written outside. */
    static void same(String what, Operand result) {
        if (result.view().dtype() == DType.I32) {
            assertArrayEquals(result.reference().host().ints(), result.readInts(), what);
        } else {
            Check.same(what, single(result.reference()).host().floats(), result.read());
        }
        result.assertGuards(what);
    }

    /** Requires the same bits as an earlier result. */
    static void same(String what, Operand expected, Operand result) {
        Check.same(what, expected.read(), result.read());
    }

    /** The values of the reference in float32. */
    static View single(View exact) {
        View rounded = REFERENCE.allocate(DType.F32, exact.shape());
        REFERENCE.copy(exact, rounded);
        return rounded;
    }

    /** The largest magnitude; 0 if there are no elements. */
    static double maxAbs(Operand x) {
        return Arrays.stream(x.exact()).map(Math::abs).max().orElse(0);
    }

    /** The smallest Euclidean norm of the rows of {@code dim} elements; infinite if there are no rows. */
    static double minNorm(Operand x, long dim) {
        double[] v = x.exact();
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
