package org.unmute.spark.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Serialization to bytes and back. */
class PackedTest {
    private static final PlannedClip CLIP =
            new PlannedClip("a#1-2", "a", "file:/♪/a", 1, 2, 1, "dog;cat", null, "12-34");

    @Test
    void objectsComeBack() {
        PlannedClip[] clips = {CLIP, CLIP};
        assertThat(Packed.open(Packed.of(clips), PlannedClip[].class)).isEqualTo(clips);
        int[][] numbers = {{1}, {2, 3}};
        assertThat(Packed.open(Packed.of(numbers), int[][].class)).isDeepEqualTo(numbers);
        assertThat(Packed.open(Packed.of(int.class), Class.class)).isEqualTo(int.class);
    }

    @Test
    void theClipsOfATaskAreSmallOnTheirWay() {
        List<PlannedClip> clips = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            String id = "recorder-" + i % 50 + "/2026-11/clip-" + i + ".flac";
            clips.add(new PlannedClip(
                    id,
                    id,
                    "s3a://bucket/recordings/" + id,
                    0,
                    Double.POSITIVE_INFINITY,
                    10,
                    "a;b",
                    "train",
                    "320044-" + Integer.toHexString(id.hashCode()) + Integer.toHexString(31 * id.hashCode())));
        }
        assertThat(Packed.of(clips.toArray(PlannedClip[]::new))).hasSizeLessThan(1 << 20);
    }

    @Test
    void whatIsCutOffOrOfAnotherTypeIsRefused() {
        byte[] packed = Packed.of(CLIP);
        assertThatThrownBy(() -> Packed.open(Arrays.copyOf(packed, packed.length / 2), PlannedClip.class))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("unpack a PlannedClip");
        assertThatThrownBy(() -> Packed.open(packed, String.class)).isInstanceOf(ClassCastException.class);
    }
}
