package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ValidationSplitTest {
    @Test
    void everyClassKeepsItsShare() {
        int clips = 1000;
        double[] frequency = {0.5, 0.2, 0.05, 0.02};
        float[] targets = new float[clips * 4];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < targets.length; i++) {
            targets[i] = random.nextDouble() < frequency[i % 4] ? 1 : 0;
        }
        ValidationSplit split = ValidationSplit.of(targets, 4, 0.1, 0);
        assertThat(split.validation()).hasSize(100);
        assertThat(IntStream.concat(Arrays.stream(split.train()), Arrays.stream(split.validation()))
                        .sorted()
                        .toArray())
                .isEqualTo(IntStream.range(0, clips).toArray());
        for (int c = 0; c < 4; c++) {
            int k = c;
            long all = IntStream.range(0, clips)
                    .filter(i -> targets[i * 4 + k] == 1)
                    .count();
            long aside = Arrays.stream(split.validation())
                    .filter(i -> targets[i * 4 + k] == 1)
                    .count();
            assertThat((double) aside).as("class %d", c).isBetween(all * 0.1 - 2, all * 0.1 + 2);
        }
        assertThat(ValidationSplit.of(targets, 4, 0.1, 0).validation()).isEqualTo(split.validation());
        assertThat(ValidationSplit.of(targets, 4, 0.1, 1).validation()).isNotEqualTo(split.validation());
    }

    @Test
    void singleLabelSetsSplitExactly() {
        float[] targets = new float[50 * 5];
        for (int i = 0; i < 50; i++) {
            targets[i * 5 + i % 5] = 1;
        }
        int[] aside = ValidationSplit.of(targets, 5, 0.2, 3).validation();
        int[] counts = new int[5];
        Arrays.stream(aside).forEach(i -> counts[i % 5]++);
        assertThat(counts).containsExactly(2, 2, 2, 2, 2);
    }

    @Test
    void anEmptyPartIsRefused() {
        assertThatThrownBy(() -> ValidationSplit.of(new float[4], 1, 0.1, 0)).hasMessageContaining("4 clips");
        assertThatThrownBy(() -> ValidationSplit.of(new float[40], 1, 1, 0)).hasMessageContaining("share of 1.0");
    }

    /** What is set aside of n clips in each of ten classes, each clip a recording of its own, by class. */
    private static int[] asideOfTen(int n, double share) {
        float[] targets = new float[10 * n * 10];
        List<String> recordings = new ArrayList<>();
        for (int i = 0; i < 10 * n; i++) {
            recordings.add(String.format("%03d.wav", i));
            targets[i * 10 + i / n] = 1;
        }
        int[] counts = new int[10];
        for (int clip : ValidationSplit.of(recordings, targets, 10, share, 0).validation()) {
            counts[clip / n]++;
        }
        return counts;
    }

    @Test
    void noClassOfFewClipsIsLostToValidation() {
        for (int n : new int[] {2, 3, 4, 5}) {
            for (double share : new double[] {0.1, 0.4}) {
                int[] counts = asideOfTen(n, share);
                assertThat(Arrays.stream(counts).sum())
                        .as("%d clips, %s", n, share)
                        .isEqualTo(Math.min((int) Math.round(10 * n * share), 10 * (n / 2)));
                assertThat(Arrays.stream(counts).max().orElseThrow())
                        .as("%d clips, %s", n, share)
                        .isEqualTo(Math.min((int) Math.ceil(n * share), n / 2));
            }
        }
    }

    /** Clips of random classes in random recordings. */
    private record Drawn(List<String> recordings, float[] targets, int classes) {
        static Drawn of(SplittableRandom random, boolean multi) {
            int classes = 1 + random.nextInt(12);
            List<String> recordings = new ArrayList<>();
            List<float[]> rows = new ArrayList<>();
            int spread = 1 + random.nextInt(40);
            for (int c = 0; c < classes; c++) {
                for (int n = 1 + random.nextInt(20); n > 0; n--) {
                    float[] row = new float[classes];
                    for (int k = 0; multi && k < classes; k++) {
                        row[k] = random.nextInt(6) == 0 ? 1 : random.nextInt(8) == 0 ? Float.NaN : 0;
                    }
                    row[c] = 1;
                    rows.add(row);
                    recordings.add(spread > 30 ? "own " + rows.size() : "r" + c * 3 + random.nextInt(spread));
                }
            }
            float[] targets = new float[rows.size() * classes];
            for (int i = 0; i < rows.size(); i++) {
                System.arraycopy(rows.get(i), 0, targets, i * classes, classes);
            }
            return new Drawn(recordings, targets, classes);
        }

        /** Number of clips that have a class, of some. */
        int count(int[] clips, int c) {
            return (int) Arrays.stream(clips)
                    .filter(i -> targets[i * classes + c] >= 0.5f)
                    .count();
        }
    }

    @Test
    void noClassLosesMoreThanHalfAndNoRecordingIsDivided() {
        SplittableRandom random = new SplittableRandom(8);
        int split = 0;
        int near = 0;
        for (int trial = 0; trial < 2000; trial++) {
            Drawn drawn = Drawn.of(random, trial % 2 == 0);
            double share = 0.05 + 0.45 * random.nextDouble();
            int clips = drawn.recordings().size();
            ValidationSplit parts;
            try {
                parts = ValidationSplit.of(drawn.recordings(), drawn.targets(), drawn.classes(), share, trial);
            } catch (IllegalArgumentException e) {
                requireIndivisible(drawn);
                continue;
            }
            split++;
            assertThat(parts.train().length + parts.validation().length).isEqualTo(clips);
            Set<String> aside = new HashSet<>();
            Arrays.stream(parts.validation())
                    .forEach(i -> aside.add(drawn.recordings().get(i)));
            assertThat(Arrays.stream(parts.train()).mapToObj(drawn.recordings()::get))
                    .as("whole recordings")
                    .doesNotContainAnyElementsOf(aside);
            for (int c = 0; c < drawn.classes(); c++) {
                int left = drawn.count(parts.train(), c);
                assertThat(drawn.count(parts.validation(), c)).isLessThanOrEqualTo(left);
            }
            int largest = drawn.recordings().stream()
                    .mapToInt(r -> Collections.frequency(drawn.recordings(), r))
                    .max()
                    .orElseThrow();
            // More is set aside only by a part of the largest recording; less, where the limit binds.
            assertThat((double) parts.validation().length)
                    .isLessThanOrEqualTo(Math.max(share * clips + 0.5 * largest, largest));
            near += Math.abs(parts.validation().length - share * clips) <= 0.5 * largest + 1e-9 ? 1 : 0;
        }
        assertThat(split).as("sets that can be divided").isGreaterThan(1200);
        assertThat((double) near).as("sets with the share asked for").isGreaterThan(0.9 * split);
    }

    /** Each recording holds more than half of the clips of some class. */
    private static void requireIndivisible(Drawn drawn) {
        int[] all = IntStream.range(0, drawn.recordings().size()).toArray();
        for (String recording : new HashSet<>(drawn.recordings())) {
            int[] own = Arrays.stream(all)
                    .filter(i -> drawn.recordings().get(i).equals(recording))
                    .toArray();
            assertThat(IntStream.range(0, drawn.classes()).anyMatch(c -> 2 * drawn.count(own, c) > drawn.count(all, c)))
                    .as("a recording that could be set aside")
                    .isTrue();
        }
    }

    @Test
    void aSingleRecordingIsNotDivided() {
        float[] targets = {1, 0, 1, 0, 1, 0};
        assertThatThrownBy(() -> ValidationSplit.of(Collections.nCopies(6, "dawn.wav"), targets, 1, 0.3, 0))
                .hasMessageContaining("share of 0.3 of 6 clips (recordings: 1)");
        assertThatThrownBy(() -> ValidationSplit.of(List.of("a"), new float[] {1}, 1, 1.5, 0))
                .hasMessageContaining("is 1.5");
    }
}
