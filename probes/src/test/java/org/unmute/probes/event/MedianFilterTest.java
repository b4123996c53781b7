package org.unmute.probes.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MedianFilterTest {
    /** The definition: each window is sorted. Few distinct values, so that ties are common. */
    @Property
    void slidingAndSortingAgree(
            @ForAll long seed,
            @ForAll @IntRange(max = 60) int length,
            @ForAll @IntRange(max = 20) int half,
            @ForAll MedianFilter.Edges edges) {
        Random random = new Random(seed);
        float[] scores = new float[length];
        for (int i = 0; i < length; i++) {
            scores[i] = random.nextBoolean() ? random.nextFloat() : random.nextInt(4) / 4f;
        }
        float[] expected = new float[length];
        for (int i = 0; i < length; i++) {
            float[] window = new float[2 * half + 1];
            for (int k = 0; k < window.length; k++) {
                window[k] = at(scores, i + k - half, edges);
            }
            Arrays.sort(window);
            expected[i] = window[half];
        }
        assertThat(new MedianFilter(2 * half + 1, edges).apply(scores)).containsExactly(expected);
    }

    private static float at(float[] scores, int i, MedianFilter.Edges edges) {
        if (i >= 0 && i < scores.length) {
            return scores[i];
        }
        return switch (edges) {
            case ZERO -> 0;
            case NEAREST -> scores[i < 0 ? 0 : scores.length - 1];
            case REFLECT -> {
                int mirrored = i;
                while (mirrored < 0 || mirrored >= scores.length) {
                    mirrored = mirrored < 0 ? -1 - mirrored : 2 * scores.length - 1 - mirrored;
                }
                yield scores[mirrored];
            }
        };
    }
}
