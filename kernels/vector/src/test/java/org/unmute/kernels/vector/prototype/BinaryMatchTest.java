package org.unmute.kernels.vector.prototype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.unmute.kernels.vector.VectorBackend;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.HostBuffer;
import org.unmute.tensor.backend.View;

/**
 * Compares binarized matching with plain loops in float64. The winner is the first token with the largest cosine, and
 * the value its cosine rounded to float32; any number of threads gives the same bits.
 */
class BinaryMatchTest {
    private static final boolean FULL = Boolean.getBoolean("unmute.full");

    /** Tokens, prototypes, dims. */
    private static final int[][] SHAPES = {
        {16, 256, 32},
        {17, 300, 33},
        {100, 257, 100},
        {77, 320, 768},
        {515, 256, 64},
        {60, 263, 770},
        {33, 300, 1537},
        {1030, 256, 48},
        {1, 300, 40},
        {200, 1, 100},
        {15, 63, 7},
        {40, 130, 1},
        {21, 129, 3101},
        {640, 1000, 40},
        {600, 1100, 32}
    };

    private static final Backend[] BACKENDS = {new VectorBackend(1), new VectorBackend(2), new VectorBackend(3)};

    @AfterAll
    static void close() {
        Arrays.stream(BACKENDS).forEach(Backend::close);
    }

