package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WindowsTest {
    private static List<Integer> lengths(int samples, int window, int frame) {
        return Windows.cut(new float[samples], new EncoderSpec.Input(16_000, window, frame, window, "", Map.of(), null))
                .stream()
                .map(w -> w.length)
                .toList();
    }

    @Test
    void theLastWindowMayBeShorter() {
        assertThat(lengths(2500, 1000, 10)).containsExactly(1000, 1000, 500);
        assertThat(lengths(300, 1000, 10)).containsExactly(300);
        assertThat(lengths(2000, 1000, 10)).containsExactly(1000, 1000);
    }

    @Test
    void aRemainderOfLessThanAHundredthOrAFrameIsLeftOut() {
        assertThat(lengths(1009, 1000, 1)).containsExactly(1000);
        assertThat(lengths(1010, 1000, 1)).containsExactly(1000, 10);
        assertThat(lengths(20_720 + 399, 20_720, 400)).containsExactly(20_720);
        assertThat(lengths(20_720 + 400, 20_720, 400)).containsExactly(20_720, 400);
    }

    @Test
    void aClipShorterThanAFrameIsLeftToTheFrontEnd() {
        assertThat(lengths(5, 1000, 400)).containsExactly(5);
    }

    @Test
    void windowsAreCountedAsTheyAreCut() {
        for (int hop : new int[] {1000, 500, 300}) {
            EncoderSpec.Input input = new EncoderSpec.Input(16_000, 1000, 40, hop, "", Map.of(), null);
            for (int samples = 1; samples < 4000; samples += 13) {
                assertThat(Windows.count(samples, input))
                        .as(samples + " samples, hop " + hop)
                        .isEqualTo(Windows.cut(new float[samples], input).size());
            }
        }
    }
}
