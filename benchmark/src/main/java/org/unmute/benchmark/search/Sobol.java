package org.unmute.benchmark.search;

import java.util.SplittableRandom;

/**
 * The Sobol sequence with the direction numbers of Joe and Kuo ("Constructing Sobol sequences with better
 * two-dimensional projections", 2008, file new-joe-kuo-6.21201) in the order of Antonov and Saleev. Of the first 2ᵏ
 * points, exactly one lies in each of the 2ᵏ equal intervals of every axis.
 *
 * <p>A seed applies a digital shift to the sequence (exclusive or with one random number per dimension). The shift
 * keeps that property and moves the first point away from the corner at which every value is the minimum of its range.
 * Without a seed the points are the published ones.
 */
public final class Sobol {
    /** Maximum number of dimensions. */
    public static final int MOST_DIMENSIONS = 10;

    private static final int BITS = 32;
    /**
     * For dimensions 2, 3, …: the inner coefficients of the primitive polynomial as bits, then the first direction
     * numbers.
     */
    private static final int[][] JOE_KUO = {
        {0, 1},
        {1, 1, 3},
        {1, 1, 3, 1},
        {2, 1, 1, 1},
        {1, 1, 1, 3, 3},
        {4, 1, 3, 5, 13},
        {2, 1, 1, 5, 5, 17},
        {4, 1, 1, 5, 5, 5},
        {7, 1, 1, 7, 11, 19}
    };

    private final int[][] directions;
    private final int[] shift;

    /**
     * Creates the published points.
     *
     * @param dimensions 1 to {@value #MOST_DIMENSIONS}
     * @throws IllegalArgumentException otherwise
     */
    public Sobol(int dimensions) {
        if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "Sobol sequence: 1 to " + MOST_DIMENSIONS + " dimensions: " + dimensions);
        }
        directions = new int[dimensions][];
        for (int d = 0; d < dimensions; d++) {
            directions[d] = d == 0 ? powers() : recurrence(JOE_KUO[d - 1]);
        }
        shift = new int[dimensions];
    }

    /** Creates the points with a digital shift drawn from {@code seed}. */
    public Sobol(int dimensions, long seed) {
        this(dimensions);
        SplittableRandom random = new SplittableRandom(seed);
        for (int d = 0; d < dimensions; d++) {
            shift[d] = random.nextInt();
        }
    }

    /**
     * A point, [dimensions], each in [0, 1).
     *
     * @param index from 0
     * @throws IllegalArgumentException for a negative index
     */
    public double[] point(int index) {
        if (index < 0) {
            throw new IllegalArgumentException("Sobol sequence: points are numbered from 0: " + index);
        }
        int gray = index ^ index >>> 1;
        double[] point = new double[directions.length];
        for (int d = 0; d < point.length; d++) {
            int digits = shift[d];
            for (int bit = 0; gray >>> bit != 0; bit++) {
                if ((gray >>> bit & 1) != 0) {
                    digits ^= directions[d][bit];
                }
            }
            point[d] = Integer.toUnsignedLong(digits) * 0x1p-32;
        }
        return point;
    }

    private static int[] powers() {
        int[] v = new int[BITS];
        for (int k = 0; k < BITS; k++) {
            v[k] = 1 << BITS - 1 - k;
        }
        return v;
    }

    private static int[] recurrence(int[] row) {
        int degree = row.length - 1;
        int[] v = new int[BITS];
        for (int k = 0; k < BITS; k++) {
            if (k < degree) {
                v[k] = row[k + 1] << BITS - 1 - k;
                continue;
            }
            v[k] = v[k - degree] ^ v[k - degree] >>> degree;
            for (int j = 1; j < degree; j++) {
                if ((row[0] >>> degree - 1 - j & 1) != 0) {
                    v[k] ^= v[k - j];
                }
            }
        }
        return v;
    }
}
