package org.unmute.kernels.vector.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.unmute.kernels.vector.tile.PackedRows;
import org.unmute.kernels.vector.tile.Tile;

class LanesTest {
    @Test
    void theWidthIsTheOneThisRunIsFor() {
        int most = Integer.getInteger(
                "unmute.vector.most", Integer.getInteger(Lanes.MAX_BITS_PROPERTY, Integer.MAX_VALUE));
        assertThat(Lanes.BITS).isBetween(Lanes.MIN_BITS, most);
        assertThat(PackedRows.DEPTH % Tile.COLUMNS)
                .as("panels do not straddle slices of scores")
                .isZero();
    }

    @Test
    void theWidthIsAtMostWhatThePropertyAllows() {
        assertThat(Lanes.width(512, 512)).isEqualTo(512);
        assertThat(Lanes.width(512, 256)).isEqualTo(256);
        assertThat(Lanes.width(256, 512)).isEqualTo(256);
        assertThat(Lanes.width(300, 512)).isEqualTo(256);
        assertThat(Lanes.width(128, 512)).isEqualTo(128);
        assertThat(Lanes.width(0, 512)).as("the provider then says no").isEqualTo(128);
        assertThat(Lanes.width(-1, 256)).isEqualTo(128);
        assertThat(Lanes.width(Integer.MAX_VALUE, 2048)).isEqualTo(512);
        assertThat(Lanes.width(512, 64)).as("the provider then says no").isEqualTo(64);
    }

    @Test
    void sumsHalvesInAFixedOrderInterpretedAndCompiled() {
        Random r = new Random(1);
        float[] x = new float[Lanes.N];
        for (int round = 0; round < 20_000; round++) {
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) r.nextGaussian();
            }
            assertThat(Lanes.sum(FloatVector.fromArray(Lanes.F, x, 0))).isEqualTo(halves(x));
        }
    }

    /** Adds lanes i and i + n/2 first, at every level. */
    private static float halves(float[] x) {
        float[] a = x.clone();
        for (int n = a.length / 2; n > 0; n /= 2) {
            for (int i = 0; i < n; i++) {
                a[i] = a[i] + a[i + n];
            }
        }
        return a[0];
    }
}
