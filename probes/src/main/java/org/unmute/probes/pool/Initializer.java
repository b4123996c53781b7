package org.unmute.probes.pool;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;

/**
 * Draws initial parameters. They depend on the seed only: they are the same on every platform ({@link StrictMath}) and,
 * up to rounding, on every backend. Each method returns a parameter that takes gradients.
 */
public final class Initializer {
    private final Backend backend;
    private final SplittableRandom random;

    Initializer(Backend backend, long seed) {
        this.backend = backend;
        this.random = new SplittableRandom(seed);
    }

    /** Normally distributed numbers with mean 0. */
    public Tensor normal(double deviation, long... shape) {
        float[] values = new float[length(shape)];
        for (int i = 0; i < values.length; i += 2) {
            // Box-Muller: two independent numbers from a radius and an angle; 1 - u is never 0
            double radius = deviation * StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
            double angle = 2 * Math.PI * random.nextDouble();
            values[i] = (float) (radius * StrictMath.cos(angle));
            if (i + 1 < values.length) {
                values[i + 1] = (float) (radius * StrictMath.sin(angle));
            }
        }
        return Tensor.of(backend, values, shape).parameter();
    }

    /** Uniformly distributed numbers in {@code [-bound, bound)}. */
    public Tensor uniform(double bound, long... shape) {
        float[] values = new float[length(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return Tensor.of(backend, values, shape).parameter();
    }

    /** Uniformly distributed numbers in {@code [0, 1)}. */
    public Tensor fraction(long... shape) {
        float[] values = new float[length(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(1 << 24) * 0x1p-24f;
        }
        return Tensor.of(backend, values, shape).parameter();
    }

    /** The same number in every element. */
    public Tensor constant(double value, long... shape) {
        float[] values = new float[length(shape)];
        Arrays.fill(values, (float) value);
        return Tensor.of(backend, values, shape).parameter();
    }

    /** Weight {@code [out, in]} of a linear layer, drawn as by PyTorch's {@code nn.Linear}: uniform within 1/√in. */
    public Tensor linearWeight(int out, int in) {
        return uniform(1 / Math.sqrt(in), out, in);
    }

    /** Bias {@code [out]} of a linear layer with {@code in} inputs, drawn in the same way. */
    public Tensor linearBias(int out, int in) {
        return uniform(1 / Math.sqrt(in), out);
    }

    private static int length(long... shape) {
        return Math.toIntExact(Shape.of(shape).elements());
    }
}
