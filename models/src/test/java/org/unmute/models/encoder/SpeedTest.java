package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.audio.playback.Speed;
import org.unmute.models.frontend.MelBands;

/** Times and bands of an encoder that hears recordings at another speed are those of the recordings. */
class SpeedTest {
    private static final EncoderSpec NORMAL = new EncoderSpec(
            "x",
            "",
            new EncoderSpec.Input(16_000, 32_000, 400, 32_000, "fbank", Map.of(), new MelBands(128, 20, 8000)),
            new EncoderSpec.Grid(25, 8, 1280, EncoderSpec.TokenOrder.TIME_MAJOR, 0),
            8,
            1,
            List.of());

    @Test
    void aTenthOfTheSpeedIsATenthOfTheTimeAndTenTimesTheFrequency() {
        EncoderSpec slow = NORMAL.atSpeed(Speed.parse("0.1"));
        assertThat(slow.rowTimes().rowSeconds()).isEqualTo(0.008);
        assertThat(slow.rowTimes().seconds(10)).isEqualTo(0.08);
        assertThat(slow.rowStart(10)).as("in samples").isEqualTo(NORMAL.rowStart(10));
        assertThat(slow.samples(2)).isEqualTo(320_000);
        assertThat(slow.seconds(16_000)).isEqualTo(0.1);
        assertThat(EncoderBand.of(slow).high()).isEqualTo(80_000);
        TokenPlace place = slow.place(3, 2);
        TokenPlace normal = NORMAL.place(3, 2);
        assertThat(place.start()).isCloseTo(normal.start() / 10, within(1e-15));
        assertThat(place.end()).isCloseTo(normal.end() / 10, within(1e-15));
        assertThat(place.lowHz()).isEqualTo(normal.lowHz() * 10);
        assertThat(place.highHz()).isEqualTo(normal.highHz() * 10);
        assertThat(slow.frontEnd()).isEqualTo("fbank, recordings at speed 0.1");
        assertThat(slow.input().settings()).containsEntry("speed", "0.1");
        assertThat(EncoderBand.of(slow).nothingOf(401)).isNull();
        assertThat(EncoderBand.of(slow).nothingOf(399)).contains("nothing is left to hear at speed 0.1");
        assertThat(EncoderBand.of(NORMAL).nothingOf(1)).as("as it was recorded").isNull();
        assertThat(NORMAL.atSpeed(Speed.NORMAL)).isSameAs(NORMAL);
        assertThatThrownBy(() -> slow.atSpeed(Speed.parse("10"))).isInstanceOf(IllegalStateException.class);
    }
}
