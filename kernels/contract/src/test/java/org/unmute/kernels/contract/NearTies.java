package org.unmute.kernels.contract;

import java.util.SplittableRandom;

/** Clips of tokens whose cosines with signs are hard to tell apart. Each kind is hard for a different reason. */
enum NearTies {
    /** Independent numbers. */
    RANDOM {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            normal(x, random);
        }
    },
    /** A common vector plus small differences; some entries of the vector are a hundred times the others. */
    OUTLIERS {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            float[] base = new float[dim];
            normal(base, random);
            for (int d = 0; d < dim; d += 50) {
                base[d] *= 100;
            }
            normal(x, random);
            for (int i = 0; i < x.length; i++) {
                x[i] = base[i % dim] * (1 + 0.05f * x[i]) + 0.3f * x[i];
            }
        }
    },
    /** Copies of a vector with a rounding error in every entry. */
    ROUNDED {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            copies(x, dim, random);
            for (int i = 0; i < x.length; i++) {
                x[i] *= (float) (1 + 1e-7 * random.nextGaussian());
            }
        }
    },
    /** Copies of a vector that differ in the last bit of a few entries. */
    LAST_BITS {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            copies(x, dim, random);
            for (int n = 0; n < x.length / dim; n++) {
                for (int k = 0; k < n % 4; k++) {
                    int i = n * dim + random.nextInt(dim);
                    x[i] = Float.intBitsToFloat(Float.floatToRawIntBits(x[i]) + 1);
                }
            }
        }
    },
    /** Differences below the resolution of float64. */
    BELOW_DOUBLE {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            copies(x, dim, random);
            for (int n = 0; n < x.length / dim; n++) {
                x[n * dim + random.nextInt(dim)] = (float) Math.scalb(random.nextGaussian(), -60);
            }
        }
    },
    /** Unequal tokens with equal cosines: swapped entries and powers of two. */
    TIES {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            normal(x, random);
            for (int n = 1; n < x.length / dim; n++) {
                int from = (n & 7) == 0 ? n : n - 1;
                for (int d = 0; d < dim; d++) {
                    x[n * dim + d] = x[from * dim + d] * (n % 3 == 0 ? 4 : 1);
                }
                int i = n * dim + random.nextInt(dim);
                int k = n * dim + random.nextInt(dim);
                float swapped = x[i];
                x[i] = x[k];
                x[k] = swapped;
            }
        }
    },
    /** Multiples of a few vectors, rounded. */
    MULTIPLES {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            normal(x, random);
            for (int n = 4; n < x.length / dim; n++) {
                float factor = (float) Math.exp(3 * random.nextGaussian());
                for (int d = 0; d < dim; d++) {
                    x[n * dim + d] = x[n % 4 * dim + d] * factor;
                }
            }
        }
    },
    /** Entries of one magnitude, whose sums keep rounding in the same direction. */
    CONSTANT {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            boolean[] negative = new boolean[dim];
            for (int n = 0; n < x.length / dim; n++) {
                float magnitude = (float) (1 + random.nextDouble());
                for (int d = 0; d < dim; d++) {
                    negative[d] = n % 16 == 0 ? random.nextBoolean() : negative[d];
                    x[n * dim + d] = negative[d] ? -magnitude : magnitude;
                }
                x[n * dim + random.nextInt(dim)] *= (float) (1 + 1e-6 * random.nextGaussian());
            }
        }
    },
    /** Entries from 2⁻⁴⁰ to 2²⁰. */
    WIDE {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) Math.scalb(random.nextGaussian(), random.nextInt(-40, 21));
            }
        }
    },
    /** Sums that nearly vanish: large entries in pairs next to small ones. */
    CANCELLING {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            copies(x, dim, random);
            for (int i = 0; i < x.length; i++) {
                x[i] = x[i] * 1000 + (float) (1e-4 * random.nextGaussian());
            }
        }
    },
    /** Few large entries. */
    SPARSE {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            for (int n = 0; n < x.length / dim; n++) {
                for (int k = 0; k < 1 + n % 3; k++) {
                    x[n * dim + random.nextInt(dim)] = (float) random.nextGaussian();
                }
            }
        }
    },
    /** Silence: mostly one repeated token, tokens of zeros, and a few others. */
    REPEATED {
        @Override
        void fill(float[] x, int dim, SplittableRandom random) {
            copies(x, dim, random);
            for (int n = 0; n < x.length / dim; n++) {
                for (int d = 0; d < dim && n % 50 > 46; d++) {
                    x[n * dim + d] = n % 2 == 0 ? 0 : x[n * dim + d] * (float) random.nextDouble(0.999, 1.001);
                }
            }
        }
    };

    /**
     * Fills the tokens of a clip.
     *
     * @param x {@code [tokens, dim]} of zeros. Modified.
     */
    abstract void fill(float[] x, int dim, SplittableRandom random);

    static void normal(float[] x, SplittableRandom random) {
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
    }

    private static void copies(float[] x, int dim, SplittableRandom random) {
        float[] one = new float[dim];
        normal(one, random);
        for (int i = 0; i < x.length; i++) {
            x[i] = one[i % dim];
        }
    }
}
