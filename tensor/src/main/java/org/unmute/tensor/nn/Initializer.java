package org.unmute.tensor.nn;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.unmute.tensor.RandomNumbers;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/**
 * Draws initial parameters. They depend on the seed and the order of calls only: they are the same on every machine
 * ({@link RandomNumbers}) and, up to rounding, on every backend. Each method returns a parameter that takes gradients.
 * Not thread-safe.
 */
public final class Initializer {
    private final Backend backend;
    private final SplittableRandom random;

    /** Parameters on the current backend. */
    public Initializer(long seed) {
        this(Backends.current(), seed);
    }

    /** Parameters on a given backend. */
    public Initializer(Backend backend, long seed) {
        this.backend = backend;
        this.random = new SplittableRandom(seed);
    }

    /** Normally distributed numbers with mean 0. */
    public Tensor normal(double deviation, long... shape) {
        return parameter(RandomNumbers.normal(random, length(shape), deviation), shape);
    }

    /** Normally distributed numbers with mean 0, drawn again while they are more than two deviations from it. */
    public Tensor truncatedNormal(double deviation, long... shape) {
        return parameter(RandomNumbers.truncatedNormal(random, length(shape), deviation, 2 * deviation), shape);
    }

    /** Uniformly distributed numbers in {@code [-bound, bound)}. */
    public Tensor uniform(double bound, long... shape) {
        return parameter(RandomNumbers.uniform(random, length(shape), bound), shape);
    }

    /** Uniformly distributed numbers in {@code [0, 1)}. */
    public Tensor fraction(long... shape) {
        return parameter(RandomNumbers.fraction(random, length(shape)), shape);
    }

    /** The same number in every element. */
    public Tensor constant(double value, long... shape) {
        float[] values = new float[length(shape)];
        Arrays.fill(values, (float) value);
        return parameter(values, shape);
    }

    /** Weight {@code [out, in]} of a linear layer, drawn as by PyTorch's {@code nn.Linear}: uniform within 1/√in. */
    public Tensor linearWeight(int out, int in) {
        return uniform(1 / Math.sqrt(in), out, in);
    }

    /** Bias {@code [out]} of a linear layer with {@code in} inputs, drawn in the same way. */
    public Tensor linearBias(int out, int in) {
        return uniform(1 / Math.sqrt(in), out);
    }

    /** Uniform within √(6 / (in + out)), after Glorot and Bengio; weights are {@code [out, in, kernel...]}. */
    public Tensor xavierUniform(long... shape) {
        return uniform(Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape))), shape);
    }

    /** Normal with variance 2 / (in + out). */
    public Tensor xavierNormal(long... shape) {
        return normal(Math.sqrt(2.0 / (fanIn(shape) + fanOut(shape))), shape);
    }

    /** Uniform within √(6 / in), for layers before a rectifier, after He et al. */
    public Tensor kaimingUniform(long... shape) {
        return uniform(Math.sqrt(6.0 / fanIn(shape)), shape);
    }

    /** Normal with variance 2 / in. */
    public Tensor kaimingNormal(long... shape) {
        return normal(Math.sqrt(2.0 / fanIn(shape)), shape);
    }

    /** Inputs of one output. */
    private static double fanIn(long... shape) {
        if (shape.length < 2) {
            throw new IllegalArgumentException(
                    "initializer: a weight is [out, in, kernel...], the shape is " + Arrays.toString(shape));
        }
        return (double) length(shape) / shape[0];
    }

    /** Outputs of one input. */
    private static double fanOut(long... shape) {
        return (double) length(shape) / shape[1];
    }

    private Tensor parameter(float[] values, long... shape) {
        return Tensor.of(backend, values, shape).parameter();
    }

    private static int length(long... shape) {
        return Math.toIntExact(Shape.of(shape).elements());
    }
}