    /** Kinds of tokens. i is the token, d the dim. */
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
        /** Few distinct values: ties between different tokens. */
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
        /** Half of the tokens differ only by rounding; one is far away. */
        CROWD {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return i % 2 == 0
                        ? common[d] * (1 + (r.nextInt(5) - 2) * 0x1p-23f)
                        : i == 5 ? -9 * common[d] : (float) r.nextGaussian();
            }
        },
        /** Copies of a few tokens, some scaled by 2 or ½. */
        COPIES {
            @Override
            float at(Random r, int i, int d, float[] common) {
                return (i % 3 == 0 ? 0.5f : i % 3) * common[(d + i / 7) % common.length];
            }
        },
        /** Some norms are beyond the range of floats. */
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

    /** In the quick build each kind of tokens takes every third shape, from another one on than the kind before. */
    @ParameterizedTest
    @EnumSource(Tokens.class)
    void winnersAreThoseOfFloat64(Tokens kind) {
        for (int i = FULL ? 0 : kind.ordinal() % 3; i < SHAPES.length; i += FULL ? 1 : 3) {
            int[] s = SHAPES[i];
            check(kind + " " + Arrays.toString(s), kind.make(s[0], s[2]), prototypes(s[1], s[2]), s);
        }
    }

    /** The scale of the tables must cover an outlier in any group and lane. */
    @Test
    void anyDimMayOutweighAllOthers() {
        int[] s = {20, 70, 50};
        for (int outlier = 0; outlier < s[2]; outlier++) {
            float[] tokens = Tokens.RANDOM.make(s[0], s[2]);
            for (int i = outlier; i < tokens.length; i += s[2]) {
                tokens[i] *= 100;
            }
            check("dim " + outlier, tokens, prototypes(s[1], s[2]), s);
        }
    }

    @Test
    void tokensBeyondOneSetOfTablesAndManyPrototypes() {
        int[] longClip = {8192, 130, 32};
        check(
                "8192 tokens",
                Tokens.RANDOM.make(longClip[0], longClip[2]),
                prototypes(longClip[1], longClip[2]),
                longClip);
        int[] many = {17, 20_000, 24};
        check("20000 prototypes", Tokens.RANDOM.make(many[0], many[2]), prototypes(many[1], many[2]), many);
    }

    @Test
    void zerosArePositiveAndNonFiniteEntriesAffectOnlyTheirPrototype() {
        int[] s = {40, 300, 70};
        for (float entry : new float[] {
            0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY
        }) {
            for (int at : new int[] {0, 77 * 70 + 5, 300 * 70 - 1}) {
                float[] p = prototypes(s[1], s[2]);
                p[at] = entry;
                check("entry " + at + " is " + entry, Tokens.RANDOM.make(s[0], s[2]), p, s);
            }
        }
    }

    @Test
    void tableSumsAreTheSumsOfTheirEntries() {
        Random r = new Random(5);
        int pairs = 64;
        int n = LookupTile.LANES;
        byte[] index = new byte[pairs * 2 * n * LookupTile.BLOCKS];
        byte[] tables = new byte[pairs * 2 * n * LookupTile.TOKENS];
        for (int i = 0; i < index.length; i++) {
            index[i] = (byte) r.nextInt(n);
        }
        for (int i = 0; i < tables.length; i++) {
            tables[i] = (byte) (i < n ? LookupTile.MAX_ENTRY : r.nextInt(LookupTile.MAX_ENTRY + 1));
        }
        int room = LookupTile.TOKENS * n;
        short[] sums = new short[LookupTile.BLOCKS * room];
        short[] top = new short[LookupTile.BLOCKS * n];
        top[5] = Short.MAX_VALUE;
        short[] leader = new short[top.length];
        LookupTile.sum(pairs, index, 0, tables, 0, sums, 0, room, top, leader, 0, 70);
        for (int j = 0; j < LookupTile.BLOCKS * n; j++) {
            int max = j == 5 ? Short.MAX_VALUE : 0;
            int first = 0;
            for (int t = 0; t < LookupTile.TOKENS; t++) {
                int sum = 0;
                for (int g = 0; g < 2 * pairs; g++) {
                    int pattern = index[j / n * pairs * 2 * n + g * n + LookupTile.lane(j % n)];
                    sum += tables[(g / 2 * LookupTile.TOKENS + t) * 2 * n + g % 2 * n + pattern];
                }
                assertThat(sums[j / n * room + t * n + j % n])
                        .as("token %d, prototype %d", t, j)
                        .isEqualTo((short) sum);
                first = sum > max ? 70 + t : first;
                max = Math.max(max, sum);
            }
            assertThat(top[j]).as("largest sum of prototype %d", j).isEqualTo((short) max);
            assertThat(leader[j])
                    .as("first token with the largest sum of prototype %d", j)
                    .isEqualTo((short) first);
        }
    }

    /** Tokens in float16, contiguous or not, give the same bits as the same values in float32. */
    @Test
    void halvesAreMatchedAsFloatsAre() {
        for (int[] s : new int[][] {{17, 300, 33}, {40, 64, 770}, {5, 7, 16}}) {
            int clips = 3;
            short[] halves = new short[clips * s[0] * s[2]];
            float[] floats = new float[halves.length];
            Random r = new Random(s[0]);
            for (int i = 0; i < halves.length; i++) {
                halves[i] = Float.floatToFloat16((float) r.nextGaussian());
                floats[i] = Float.float16ToFloat(halves[i]);
            }
            Shape shape = Shape.of(clips, s[0], s[2]);
            View dense = View.dense(HostBuffer.wrap(DType.F16, halves), shape);
            View turned = View.dense(HostBuffer.wrap(DType.F16, halves), Shape.of(clips, s[2], s[0]))
                    .transpose(1, 2);
            View same = View.dense(HostBuffer.wrap(floats), Shape.of(clips, s[2], s[0]))
                    .transpose(1, 2);
            for (Backend b : BACKENDS) {
                assertThat(b.supportsF16Tokens()).isTrue();
                float[][] got = {step(b, dense, s), step(b, turned, s)};
                assertThat(got[0])
                        .as("dense, %s", b.describe())
                        .isEqualTo(step(b, View.dense(HostBuffer.wrap(floats), shape), s));
                assertThat(got[1]).as("turned, %s", b.describe()).isEqualTo(step(b, same, s));
            }
        }
    }

    /** Cosines, winners and the gradient of the prototypes in one array. */
    private static float[] step(Backend b, View tokens, int[] s) {
        int clips = tokens.shape().dim(0);
        float[] values = new float[clips * s[1]];
        float[] gradient = new float[s[1] * s[2]];
        int[] winners = new int[values.length];
        View p = View.dense(HostBuffer.wrap(prototypes(s[1], s[2])), Shape.of(s[1], s[2]));
        View v = View.dense(HostBuffer.wrap(values), Shape.of(clips, s[1]));
        View w = View.dense(HostBuffer.wrap(winners), Shape.of(clips, s[1]));
        b.binaryPrototypeMaxPool(tokens, p, v, w);
        b.binaryPrototypeMaxPoolBackward(
                tokens, p, w, v, null, View.dense(HostBuffer.wrap(gradient), Shape.of(s[1], s[2])));
        float[] all = Arrays.copyOf(values, values.length + winners.length + gradient.length);
        for (int i = 0; i < winners.length; i++) {
            all[values.length + i] = winners[i];
        }
        System.arraycopy(gradient, 0, all, values.length + winners.length, gradient.length);
        return all;
    }

    private static float[] prototypes(int count, int dim) {
        Random r = new Random(dim);
        float[] p = new float[count * dim];
        for (int i = 0; i < p.length; i++) {
            p[i] = (float) r.nextGaussian();
        }
        // All positive, all negative, and two with equal signs.
        if (count > 4) {
            Arrays.fill(p, 0, dim, 1);
            Arrays.fill(p, dim, 2 * dim, -1);
            for (int d = 0; d < dim; d++) {
                p[3 * dim + d] = 2 * p[2 * dim + d];
            }
        }
        return p;
    }

    private static void check(String what, float[] tokens, float[] prototypes, int[] s) {
        float[] values = new float[s[1]];
        int[] winners = new int[s[1]];
        match(BACKENDS[0], tokens, prototypes, s, values, winners);
        for (Backend b : Arrays.asList(BACKENDS).subList(1, BACKENDS.length)) {
            float[] v = new float[s[1]];
            int[] w = new int[s[1]];
            match(b, tokens, prototypes, s, v, w);
            assertThat(w).as("winners, %s, %s", what, b.describe()).isEqualTo(winners);
            assertThat(v).as("values, %s, %s", what, b.describe()).isEqualTo(values);
        }
        new Expected(what, tokens, s).check(prototypes, values, winners);
    }

    /** The expected results, computed by plain loops. */
    private static final class Expected {
        private final String what;
        private final double[] x;
        /** Dims by tokens. */
        private final double[] turned;

        private final double[] norm;
        private final int n;
        private final int count;
        private final int dim;
        private int bad = -1;

        Expected(String what, float[] tokens, int[] s) {
            this.what = what;
            n = s[0];
            count = s[1];
            dim = s[2];
            x = new double[tokens.length];
            turned = new double[tokens.length];
            norm = new double[n];
            for (int i = 0; i < x.length; i++) {
                x[i] = tokens[i];
                turned[i % dim * n + i / dim] = x[i];
                norm[i / dim] += x[i] * x[i];
            }
            for (int i = n - 1; i >= 0; i--) {
                norm[i] = Math.max(Backend.NORM_FLOOR, Math.sqrt(norm[i]));
                bad = Double.isFinite(norm[i]) ? bad : i;
            }
        }

        void check(float[] prototypes, float[] values, int[] winners) {
            for (int j = 0; j < count; j++) {
                boolean nonFinite = false;
                for (int d = 0; d < dim; d++) {
                    nonFinite |= !Float.isFinite(prototypes[j * dim + d]);
                }
                if (nonFinite || bad >= 0) {
                    assertThat(values[j]).as("%s, value %d", what, j).isNaN();
                    assertThat(winners[j]).as("%s, winner %d", what, j).isEqualTo(nonFinite ? 0 : bad);
                    continue;
                }
                double[] product = products(prototypes, j);
                int best = 0;
                for (int i = 0; i < n; i++) {
                    best = product[i] > product[best] ? i : best;
                }
                int won = winners[j];
                // The resolution of float64: sums in different orders differ by less.
                double reach = 1e-15 * dim;
                assertThat(product[won])
                        .as("%s, prototype %d won by %d, best is %d", what, j, won, best)
                        .isGreaterThanOrEqualTo(product[best] - reach);
                for (int i = 0; i < won; i++) {
                    if (product[i] == product[won] && same(i, won)) {
                        fail("%s, %d equals %d", what, i, won);
                    }
                }
                float value = (float) (product[best] / Math.sqrt(dim));
                assertThat(values[j]).as("%s, value %d", what, j).isBetween(Math.nextDown(value), Math.nextUp(value));
            }
        }

        /** The products of each token with the signs of prototype j, in units of the token's norm. */
        private double[] products(float[] prototypes, int j) {
            double[] sums = new double[n];
            for (int d = 0; d < dim; d++) {
                add(prototypes[j * dim + d] >= 0 ? 1 : -1, d * n, sums);
            }
            Arrays.setAll(sums, i -> sums[i] / norm[i]);
            return sums;
        }

        private void add(double sign, int from, double[] sums) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += sign * turned[from + i];
            }
        }

        /** Whether token k is token i times a power of two, so that they tie even after rounding. */
        private boolean same(int i, int k) {
            double ratio = norm[k] / norm[i];
            if (Math.getExponent(ratio) != Math.getExponent(Math.nextDown(ratio)) + 1
                    || norm[i] == Backend.NORM_FLOOR) {
                return Arrays.equals(x, i * dim, (i + 1) * dim, x, k * dim, (k + 1) * dim);
            }
            for (int d = 0; d < dim; d++) {
                if (x[k * dim + d] != ratio * x[i * dim + d]) {
                    return false;
                }
            }
            return true;
        }
    }

    private static void match(Backend b, float[] tokens, float[] prototypes, int[] s, float[] values, int[] winners) {
        View v = View.dense(HostBuffer.wrap(values), Shape.of(1, s[1]));
        View w = View.dense(HostBuffer.wrap(winners), Shape.of(1, s[1]));
        b.binaryPrototypeMaxPool(
                View.dense(HostBuffer.wrap(tokens), Shape.of(1, s[0], s[2])),
                View.dense(HostBuffer.wrap(prototypes), Shape.of(s[1], s[2])),
                v,
                w);
    }
}
