package org.unmute.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Retrieval by hand, and by a slow loop. */
class RetrievalTest {
    private static final float U = Float.NaN;

    @Test
    void fourClipsByHand() {
        float[][] targets = {{1, 0}, {1, 0}, {0, 1}, {1, 1}};
        float[][] similar = {{9, 1, 3, 2}, {1, 9, 2, 3}, {3, 2, 9, 1}, {2, 3, 1, 9}};
        Retrieval r = Retrieval.of(targets, q -> similar[q], 1);
        // Rankings: 0: 2 3 1, 1: 3 2 0, 2: 0 1 3, 3: 1 0 2.
        double ap0 = (1 / 2.0 + 2 / 3.0) / 2;
        double ap1 = (1 + 2 / 3.0) / 2;
        double ap2 = 1 / 3.0;
        assertThat(r.meanAveragePrecision()).isEqualTo((ap0 + ap1 + ap2 + 1) / 4, within(1e-12));
        assertThat(r.precisionAtK()).isEqualTo(0.5);
        // Class 0: queries 0, 1 and 3; class 1: queries 2 and 3, which finds it last.
        assertThat(r.classMeanAveragePrecision())
                .isEqualTo(((ap0 + ap1 + 1) / 3 + (1 / 3.0 + 1 / 3.0) / 2) / 2, within(1e-12));
        assertThat(r.classPrecisionAtK()).isEqualTo((2 / 3.0 + 0) / 2, within(1e-12));
        assertThat(r.queries()).isEqualTo(4);
        assertThat(r.classes()).isEqualTo(2);
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        float[][] targets = {{1}, {U}, {1}, {0}};
        Retrieval r = Retrieval.of(targets, q -> new float[] {0, 3, 1, 2}, 2);
        // Query 0: 3 2 (1 is left out); query 2: 3 0.
        assertThat(r.meanAveragePrecision()).isEqualTo(0.5);
        assertThat(r.precisionAtK()).isEqualTo(0.5);
        assertThat(Retrieval.of(new float[][] {{1}, {0}}, q -> new float[2], 1).queries())
                .isZero();
        assertThatThrownBy(() -> Retrieval.of(targets, q -> new float[] {U, U, U, U}, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void equalsASlowLoop() {
        SplittableRandom random = new SplittableRandom(4);
        int n = 40;
        int classes = 3;
        float[][] targets = new float[n][classes];
        float[][] similar = new float[n][n];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < classes; c++) {
                targets[i][c] = random.nextInt(4) == 0 ? 1 : 0;
            }
            for (int j = 0; j < n; j++) {
                similar[i][j] = random.nextInt(10);
            }
        }
        double sum = 0;
        int queries = 0;
        List<Double> byClass = new ArrayList<>();
        for (int c = -1; c < classes; c++) {
            double own = 0;
            int count = 0;
            for (int q = 0; q < n; q++) {
                double ap = 0;
                int relevant = 0;
                for (int j = 0; j < n; j++) {
                    if (j == q || !relevant(targets, q, j, c)) {
                        continue;
                    }
                    relevant++;
                    int before = 0;
                    int found = 0;
                    for (int o = 0; o < n; o++) {
                        boolean ahead = similar[q][o] > similar[q][j] || similar[q][o] == similar[q][j] && o <= j;
                        if (o != q && ahead) {
                            before++;
                            found += relevant(targets, q, o, c) ? 1 : 0;
                        }
                    }
                    ap += (double) found / before;
                }
                if (relevant > 0) {
                    own += ap / relevant;
                    count++;
                }
            }
            if (c < 0) {
                sum = own;
                queries = count;
            } else {
                byClass.add(own / count);
            }
        }
        Retrieval r = Retrieval.of(targets, q -> similar[q], 5);
        assertThat(r.queries()).isEqualTo(queries);
        assertThat(r.meanAveragePrecision()).isEqualTo(sum / queries, within(1e-12));
        assertThat(r.classMeanAveragePrecision())
                .isEqualTo(byClass.stream().mapToDouble(a -> a).average().orElseThrow(), within(1e-12));
    }

    private static boolean relevant(float[][] targets, int q, int j, int only) {
        for (int c = 0; c < targets[q].length; c++) {
            if ((only < 0 || c == only) && targets[q][c] == 1 && targets[j][c] == 1) {
                return true;
            }
        }
        return false;
    }
}
