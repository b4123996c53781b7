package org.unmute.kernels.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Matching with prototypes of ±1 gives, to the last bit, what the tiles give: values, winners, ties, NaN. The tiles are had by
 * asking for a few prototypes at a time, which are too few for tables.
 */
class BinaryMatchTest {
    /** Tokens, prototypes, dims. */
    private static final int[][] SHAPES = {{16, 256, 32}, {17, 300, 33}, {100, 257, 100}, {77, 320, 768}, {515, 256, 64},
        {60, 263, 770}, {33, 300, 1537}, {1030, 256, 48}};
    private static final int FEW = 15;
    private static final Backend[] BACKENDS = {new VectorBackend(1), new VectorBackend(2), new VectorBackend(3)};

    @AfterAll
    static void close() {
        Arrays.stream(BACKENDS).forEach(Backend::close);
    }

    /** Kinds of tokens; i is the token, d the dim. */
    private enum Tokens {
        RANDOM {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return (float) r.nextGaussian();
            }
        },
        ALL_EQUAL {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return common[d];
            }
        },
        ALL_BUT_EQUAL {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return common[d] + 1e-6f * (float) r.nextGaussian();
            }
        },
        MUCH_IN_COMMON {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return 10 * common[d] + (float) r.nextGaussian();
            }
        },
        /** One dim outweighs all others. */
        OUTLIER {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return d == 7 ? 100 * (float) r.nextGaussian() : (float) r.nextGaussian();
            }
        },
        /** Few different numbers: ties between different tokens. */
        TIES {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return d / 4 == r.nextInt(6) ? r.nextInt(3) - 1 : 0;
            }
        },
        ZEROS_AMONG_OTHERS {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return i % 3 == 1 ? i % 2 == 0 ? 0f : -0f : (float) r.nextGaussian();
            }
        },
        ALL_ZERO {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return 0;
            }
        },
        DENORMAL {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return 1e-41f * (float) r.nextGaussian();
            }
        },
        TINY {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return 1e-13f * (float) r.nextGaussian();
            }
        },
        /** Norms beyond the range of floats among others. */
        HUGE {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return (float) (r.nextGaussian() * Math.pow(10, i % 4 == 0 ? 38 : i % 30));
            }
        },
        WIDE {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return (float) (r.nextGaussian() * Math.pow(10, -r.nextInt(12)));
            }
        },
        ONE_NAN {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return i == 11 && d == 3 ? Float.NaN : (float) r.nextGaussian();
            }
        },
        ONE_INFINITE {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return i > 12 && d == 3 ? Float.NEGATIVE_INFINITY : (float) r.nextGaussian();
            }
        };

        abstract float at(Random r, int i, int d, float[] common);

        float[] make(int n, int dim) {
            Random r = new Random(31L * ordinal() + dim);
            float[] common = new float[dim];
            for (int d = 0; d < dim; d++) {
                common[d] = (float) r.nextGaussian();
            }
            float[] t = new float[n * dim];
            for (int i = 0; i < t.length; i++) {
                t[i] = at(r, i / dim, i % dim, common);
            }
            return t;
        }
    }

    @ParameterizedTest
    @EnumSource(Tokens.class)
    void sameBitsAsTheTiles(Tokens kind) {
        for (int[] s : SHAPES) {
            float[] tokens = kind.make(s[0], s[2]);
            check(kind + " " + Arrays.toString(s), tokens, signs(s[1], s[2]), s);
        }
    }

    @Test
    void oneEntryThatIsNoSignIsMatchedAsItIs() {
        int[] s = {40, 300, 64};
        float[] tokens = Tokens.RANDOM.make(s[0], s[2]);
        for (float other : new float[] {0.5f, 0f, Math.nextUp(1f), Float.NaN}) {
            for (int at : new int[] {0, 77 * 64 + 5, 300 * 64 - 1}) {
                float[] p = signs(s[1], s[2]);
                p[at] = other;
                check("entry " + at + " is " + other, tokens, p, s);
            }
        }
    }

    @Test
    void tableSumsAreTheSumsOfTheirEntries() {
        Random r = new Random(5);
        int pairs = 64;
        int n = LookupTile.LANES;
        byte[] index = new byte[pairs * 2 * n];
        byte[] tables = new byte[pairs * 2 * n * LookupTile.TOKENS];
        for (int i = 0; i < index.length; i++) {
            index[i] = (byte) r.nextInt(n);
        }
        for (int i = 0; i < tables.length; i++) {
            tables[i] = (byte) (i < n ? LookupTile.MOST : r.nextInt(LookupTile.MOST + 1));
        }
        short[] sums = new short[LookupTile.TOKENS * n];
        LookupTile.sum(pairs, index, 0, tables, 0, sums, 0);
        for (int t = 0; t < LookupTile.TOKENS; t++) {
            for (int j = 0; j < n; j++) {
                int sum = 0;
                for (int g = 0; g < 2 * pairs; g++) {
                    int pattern = index[g * n + LookupTile.lane(j)];
                    sum += tables[(g / 2 * LookupTile.TOKENS + t) * 2 * n + g % 2 * n + pattern];
                }
                assertThat(sums[t * n + j]).as("token %d, prototype %d", t, j).isEqualTo((short) sum);
            }
        }
    }

    private static float[] signs(int prototypes, int dim) {
        Random r = new Random(dim);
        float[] p = new float[prototypes * dim];
        for (int i = 0; i < p.length; i++) {
            p[i] = r.nextBoolean() ? 1 : -1;
        }
        // The extremes of what a prototype can be, and two that are equal.
        Arrays.fill(p, 0, dim, 1);
        Arrays.fill(p, dim, 2 * dim, -1);
        System.arraycopy(p, 2 * dim, p, 3 * dim, dim);
        return p;
    }

    private static void check(String what, float[] tokens, float[] prototypes, int[] s) {
        float[] values = new float[s[1]];
        int[] winners = new int[s[1]];
        for (int from = 0; from < s[1]; from += FEW) {
            int n = Math.min(FEW, s[1] - from);
            float[] some = Arrays.copyOfRange(prototypes, from * s[2], (from + n) * s[2]);
            match(BACKENDS[0], tokens, some, s[0], n, s[2], values, winners, from);
        }
        for (Backend b : BACKENDS) {
            float[] v = new float[s[1]];
            int[] w = new int[s[1]];
            match(b, tokens, prototypes, s[0], s[1], s[2], v, w, 0);
            assertThat(w).as("winners, %s, %s", what, b.describe()).isEqualTo(winners);
            assertThat(v).as("values, %s, %s", what, b.describe()).isEqualTo(values);
        }
    }

    private static void match(Backend b, float[] tokens, float[] prototypes, int n, int count, int dim, float[] values, int[] winners,
            int at) {
        View v = b.allocate(DType.F32, Shape.of(1, count));
        View w = b.allocate(DType.I32, Shape.of(1, count));
        b.prototypeMaxPool(View.dense(HostBuffer.wrap(tokens), Shape.of(1, n, dim)),
                View.dense(HostBuffer.wrap(prototypes), Shape.of(count, dim)), v, w);
        System.arraycopy(v.host().floats(), 0, values, at, count);
        System.arraycopy(w.host().ints(), 0, winners, at, count);
    }
}
