package org.unmute.convert.export;

import java.util.SplittableRandom;
import org.unmute.tensor.Tensor;

/** Made-up inputs: what a network records depends on their sizes alone, which two different ones verify. */
final class Noise {
    private static final double LOUDNESS = 0.1;

    private Noise() {}

    /** Samples of a noise. */
    static float[] samples(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] samples = new float[count];
        for (int i = 0; i < count; i++) {
            samples[i] = (float) (LOUDNESS * random.nextGaussian());
        }
        return samples;
    }

    /** A tensor of noise. */
    static Tensor of(long seed, long... shape) {
        long count = 1;
        for (long size : shape) {
            count = Math.multiplyExact(count, size);
        }
        return Tensor.owning(samples(seed, Math.toIntExact(count)), shape);
    }
}
