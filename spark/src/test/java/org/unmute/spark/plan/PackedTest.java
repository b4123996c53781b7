package org.unmute.spark.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Serialization to bytes and back. */
class PackedTest {
    private static final PlannedClip CLIP =
            new PlannedClip("a#1-2", "a", "file:/♪/a", 1, 2, 1, "dog;cat", null, "12-34");

    @Test
    void objectsComeBack() {
        TaskShare share = new TaskShare(7, List.of(CLIP), Map.of("file:/♪/a", "0a1b"));
        assertThat(Packed.open(Packed.of(share), TaskShare.class)).isEqualTo(share);
        int[][] numbers = {{1}, {2, 3}};
        assertThat(Packed.open(Packed.of(numbers), int[][].class)).isDeepEqualTo(numbers);
        assertThat(Packed.open(Packed.of(int.class), Class.class)).isEqualTo(int.class);
    }

    @Test
    void aShareIsSmallOnItsWay() {
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
        assertThat(Packed.of(new TaskShare(0, clips))).hasSizeLessThan(1 << 20);
    }

    @Test
    void whatIsCutOffOrOfAnotherTypeIsRefused() {
        byte[] packed = Packed.of(CLIP);
        assertThatThrownBy(() -> Packed.open(Arrays.copyOf(packed, packed.length / 2), PlannedClip.class))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("unpack a PlannedClip");
        assertThatThrownBy(() -> Packed.open(packed, TaskShare.class)).isInstanceOf(ClassCastException.class);
    }
}
