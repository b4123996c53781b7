package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.LaunchPlan;

/** Compares the multiplications of {@code emulation.h} with loops over the fragments as the PTX ISA defines them. */
@FullBuild("compiles the kernels with g++")
class MultiplicationTest {
    private static Instructions instructions;

    @BeforeAll
    static void build() throws IOException {
        instructions = Instructions.build();
    }

    /** The format of a multiplication. */
    private enum Format {
        TF32,
        BF16,
        F16;

        String kernel() {
            return "multiply_" + name().toLowerCase(Locale.ROOT) + "_once";
        }

        int depth() {
            return this == TF32 ? 8 : 16;
        }

        /** Bits of a number; {@code noise} fills the bits that the hardware does not read. */
        int bits(float x, int noise) {
            return switch (this) {
                case TF32 -> Float.floatToRawIntBits(x) & 0xffffe000 | noise & 0x1fff;
                case BF16 -> Float.floatToRawIntBits(x) >>> 16;
                case F16 -> Float.floatToFloat16(x) & 0xffff;
            };
        }

        float value(float x) {
            return switch (this) {
                case TF32 -> Float.intBitsToFloat(bits(x, 0));
                case BF16 -> Float.intBitsToFloat(bits(x, 0) << 16);
                case F16 -> Float.float16ToFloat((short) bits(x, 0));
            };
        }
    }

    /** Row of element i of item `lane`, worded as in the figures of matrix fragments in the PTX ISA. */
    private static int rowOfA(Format f, int lane, int i) {
        int group = lane >> 2;
        boolean upper = f == Format.TF32 ? i == 0 || i == 2 : i < 2 || i >= 4 && i < 6;
        return upper ? group : group + 8;
    }

    private static int columnOfA(Format f, int lane, int i) {
        int inGroup = lane % 4;
        return f == Format.TF32 ? inGroup + (i < 2 ? 0 : 4) : inGroup * 2 + (i & 1) + (i < 4 ? 0 : 8);
    }

    private static int rowOfB(Format f, int lane, int i) {
        int inGroup = lane % 4;
        return f == Format.TF32 ? inGroup + 4 * i : inGroup * 2 + (i & 1) + (i < 2 ? 0 : 8);
    }

    private static int rowOfC(int lane, int i) {
        return i < 2 ? lane >> 2 : (lane >> 2) + 8;
    }

    private static int columnOfC(int lane, int i) {
        return lane % 4 * 2 + (i & 1);
    }

    private record Operands(float[][] a, float[][] b, float[][] c) {
        /** Random numbers of the format, with magnitudes within a factor of 2^spread. */
        static Operands random(Format f, SplittableRandom random, int spread) {
            return new Operands(
                    numbers(f, random, 16, f.depth(), spread),
                    numbers(f, random, f.depth(), 8, spread),
                    numbers(null, random, 16, 8, 2 * spread));
        }

