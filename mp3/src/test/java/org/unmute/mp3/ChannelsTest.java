package org.unmute.mp3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Recording;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Mixdown;

/** Single channels of files of every format. */
class ChannelsTest {
    private static Path resource(String name) {
        try {
            return Path.of(ChannelsTest.class.getResource("/audio/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static float[] read(Path file, int channel) throws IOException {
        try (AudioStream stream = AudioFiles.open(file, channel)) {
            return Recording.read(stream).samples();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tones-stereo-24.wav, 2",
        "tones-stereo-24.flac, 2",
        "tones-44100-stereo-vbr.mp3, 2",
        "tones-22050-joint.mp3, 2",
        "tones-8000-mono.mp3, 1",
        "whistle.ogg, 1"
    })
    void theMeanOfTheChannelsIsTheMix(String name, int channels) throws IOException {
        Path file = resource(name);
        float[] mix = read(file, Mixdown.MEAN);
        float[] first = read(file, 1);
        float[] last = read(file, channels);
        assertThat(last).hasSameSizeAs(mix);
        for (int i = 0; i < mix.length; i++) {
            assertThat(mix[i]).isCloseTo((float) (((double) first[i] + last[i]) / 2), within(2e-7f));
        }
        assertThatThrownBy(() -> AudioFiles.open(file, channels + 1))
                .isInstanceOf(UnreadableAudioException.class)
                .hasMessageContaining("there is no channel " + (channels + 1));
    }
}
