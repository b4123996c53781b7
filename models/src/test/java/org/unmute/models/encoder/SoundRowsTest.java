package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows of a token map hold sound, and which are padding. */
class SoundRowsTest {
    /** Rows of a window of the embedded encoder; then samples of a row and of a window. */
    private static final int ROWS = 37;

    private static final int ROW = 1280;
    private static final int WINDOW = 47_600;

    private static TokenMap map(int time, int freq, int dim) {
        float[] tokens = new float[time * freq * dim];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i;
        }
        return new TokenMap(time, freq, dim, tokens, new float[dim]);
    }

    private static float[] noise(int samples) {
        SplittableRandom random = new SplittableRandom(samples);
        float[] x = new float[samples];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (0.1 * random.nextGaussian());
        }
        return x;
    }

    private static Encoder withHop(Path folder, int rows) throws IOException {
        Path file = Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
        return Encoders.open(file, EncoderSettings.AUTHORS.withHop(rows * ROW / 16_000.0));
    }

    @Test
    void aMapOfUnknownSoundIsAllSound() {
        TokenMap map = map(5, 2, 3);
        assertThat(map.isSoundKnown()).isFalse();
        assertThat(map.sound()).isEqualTo(5);
        assertThat(map.soundOnly()).isSameAs(map);
        assertThat(map.rows(1, 3).isSoundKnown()).isFalse();
        assertThat(map.withSound(5).isSoundKnown()).isTrue();
        assertThat(map.withSound(5).padding()).isZero();
        assertThat(map.withSound(5).soundOnly().time()).isEqualTo(5);
    }

    @Test
    void soundOnlyIsTheBeginning() {
        TokenMap map = map(5, 2, 3);
        TokenMap padded = map.withSound(2);
        assertThat(padded.padding()).isEqualTo(3);
        assertThat(padded.sizes()).isEqualTo(map.sizes());
        TokenMap sound = padded.soundOnly();
        assertThat(sound.time()).isEqualTo(2);
        assertThat(sound.tokens()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(sound.cls()).isSameAs(map.cls());
        assertThat(sound.padding()).isZero();
        assertThat(sound.soundOnly()).isSameAs(sound);
    }

    @Test
    void someRowsKnowTheirSound() {
        TokenMap padded = map(5, 2, 3).withSound(3);
        assertThat(padded.rows(0, 3).padding()).isZero();
        assertThat(padded.rows(1, 5).sound()).isEqualTo(2);
        assertThat(padded.rows(2, 4).sound()).isEqualTo(1);
        assertThat(padded.rows(3, 5).sound()).as("at least one").isEqualTo(1);
    }

    @Test
    void whatCannotBeIsRefused() {
        TokenMap map = map(2, 1, 1);
        assertThatThrownBy(() -> new TokenMap(2, 1, 1, map.tokens(), null, 2))
                .hasMessageContaining("2 of 2 rows are padding");
        assertThatThrownBy(() -> new TokenMap(2, 1, 1, map.tokens(), null, -2)).hasMessageContaining("-2 of 2");
        assertThatThrownBy(() -> map.withSound(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> map.withSound(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void joinedWindowsAreOfSoundWhereOneIs() {
        TokenMap whole = map(4, 1, 1).withSound(4);
        TokenMap last = map(4, 1, 1).withSound(1);
        assertThat(TokenMap.join(List.of(whole, last), 4).sound()).isEqualTo(5);
        assertThat(TokenMap.join(List.of(whole, last), 2).sound()).isEqualTo(4);
        assertThat(TokenMap.join(List.of(whole, whole, last), 2).sound()).isEqualTo(6);
        assertThat(TokenMap.join(List.of(whole, map(4, 1, 1)), 4).isSoundKnown())
                .isFalse();
    }

    @Test
    void featuresAreTrimmedWithLayersAndAttention() {
        TokenMap map = map(4, 2, 1).withSound(3);
        float[] attention = new float[2 * 8];
        for (int i = 0; i < attention.length; i++) {
            attention[i] = i;
        }
        Features sound = new Features(map, List.of(map, map), attention).soundOnly();
        assertThat(sound.tokens().time()).isEqualTo(3);
        assertThat(sound.layers()).hasSize(2).allMatch(layer -> layer.time() == 3);
        assertThat(sound.attention()).containsExactly(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13);
        assertThat(sound.soundOnly()).isSameAs(sound);
    }

    /** For adjacent windows, overlapping ones, and recordings encoded in one piece. */
    @Test
    void rowsAreOfSoundThatBeginBeforeTheEnd() {
        for (RowTimes times : new RowTimes[] {
            new RowTimes(16_000, 100, 1000, 10),
            new RowTimes(16_000, 100, 300, 3),
            new RowTimes(16_000, 100, 1050, 10),
            new RowTimes(16_000, 100, 970, 10),
            new RowTimes(16_000, 100, 0, 0)
        }) {
            for (int samples = 1; samples < 2600; samples += 7) {
                int expected = 0;
                for (int row = 0; row < 30; row++) {
                    expected += times.start(row) < samples ? 1 : 0;
                }
                assertThat(times.sound(30, samples)).isEqualTo(expected);
                assertThat(times.sound(3, samples)).isEqualTo(Math.min(3, expected));
            }
            assertThat(times.sound(30, 0)).isEqualTo(1);
        }
    }

    /** For recordings in a batch and alone, for all layers, and in streaming. */
    @Test
    void encodersSayWhichRowsAreSound(@TempDir Path folder) throws IOException {
        Features.Request request = new Features.Request(List.of(0), true);
        for (int hop : new int[] {ROWS, 10, 1}) {
            Encoder encoder = withHop(folder, hop);
            List<float[]> recordings = new ArrayList<>();
            for (int samples : new int[] {
                400, ROW, ROW + 1, 20_000, WINDOW, WINDOW + 300, WINDOW + 477, 2 * hop * ROW + WINDOW + 5000
            }) {
                recordings.add(noise(samples));
            }
            List<Features> all = encoder.features(recordings, request);
            for (int i = 0; i < all.size(); i++) {
                Features one = all.get(i);
                int samples = recordings.get(i).length;
                int time = one.tokens().time();
                int expected = encoder.describe().rowTimes().sound(time, samples);
                assertThat(one.tokens().isSoundKnown()).isTrue();
                assertThat(one.tokens().sound())
                        .as("%d samples, hop %d", samples, hop)
                        .isEqualTo(expected)
                        .isEqualTo(Math.min(time, Math.ceilDiv(samples, ROW)));
                assertThat(one.layers().getFirst().sound()).isEqualTo(expected);
                assertThat(encoder.encode(recordings.get(i)).sound()).isEqualTo(expected);
                assertThat(one.soundOnly().attention()).hasSize(one.attention().length / time * expected);
                assertSoundOfRows(encoder, recordings.get(i), expected);
            }
        }
    }

    /** Checks that in streaming the leading rows hold sound; a block that is all padding counts one row as sound. */
    private static void assertSoundOfRows(Encoder encoder, float[] samples, int expected) {
        List<TokenMap> blocks = new ArrayList<>();
        StreamingEncoder stream = new StreamingEncoder(
                encoder, new Features.Request(List.of(), false), rows -> blocks.add(rows.tokens()));
        for (int at = 0; at < samples.length; at += 7000) {
            stream.accept(samples, at, Math.min(7000, samples.length - at));
        }
        stream.finish();
        int start = 0;
        for (TokenMap block : blocks) {
            assertThat(block.isSoundKnown()).isTrue();
            assertThat(block.sound()).isEqualTo(Math.clamp(expected - start, 1, block.time()));
            start += block.time();
        }
    }
}
