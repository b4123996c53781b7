package org.unmute.probes.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unmute.tensor.RandomNumbers;

class GroupStratificationTest {
    private static final int CLASSES = 4;

    /** Three clips of one class in each of 40 groups, ten a class. */
    private static GroupStratification even(List<String> groups) {
        float[] targets = new float[120 * CLASSES];
        for (int i = 0; i < 120; i++) {
            groups.add("recording " + i / 3);
            targets[i * CLASSES + i / 3 % CLASSES] = 1;
            targets[i * CLASSES + (i / 3 + 1) % CLASSES] = Float.NaN;
        }
        return GroupStratification.of(groups, targets, CLASSES);
    }

    @Test
    void foldsAreEqualAndKeepGroupsWhole() {
        List<String> groups = new ArrayList<>();
        GroupStratification all = even(groups);
        int[] folds = all.folds(5, 3);
        int[][] counts = new int[5][CLASSES];
        for (int i = 0; i < folds.length; i++) {
            counts[folds[i]][i / 3 % CLASSES]++;
            assertThat(folds[i]).isEqualTo(folds[i / 3 * 3]);
        }
        for (int[] of : counts) {
            assertThat(of).containsExactly(6, 6, 6, 6);
        }
        assertThat(all.folds(5, 3)).isEqualTo(folds);
        assertThat(all.folds(5, 4)).isNotEqualTo(folds);
    }

    @Test
    void partsHaveTheirShares() {
        int[] parts = even(new ArrayList<>()).parts(new double[] {7, 2, 1}, 0);
        int[][] counts = new int[3][CLASSES];
        IntStream.range(0, parts.length).forEach(i -> counts[parts[i]][i / 3 % CLASSES]++);
        assertThat(counts[0]).containsOnly(21);
        assertThat(counts[1]).containsOnly(6);
        assertThat(counts[2]).containsOnly(3);
    }

    @Test
    void theOrderOfClipsDoesNotMatter() {
        List<String> groups = new ArrayList<>();
        int[] folds = even(groups).folds(3, 7);
        int[] order = RandomNumbers.order(new SplittableRandom(1), 120);
        List<String> shuffled = Arrays.stream(order).mapToObj(groups::get).toList();
        List<int[]> labels =
                Arrays.stream(order).mapToObj(i -> new int[] {i / 3 % CLASSES}).toList();
        int[] again = new GroupStratification(shuffled, labels, CLASSES).folds(3, 7);
        for (int i = 0; i < order.length; i++) {
            assertThat(again[i]).isEqualTo(folds[order[i]]);
        }
    }

    @Test
    void noFoldIsEmptyHoweverFewGroupsThereAre() {
        SplittableRandom random = new SplittableRandom(5);
        for (int trial = 0; trial < 500; trial++) {
            int clips = 1 + random.nextInt(30);
            float[] targets = new float[clips * CLASSES];
            List<String> groups = new ArrayList<>();
            for (int i = 0; i < clips; i++) {
                groups.add("g" + random.nextInt(1 + random.nextInt(12)));
                targets[i * CLASSES + random.nextInt(CLASSES)] = 1;
                targets[i * CLASSES + random.nextInt(CLASSES)] = random.nextBoolean() ? 1 : Float.NaN;
            }
            int k = 1 + random.nextInt(8);
            Set<Integer> seen = new HashSet<>();
            int[] folds = GroupStratification.of(groups, targets, CLASSES).folds(k, trial);
            Arrays.stream(folds).forEach(seen::add);
            int count = Math.min(k, new HashSet<>(groups).size());
            assertThat(seen)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, count).boxed().toList());
            for (int i = 0; i < clips; i++) {
                assertThat(folds[i]).isEqualTo(folds[groups.indexOf(groups.get(i))]);
            }
        }
    }

    @Test
    void whatCannotBeDealtIsRefused() {
        GroupStratification two = new GroupStratification(List.of("a", "b"), List.of(new int[] {0}, new int[0]), 1);
        assertFails(() -> two.parts(new double[] {1, 1, 1}, 0), "2 groups cannot fill 3 splits");
        assertFails(() -> two.parts(new double[] {1, 0}, 0), "must be positive, is 0.0");
        assertFails(() -> two.folds(0, 0), "at least one fold, not 0");
        assertThatThrownBy(() -> new GroupStratification(List.of("a"), Collections.nCopies(2, new int[0]), 1))
                .hasMessageContaining("1 groups for 2 clips");
        assertFails(() -> new GroupStratification(List.of(), List.of(), 1).folds(2, 0), "0 groups");
    }
}
