package org.unmute.kernels.contract;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.View;
import org.unmute.tensor.op.FilterBank;

/** Mel filter banks. */
public abstract class FilterBankContract extends Contract {
    /** Clips, samples, length, shift, size, bands; the last size exceeds the shared memory of a device. */
    private static final int[][] SIZES = {
        {1, 1, 1, 1, 4, 1},
        {2, 9, 3, 2, 4, 3},
        {3, 40, 7, 5, 8, 2},
        {1, 64, 16, 16, 16, 9},
        {2, 130, 25, 10, 32, 7},
        {1, 900, 400, 160, 512, 128},
        {1, 2500, 1200, 480, 2048, 65},
        {1, 2600, 2500, 100, 4096, 5},
        {0, 9, 3, 2, 4, 3}
    };

    /** For the tests of a backend. */
    protected FilterBankContract() {}

    /** Compares energies and their logarithms, with and without centring and pre-emphasis. */
    @TestFactory
    final Stream<DynamicTest> filterBank() {
        return each(SIZES, s -> {
            // Most of the time are the sines and cosines.
            skipIfLeftOut("filterBank " + Arrays.toString(s), 20.0 * s[2] * s[4]);
            for (Placement p : s[4] > 1000 ? new Placement[] {Placement.STRIDED} : placements()) {
                compare(s, p, bank(s, true, 0.97, 1e-3));
                compare(s, p, bank(s, false, 0, Double.NaN));
            }
        });
    }

    /** Overlapping triangles; the last band has no bin. */
    private static FilterBank bank(int[] s, boolean centred, double preemphasis, double floor) {
        int bins = s[4] / 2 + 1;
        double[] window = new double[s[2]];
        Arrays.setAll(window, i -> 0.54 - 0.46 * Math.cos(2 * Math.PI * (i + 0.5) / s[2]));
        int[] first = new int[s[5]];
        float[][] weights = new float[s[5]][];
        for (int b = 0; b < s[5]; b++) {
            first[b] = b * bins / (s[5] + 1);
            weights[b] =
                    new float[s[5] > 1 && b == s[5] - 1 ? 0 : Math.min(bins - first[b], 1 + 2 * bins / (s[5] + 1))];
            for (int i = 0; i < weights[b].length; i++) {
                weights[b][i] = (i + 1f) / weights[b].length;
            }
        }
        return new FilterBank(
                new FilterBank.Frames(s[2], s[3], s[4], centred), preemphasis, window, first, weights, floor);
    }

    private void compare(int[] s, Placement p, FilterBank f) {
        String what = "filterBank " + Arrays.toString(s) + " " + p + (f.logarithm() ? " with logarithm" : "");
        Operand samples = operand(p, Shape.of(s[0], s[1]), 1);
        Shape shape = Shape.of(s[0], f.count(s[1]), f.bands());
        Operand out = output(p, shape);
        backend().filterBank(samples.view(), f, out.view());
        View energies = doubles(shape);
        FilterBank plain = f.logarithm() ? bank(s, f.frames().centred(), f.preemphasis(), Double.NaN) : f;
        REFERENCE.filterBank(samples.reference(), plain, energies);
        float[] got = out.read();
        for (int i = 0; i < got.length; i++) {
            int frame = i / f.bands();
            double exact = energies.host().get(i);
            double bound = bound(f, samples.reference(), frame / shape.dim(1), frame % shape.dim(1), i % f.bands());
            if (f.logarithm()) {
                boolean above = exact > f.floor() + bound;
                double logarithm = Math.log(Math.max(f.floor(), exact));
                double rounding = Tolerance.ulps(4, above ? logarithm : Math.log(f.floor()));
                bound = bound / (above ? exact - bound : f.floor()) + rounding;
                exact = logarithm;
            }
            Check.close(what, i, exact, got[i], bound);
        }
        out.assertGuards(what);
        Operand again = output(p, shape);
        backend().filterBank(samples.view(), f, again.view());
        same(what + ", a second time", out, again);
    }

    /**
     * A bound for sums over the frame in float32. The absolute terms of each part of the transform sum to {@code
     * total}.
     */
    private static double bound(FilterBank f, View samples, int clip, int frame, int band) {
        int length = f.frames().length();
        double absolute = 0;
        double[] x = new double[length];
        for (int i = 0; i < length; i++) {
            x[i] = samples.host()
                    .get(clip * samples.shape().dim(1) + frame * f.frames().shift() + i);
            absolute += Math.abs(x[i]);
        }
        double total = 0;
        for (int i = 0; i < length; i++) {
            // The rounding error of the mean affects every sample.
            total += Math.abs(x[i]) * 2 + (f.frames().centred() ? 2 * absolute / length : 0);
        }
        double each = Tolerance.sum(2L * length, total);
        double weights = 0;
        for (float w : f.weights(band)) {
            weights += w;
        }
        return 2 * weights * (2 * total * each + each * each)
                + Tolerance.sum(f.weights(band).length + 2L, 2 * weights * total * total);
    }
}
