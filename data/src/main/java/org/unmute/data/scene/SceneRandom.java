package org.unmute.data.scene;

/**
 * A small random number generator (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
 * 2014) with the same results on every machine and JDK.
 */
final class SceneRandom {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private long state;

    SceneRandom(long seed) {
        this.state = seed;
    }

    /** SplitMix64's finalizer: a bijection of 64-bit numbers that decorrelates neighbors. */
    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /**
     * Seed of clip {@code index} of a split. Different (split, index) pairs of one base seed never share a clip seed,
     * since {@link #mix} is a bijection.
     */
    static long clipSeed(long seed, Split split, int index) {
        long base = mix(seed + GAMMA);
        return mix(base + (long) index * Split.values().length + split.ordinal());
    }

    long nextLong() {
        state += GAMMA;
        return mix(state);
    }

    /** Uniform in [0, 1). */
    double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [low, high). */
    double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /** Uniform on a logarithmic scale in [low, high), both above 0. */
    double logUniform(double low, double high) {
        return StrictMath.exp(uniform(StrictMath.log(low), StrictMath.log(high)));
    }

    /** Uniform integer in [low, high], both inclusive. */
    int between(int low, int high) {
        return low + (int) (nextDouble() * (high - low + 1));
    }

    boolean chance(double probability) {
        return nextDouble() < probability;
    }

    /**
     * Approximately normal noise of mean 0 and variance 1: the sum of four uniforms, cheap and without transcendental
     * functions.
     */
    double noise() {
        long bits = nextLong();
        double sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
        // Four uniforms on 0..65535: mean 131070, standard deviation sqrt(4/12) * 65536.
        return (sum - 131070.0) * (1.0 / 37837.227);
    }
}
