package org.unmute.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unmute.audio.playback.Mixdown;

/** Which channels of a source are read, and how much of their energy a mean keeps. */
class MixdownTest {
    private static final int RATE = 8000;

    /** A WAV of 16 bits. */
    private static byte[] wav(short[]... channels) {
        int bytes = 2 * channels.length * channels[0].length;
        ByteBuffer out = ByteBuffer.allocate(44 + bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + bytes);
        out.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        out.putShort((short) 1).putShort((short) channels.length).putInt(RATE);
        out.putInt(RATE * 2 * channels.length).putShort((short) (2 * channels.length));
        out.putShort((short) 16).put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
        for (int i = 0; i < channels[0].length; i++) {
            for (short[] channel : channels) {
                out.putShort(channel[i]);
            }
        }
        return out.array();
    }

    private static short[] noise(int seed, int seconds) {
        Random random = new Random(seed);
        short[] samples = new short[seconds * RATE];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (short) (random.nextGaussian() * 3000);
        }
        return samples;
    }

    /** The channel with its sign changed from one second to another. */
    private static short[] opposite(short[] samples, int from, int to) {
        short[] other = samples.clone();
        for (int i = from * RATE; i < to * RATE; i++) {
            other[i] = (short) -samples[i];
        }
        return other;
    }

    private static short[] scaled(short[] samples, double gain) {
        short[] other = samples.clone();
        for (int i = 0; i < other.length; i++) {
            other[i] = (short) Math.rint(gain * samples[i]);
        }
        return other;
    }

    private static List<String> warnings(short[]... channels) throws IOException {
        return Wav.read(wav(channels)).warnings();
    }

    @Test
    void onlyChannelsThatCancelAreWarnedOf() throws IOException {
        short[] one = noise(1, 30);
        short[] two = noise(2, 30);
        assertThat(warnings(one)).isEmpty();
        assertThat(warnings(one, one)).isEmpty();
        assertThat(warnings(one, two)).isEmpty();
        assertThat(warnings(one, two, noise(3, 30), noise(4, 30))).isEmpty();
        assertThat(warnings(one, new short[one.length])).as("a dead channel").isEmpty();
        assertThat(warnings(new short[one.length], new short[one.length])).isEmpty();
        assertThat(warnings(one, opposite(one, 0, 5)))
                .as("less than ten seconds")
                .isEmpty();
        String cancelled = "from 10.2 s on, the mean of its 2 channels keeps less than 0.1 % of their energy";
        assertThat(warnings(one, opposite(one, 10, 30)))
                .singleElement()
                .matches(Mixdown::isCancellation)
                .asString()
                .contains(cancelled);
        // (1 - g)² / 4 of the mean of 1 and g².
        assertThat(warnings(one, scaled(one, -0.45))).as("0.126").isEmpty();
        assertThat(warnings(one, scaled(one, -0.55))).singleElement().asString().contains("keeps 7.8 %");
        assertThat(warnings(one, opposite(one, 0, 30), one)).as("a ninth").isEmpty();
    }

    @Test
    void oneChannelOfSeveral() throws IOException {
        short[] one = noise(1, 1);
        short[] two = noise(2, 1);
        short[] three = opposite(one, 0, 1);
        byte[] file = wav(one, two, three);
        for (int c = 1; c <= 3; c++) {
            short[] expected = List.of(one, two, three).get(c - 1);
            try (AudioStream stream = AudioFiles.open(AudioSource.of(file, "x"), c)) {
                assertThat(stream.channels()).isEqualTo(3);
                stream.seek(5);
                float[] read = new float[100];
                assertThat(stream.read(read, 0, 100)).isEqualTo(100);
                for (int i = 0; i < read.length; i++) {
                    assertThat(read[i]).isEqualTo(expected[5 + i] / 32768f);
                }
                assertThat(stream.warnings()).isEmpty();
            }
        }
    }

    /** Three channels of a lossy file: their mean is what the mix has. */
    @Test
    void vorbisHasEachChannel() throws IOException {
        float[] mix = vorbis(Mixdown.MEAN);
        float[][] channels = {vorbis(1), vorbis(2), vorbis(3)};
        assertThat(channels[0]).isNotEqualTo(channels[1]);
        for (int i = 0; i < mix.length; i++) {
            double mean = ((double) channels[0][i] + channels[1][i] + channels[2][i]) / 3;
            assertThat(mix[i]).isCloseTo((float) mean, within(1e-7f));
        }
    }

    private static float[] vorbis(int channel) throws IOException {
        try (InputStream in = MixdownTest.class.getResourceAsStream("/audio/three-channels.ogg");
                AudioStream stream =
                        AudioFiles.open(AudioSource.of(in.readAllBytes(), "three-channels.ogg"), channel)) {
            return Recording.read(stream).samples();
        }
    }
}
