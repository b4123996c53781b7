package org.unmute.models.vit;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;

/**
 * Trainable weights, initialized on first request: norms with weight 1 and bias 0, tokens from a normal distribution
 * with standard deviation 0.02, matrices uniformly within Xavier's bound. The same seed and order of requests give the
 * same values.
 */
public final class FreshWeights implements Weights {
    private static final double TOKEN_STD = 0.02;
    private final SplittableRandom random;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    /** Starts a new model with a random seed. */
    public FreshWeights(long seed) {
        random = new SplittableRandom(seed);
    }

    /** All parameters requested so far, by name, in the order of the requests. */
    public Map<String, Tensor> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    @Override
    public boolean has(String name) {
        return true;
    }

    @Override
    public Tensor tensor(String name, long... shape) {
        Tensor known = parameters.get(name);
        if (known != null) {
            return known;
        }
        float[] values = new float[Math.toIntExact(Shape.of(shape).elements())];
        if (shape.length == 1) {
            Arrays.fill(values, name.endsWith("weight") ? 1 : 0);
        } else if (name.endsWith("token")) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * TOKEN_STD);
            }
        } else {
            long in = values.length / shape[0];
            double bound = Math.sqrt(6.0 / (in + shape[0]));
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(-bound, bound);
            }
        }
        Tensor t = Tensor.of(values, shape).parameter();
        parameters.put(name, t);
        return t;
    }
}
