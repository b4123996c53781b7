package org.unmute.probes.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RowMaximaTest {
    @Test
    void windowsOfAnyLengthAndStrideHaveTheirMax() {
        SplittableRandom random = new SplittableRandom(3);
        for (int run = 0; run < 200; run++) {
            int rows = 1 + random.nextInt(120);
            float[][] all = new float[rows][2];
            for (float[] row : all) {
                row[0] = random.nextInt(50) - 25;
                row[1] = -(float) random.nextDouble();
            }
            int half = random.nextInt(30);
            int stride = 1 + random.nextInt(40);
            RowMaxima maxima = new RowMaxima(0);
            int arrived = 0;
            for (int middle = random.nextInt(rows); middle < rows; middle += stride) {
                int from = Math.max(0, middle - half);
                int to = Math.min(rows, middle + half + 1);
                // More rows than the window needs may have arrived.
                for (int until = Math.max(arrived, to + random.nextInt(rows - to + 1)); arrived < until; arrived++) {
                    maxima.add(all[arrived].clone());
                }
                float[] max = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
                for (int t = from; t < to; t++) {
                    max[0] = Math.max(max[0], all[t][0]);
                    max[1] = Math.max(max[1], all[t][1]);
                }
                assertThat(maxima.of(from, to))
                        .as("rows %d to %d of %d", from, to, rows)
                        .isEqualTo(max);
                assertThat(maxima.of(from, to)).as("asked again").isEqualTo(max);
                assertThat(maxima.end()).isEqualTo(arrived);
                assertThat(maxima.count()).isEqualTo(arrived - from);
            }
        }
    }

    @Test
    void aRowThatIsNoNumberMakesItsWindowsNone() {
        RowMaxima maxima = new RowMaxima(0);
        for (float x : new float[] {1, Float.NaN, 3, 2}) {
            maxima.add(new float[] {x});
        }
        assertThat(maxima.of(0, 3)).containsExactly(Float.NaN);
        assertThat(maxima.of(1, 4)).containsExactly(Float.NaN);
        assertThat(maxima.of(2, 4)).containsExactly(3);
    }
}
