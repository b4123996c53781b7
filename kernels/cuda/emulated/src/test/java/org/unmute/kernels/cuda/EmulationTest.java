package org.unmute.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.kernels.device.DeviceException;
import org.unmute.kernels.device.LaunchPlan;

/** Compares everything in {@code emulation.h} except multiplications with plain loops. */
@FullBuild("compiles the kernels with g++")
class EmulationTest {
    private static Instructions instructions;

    @BeforeAll
    static void build() throws IOException {
        instructions = Instructions.build();
    }

    @Test
    void conversionsRoundAsStated() {
        SplittableRandom random = new SplittableRandom(4);
        float[] special = {
            0f,
            -0f,
            1f,
            Float.MIN_VALUE,
            Float.MIN_NORMAL,
            Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            65504f,
            65519.996f,
            65520f,
            65536f,
            0x1p-14f,
            0x1p-24f,
            0x1p-25f,
            0x1.8p-25f,
            0x1.ffcp-15f,
            0x1.ffep-15f,
            0x1.002p0f,
            0x1.006p0f,
            0x1.01p0f,
            0x1.03p0f,
            0x1.001p0f,
            0x1.003p0f
        };
        float[] x = Arrays.copyOf(special, 200_000);
        for (int i = special.length; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(random.nextInt());
            if (i % 2 == 0) {
                x[i] = (float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(-30, 18)));
            }
            if (Float.isNaN(x[i])) {
                x[i] = 1;
            }
        }
        int[] tf32 = new int[x.length];
        int[] bf16 = new int[x.length / 2];
        int[] f16 = new int[x.length / 2];
        instructions.run("round_all", new LaunchPlan(3, 64), false, x, tf32, bf16, f16, (long) bf16.length);
        for (int i = 0; i < x.length; i++) {
            int half = f16[i / 2] >>> i % 2 * 16 & 0xffff;
            assertThat(half).as("half of " + x[i]).isEqualTo(Float.floatToFloat16(x[i]) & 0xffff);
            float b = Float.intBitsToFloat(bf16[i / 2] >>> i % 2 * 16 << 16);
            assertThat(b).as("bfloat16 of " + x[i]).isEqualTo(nearest(x[i], 8, true));
            float t = Float.intBitsToFloat(tf32[i]);
            assertThat(t).as("TF32 of " + x[i]).isEqualTo(nearest(x[i], 11, false));
        }
        float[] nan = {Float.NaN, -Float.NaN};
        int[] bits = new int[1];
        int[] halves = new int[1];
        instructions.run("round_all", new LaunchPlan(1, 32), false, nan, new int[2], bits, halves, 1L);
        assertThat(bits[0]).isEqualTo(0x7fff7fff);
        assertThat(halves[0]).isEqualTo(0x7fff7fff);
    }

    /**
     * The nearest number with this many significant bits and the exponent range of float32; ties go to even or away
     * from 0.
     */
    private static float nearest(float x, int significant, boolean even) {
        if (!Float.isFinite(x) || x == 0) {
            return x;
        }
        double unit = Math.scalb(1.0, Math.max(Math.getExponent(x), Float.MIN_EXPONENT) - significant + 1);
        double steps = Math.abs(x / unit);
        double rounded = even ? Math.rint(steps) : Math.floor(steps + 0.5);
        return (float) Math.copySign(rounded * unit, x);
    }

    @Test
    void matricesAreLoadedByTheirRows() {
        SplittableRandom random = new SplittableRandom(5);
        int[] rows = new int[8 * 128];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextInt();
        }
        int[] order = new int[64];
        for (int i = 0; i < 64; i++) {
            order[i] = (i * 37 + 11) % 256;
        }
        for (boolean backwards : new boolean[] {false, true}) {
            int[] out = new int[14 * 64];
            instructions.run("load_all", new LaunchPlan(1, 64), backwards, rows, order, out);
            for (int item = 0; item < 64; item++) {
                int warp = item / 32 * 32;
                int lane = item % 32;
                // Value (r, c) of matrix m of the warp of this item.
                IntBinaryOperator value = (index, column) -> {
                    int word = rows[4 * order[warp + index] + column / 2];
                    return column % 2 == 0 ? word & 0xffff : word >>> 16;
                };
                IntUnaryOperator plain = m -> value.applyAsInt(8 * m + lane / 4, lane % 4 * 2)
                        | value.applyAsInt(8 * m + lane / 4, lane % 4 * 2 + 1) << 16;
                IntUnaryOperator transposed = m -> value.applyAsInt(8 * m + lane % 4 * 2, lane / 4)
                        | value.applyAsInt(8 * m + lane % 4 * 2 + 1, lane / 4) << 16;
                int[] expected = new int[14];
                for (int m = 0; m < 4; m++) {
                    expected[m] = plain.applyAsInt(m);
                    expected[4 + m] = transposed.applyAsInt(m);
                    expected[8 + m % 2] = plain.applyAsInt(m % 2);
                    expected[10 + m % 2] = transposed.applyAsInt(m % 2);
                }
                expected[12] = plain.applyAsInt(0);
                expected[13] = transposed.applyAsInt(0);
                assertThat(Arrays.copyOfRange(out, 14 * item, 14 * item + 14))
                        .as("item " + item)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void shufflesStayInTheirWarp() {
        float[] x = new float[96];
        int[] source = new int[96];
        for (int i = 0; i < 96; i++) {
            x[i] = i + 1;
            source[i] = (i * 7 + 3) % 32;
        }
        for (boolean backwards : new boolean[] {false, true}) {
            float[] out = new float[192];
            long[] wide = new long[96];
            instructions.run("shuffle_all", new LaunchPlan(1, 96), backwards, x, source, out, wide);
            for (int i = 0; i < 96; i++) {
                assertThat(out[2 * i]).isEqualTo(x[i / 32 * 32 + source[i]]);
                assertThat(out[2 * i + 1]).isEqualTo(32 * (i / 32 * 32 + 1) + 496f);
                assertThat(wide[i]).isEqualTo((long) (i ^ 5) << 40 | i ^ 5);
            }
        }
    }

    @Test
    void copiesArriveWhenTheyAreWaitedFor() {
        float[] x = new float[768];
        for (int i = 0; i < x.length; i++) {
            x[i] = i + 1;
        }
        for (int available : new int[] {16, 12, 4, 0}) {
            float[] early = new float[192];
            float[] seen = new float[768];
            instructions.run("copy_all", new LaunchPlan(1, 64), available == 12, x, early, seen, available);
            for (float e : early) {
                assertThat(e).as("before the wait").isNaN();
            }
            for (int i = 0; i < 768; i++) {
                int from = i / 256 * 256 + (63 - i % 256 / 4) * 4 + i % 4;
                assertThat(seen[i]).isEqualTo(4 * (i % 4) < available ? x[from] : 0);
            }
        }
        float[] seen = new float[128];
        instructions.run("copy_small", new LaunchPlan(1, 64), false, x, seen, 4);
        for (int i = 0; i < 64; i++) {
            // The second copy is not yet committed when the first is waited for, but has already filled its destination
            // with NaN.
            assertThat(seen[2 * i]).isEqualTo(x[3 * i]);
            assertThat(seen[2 * i + 1]).isEqualTo(x[3 * i + 1]);
        }
    }

    @Test
    void warpsMayMultiplyDifferentlyOften() {
        for (boolean backwards : new boolean[] {false, true}) {
            float[] out = new float[128];
            instructions.run("differ", new LaunchPlan(2, 128), backwards, out);
            for (int i = 0; i < 128; i++) {
                assertThat(out[i]).isEqualTo((127 - i) / 32);
            }
        }
    }

    @Test
    void whatTheHardwareTrapsIsAnError() {
        String[] errors = {
            "",
            "load_matrix_x4: the row at",
            "copy_async: .* is not aligned to 16 bytes",
            "copy_async: 8 of 4 bytes",
            "warp 1: items ffffffdf wait at a shuffle for others",
            "warp 1: items ffffffdf wait at a barrier of the warp for others",
            "at a .*, while others of its warp are at a"
        };
        for (boolean backwards : new boolean[] {false, true}) {
            for (int how = 1; how < errors.length; how++) {
                int fault = how;
                assertThatThrownBy(() -> instructions.run(
                                "fail", new LaunchPlan(2, 64), backwards, new float[1024], new float[64], fault))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageMatching("shim: fail: group " + (backwards ? 1 : 0) + ", .*" + errors[how] + ".*");
                // The next launch starts with fresh items.
                float[] out = new float[64];
                instructions.run("fail", new LaunchPlan(2, 64), backwards, new float[1024], out, 0);
                assertThat(out).containsOnly(0);
            }
        }
    }

    /** Without a barrier one of the two orders shows the previous contents. */
    @Test
    void aMissingBarrierOfTheWarpShows() {
        float[][] without = new float[2][64];
        float[][] with = new float[2][64];
        for (int order = 0; order < 2; order++) {
            instructions.run("fail", new LaunchPlan(1, 64), order == 1, new float[1024], without[order], 7);
            instructions.run("fail", new LaunchPlan(1, 64), order == 1, new float[1024], with[order], 8);
        }
        assertThat(with[0]).isEqualTo(with[1]);
        assertThat(with[0][5]).isEqualTo(1004);
        assertThat(without[0]).isNotEqualTo(without[1]);
    }

    @Test
    void sharedMemoryIsNotANumberAtFirst() {
        float[] out = new float[64];
        instructions.run("fail", new LaunchPlan(3, 64), false, new float[1024], out, 9);
        for (float y : out) {
            assertThat(y).isNaN();
        }
    }
}