        private static float[][] numbers(Format f, SplittableRandom random, int rows, int columns, int spread) {
            float[][] x = new float[rows][columns];
            for (float[] row : x) {
                for (int i = 0; i < columns; i++) {
                    float v = (float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(-spread, spread + 1)));
                    row[i] = f == null ? v : f.value(v);
                }
            }
            return x;
        }
    }

    /** Computes the products of a warp. */
    private static float[][] multiply(Format f, Operands x, int block, boolean backwards) {
        int perA = f == Format.TF32 ? 1 : 2;
        int[] a = new int[128];
        int[] b = new int[64];
        float[] c = new float[128];
        for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < 4 * perA; i++) {
                int bits = f.bits(x.a[rowOfA(f, lane, i)][columnOfA(f, lane, i)], lane * 37 + i);
                a[4 * lane + i / perA] |= bits << i % perA * 16;
            }
            for (int i = 0; i < 2 * perA; i++) {
                b[2 * lane + i / perA] |= f.bits(x.b[rowOfB(f, lane, i)][lane >> 2], lane * 41 + i) << i % perA * 16;
            }
            for (int i = 0; i < 4; i++) {
                c[4 * lane + i] = x.c[rowOfC(lane, i)][columnOfC(lane, i)];
            }
        }
        instructions.run(f.kernel(), new LaunchPlan(1, 32), backwards, block, new Object[] {a, b, c});
        float[][] out = new float[16][8];
        for (int lane = 0; lane < 32; lane++) {
            for (int i = 0; i < 4; i++) {
                out[rowOfC(lane, i)][columnOfC(lane, i)] = c[4 * lane + i];
            }
        }
        return out;
    }

    @Test
    void multiplicationsAddInOrder() {
        SplittableRandom random = new SplittableRandom(1);
        for (Format f : Format.values()) {
            for (int round = 0; round < 40; round++) {
                Operands x = Operands.random(f, random, round % 4 * 4);
                float[][] expected = new float[16][8];
                for (int row = 0; row < 16; row++) {
                    for (int column = 0; column < 8; column++) {
                        float sum = x.c[row][column];
                        for (int k = 0; k < f.depth(); k++) {
                            sum += x.a[row][k] * x.b[k][column];
                        }
                        expected[row][column] = sum;
                    }
                }
                assertThat(multiply(f, x, 0, round % 2 == 1))
                        .as(f + " round " + round)
                        .isDeepEqualTo(expected);
            }
        }
    }

    /** The sum in exact arithmetic, truncated as {@code shim_block} specifies. */
    private static float truncated(Format f, Operands x, int row, int column, int block) {
        float sum = x.c[row][column];
        for (int from = 0; from < f.depth(); from += block) {
            int count = Math.min(block, f.depth() - from);
            double[] addends = new double[count + 1];
            addends[0] = sum;
            for (int i = 0; i < count; i++) {
                addends[i + 1] = (double) x.a[row][from + i] * x.b[from + i][column];
            }
            double max = Arrays.stream(addends).map(Math::abs).max().orElseThrow();
            double unit = max == 0 ? 1 : Math.scalb(1.0, Math.getExponent(max) - 23);
            BigDecimal exact = BigDecimal.ZERO;
            for (double addend : addends) {
                long steps = (long) (addend / unit); // Exact, rounded towards 0.
                exact = exact.add(new BigDecimal(steps).multiply(new BigDecimal(unit)));
            }
            float nearest = exact.floatValue();
            boolean beyond = new BigDecimal(nearest).abs().compareTo(exact.abs()) > 0;
            sum = beyond ? Float.intBitsToFloat(Float.floatToRawIntBits(nearest) - 1) : nearest;
        }
        return sum;
    }

    @Test
    void truncatingMultiplicationsDropWhatDoesNotFit() {
        SplittableRandom random = new SplittableRandom(2);
        int fromRounded = 0;
        for (Format f : Format.values()) {
            for (int block : new int[] {4, 8, 16}) {
                for (int round = 0; round < 20; round++) {
                    Operands x = Operands.random(f, random, round % 4 * 4);
                    float[][] got = multiply(f, x, block, round % 2 == 1);
                    float[][] rounded = multiply(f, x, 0, false);
                    for (int row = 0; row < 16; row++) {
                        for (int column = 0; column < 8; column++) {
                            float expected = truncated(f, x, row, column, block);
                            if (expected == 0) {
                                assertThat(got[row][column]).isZero();
                                continue;
                            }
                            assertThat(got[row][column])
                                    .as(f + ", " + block + " at once, round " + round + ", row " + row)
                                    .isEqualTo(expected);
                            fromRounded += expected == rounded[row][column] ? 0 : 1;
                        }
                    }
                }
            }
        }
        assertThat(fromRounded).as("sums that truncation changes").isGreaterThan(1000);
    }

    /** A sum of many numbers of one sign shrinks when truncated, but not when rounded to nearest. */
    @Test
    void truncationIsTowardsZero() {
        Operands x = new Operands(new float[16][16], new float[16][8], new float[16][8]);
        for (int row = 0; row < 16; row++) {
            Arrays.fill(x.c[row], row % 2 == 0 ? 16777216f : -16777216f);
            Arrays.fill(x.a[row], row % 2 == 0 ? 1 : -1);
        }
        for (float[] row : x.b) {
            Arrays.fill(row, 0.9375f);
        }
        float[][] got = multiply(Format.F16, x, 16, false);
        assertThat(got[0][0]).isEqualTo(16777216f);
        assertThat(got[1][0]).isEqualTo(-16777216f);
        x.c[0][0] = 8388608f;
        assertThat(multiply(Format.F16, x, 16, false)[0][0])
                .as("0 of each product")
                .isEqualTo(8388608f);
        x.c[0][0] = 4194304f;
        assertThat(multiply(Format.F16, x, 16, false)[0][0]).as("0.5 of each").isEqualTo(4194312f);
        assertThat(multiply(Format.F16, x, 4, false)[0][0]).as("0.5 of each").isEqualTo(4194312f);
    }

    @Test
    void specialNumbersReachTheirResultsOnly() {
        for (Format f : Format.values()) {
            for (int block : new int[] {0, 8}) {
                Operands x = Operands.random(f, new SplittableRandom(3), 0);
                x.a[3][5] = Float.POSITIVE_INFINITY;
                x.a[12][1] = Float.NaN;
                x.c[0][6] = Float.NEGATIVE_INFINITY;
                float[][] got = multiply(f, x, block, false);
                for (int row = 0; row < 16; row++) {
                    for (int column = 0; column < 8; column++) {
                        String what = f + " row " + row + " column " + column;
                        boolean infinite = row == 3 || row == 0 && column == 6;
                        assertThat(Float.isInfinite(got[row][column])).as(what).isEqualTo(infinite);
                        assertThat(Float.isNaN(got[row][column])).as(what).isEqualTo(row == 12);
                    }
                }
            }
        }
    }

    /** m16n8k32: a is unsigned, b signed, four numbers to a register; sums that overflow wrap around. */
    @Test
    void bytesAreMultipliedExactly() {
        SplittableRandom random = new SplittableRandom(6);
        for (boolean backwards : new boolean[] {false, true}) {
            int[] a = random.ints(128).toArray();
            int[] b = random.ints(64).toArray();
            int[] c = random.ints(128).toArray();
            int[] got = c.clone();
            instructions.run("multiply_u8_s8_once", new LaunchPlan(1, 32), backwards, 0, new Object[] {a, b, got});
            int[][] left = new int[16][32];
            int[][] right = new int[32][8];
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < 16; i++) {
                    int row = (lane >> 2) + (i < 4 || i >= 8 && i < 12 ? 0 : 8);
                    int column = lane % 4 * 4 + (i & 3) + (i < 8 ? 0 : 16);
                    left[row][column] = a[4 * lane + i / 4] >>> i % 4 * 8 & 0xff;
                }
                for (int i = 0; i < 8; i++) {
                    int row = lane % 4 * 4 + (i & 3) + (i < 4 ? 0 : 16);
                    right[row][lane >> 2] = (byte) (b[2 * lane + i / 4] >>> i % 4 * 8);
                }
            }
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < 4; i++) {
                    int sum = c[4 * lane + i];
                    for (int k = 0; k < 32; k++) {
                        sum += left[rowOfC(lane, i)][k] * right[k][columnOfC(lane, i)];
                    }
                    assertThat(got[4 * lane + i]).as("item " + lane + ", " + i).isEqualTo(sum);
                }
            }
        }
    }
}
