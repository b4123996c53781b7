package org.unmute.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random numbers that depend on a seed only: the same on every machine, since {@link SplittableRandom} is a fixed
 * algorithm (SplitMix64) and logarithms, sines and cosines are those of {@link StrictMath}.
 */
public final class RandomNumbers {
    /** Bits of a float's significand. */
    private static final int BITS = 24;

    private RandomNumbers() {}

    /**
     * A generator that is a function of three numbers, so that what it decides does not depend on what was drawn
     * before: an interrupted run continues in the same way.
     *
     * @param seed of the run
     * @param purpose tells apart what is decided, such as the order of examples (0) and dropout (1)
     * @param number of the epoch or step
     */
    public static SplittableRandom stream(long seed, int purpose, long number) {
        long first = new SplittableRandom(seed).nextLong();
        return new SplittableRandom(new SplittableRandom(first + purpose).nextLong() + number);
    }

    /** Normal numbers with mean 0, by the method of Box and Muller. */
    public static float[] normal(SplittableRandom random, int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < values.length; i += 2) {
            // Two independent numbers from a radius and an angle; 1 - u is never 0
            double radius = deviation * StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
            double angle = 2 * Math.PI * random.nextDouble();
            values[i] = (float) (radius * StrictMath.cos(angle));
            if (i + 1 < values.length) {
                values[i + 1] = (float) (radius * StrictMath.sin(angle));
            }
        }
        return values;
    }

    /**
     * Normal numbers with mean 0, drawn again while they are more than {@code limit} from 0.
     *
     * @param limit above 0
     */
    public static float[] truncatedNormal(SplittableRandom random, int count, double deviation, double limit) {
        if (!(deviation >= 0 && limit > 0)) {
            throw new IllegalArgumentException("truncated normal: the deviation must be at least 0 and the limit above"
                    + " 0: " + deviation + ", " + limit);
        }
        float[] values = new float[count];
        int found = 0;
        while (found < count) {
            for (float x : normal(random, count - found, deviation)) {
                if (Math.abs(x) <= limit) {
                    values[found++] = x;
                }
            }
        }
        return values;
    }

    /** Uniform numbers in {@code [-bound, bound)}. */
    public static float[] uniform(SplittableRandom random, int count, double bound) {
        float[] values = new float[count];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return values;
    }

    /** Uniform multiples of 2^-24 in {@code [0, 1)}. */
    public static float[] fraction(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(1 << BITS) * 0x1p-24f;
        }
        return values;
    }

    /** The numbers from 0 to {@code count - 1} in a random order, each order equally likely. */
    public static int[] order(SplittableRandom random, int count) {
        int[] order = new int[count];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    static int[] indices(int count) {
        int[] all = new int[count];
        Arrays.setAll(all, i -> i);
        return all;
    }
}
