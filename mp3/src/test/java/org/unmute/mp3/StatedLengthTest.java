package org.unmute.mp3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;

/**
 * If the number of samples differs from the length stated at first, there must be a warning, however the file was
 * changed.
 */
class StatedLengthTest {
    private static final int MAX_SAMPLES = 1 << 20;

    private int stated;
    private int different;

    private static byte[] resource(String name) throws IOException {
        if (name.endsWith(".au")) {
            byte[] wav = resource("whistle.wav");
            byte[] head = ByteBuffer.allocate(24)
                    .put(".snd".getBytes(StandardCharsets.US_ASCII))
                    .putInt(24)
                    .putInt(wav.length - 44)
                    .putInt(3)
                    .putInt(16_000)
                    .putInt(1)
                    .array();
            return joined(head, Arrays.copyOfRange(wav, 44, wav.length));
        }
        if (name.endsWith(".aiff")) {
            byte[] sound = Arrays.copyOfRange(resource("whistle.wav"), 44, 44 + 20_000);
            return ByteBuffer.allocate(54 + sound.length)
                    .put("FORM".getBytes(StandardCharsets.US_ASCII))
                    .putInt(46 + sound.length)
                    .put("AIFFCOMM".getBytes(StandardCharsets.US_ASCII))
                    .putInt(18)
                    .putShort((short) 1)
                    .putInt(sound.length / 2)
                    .putShort((short) 16)
                    .put(new byte[] {0x40, 0x0C, (byte) 0xFA, 0, 0, 0, 0, 0, 0, 0})
                    .put("SSND".getBytes(StandardCharsets.US_ASCII))
                    .putInt(8 + sound.length)
                    .putLong(0)
                    .put(sound)
                    .array();
        }
        try (InputStream in = StatedLengthTest.class.getResourceAsStream("/audio/" + name)) {
            return in.readAllBytes();
        }
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] change(byte[] file, Random random) {
        int at = random.nextInt(file.length);
        int end = at + Math.min(file.length - at, random.nextInt(3000));
        byte[] part = Arrays.copyOfRange(file, at, end);
        byte[] front = Arrays.copyOf(file, at);
        return switch (random.nextInt(7)) {
            case 0 -> front;
            case 1 -> joined(front, Arrays.copyOfRange(file, end, file.length));
            case 2 -> joined(front, part, part, Arrays.copyOfRange(file, end, file.length));
            case 3 -> joined(file, part);
            case 4 -> joined(file, file);
            // Headers state the lengths.
            case 5 -> bytes(file, random, Math.min(file.length, 240));
            default -> bytes(file, random, file.length);
        };
    }

    private static byte[] bytes(byte[] file, Random random, int below) {
        byte[] changed = file.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            changed[random.nextInt(below)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    /** Reads the bytes as a file and from a pipe. */
    private void check(byte[] file, String what) throws IOException {
        check(AudioSource.of(file, what), what);
        check(AudioSource.of(new ByteArrayInputStream(file), what), what + " in a pipe");
    }

    private void check(AudioSource source, String what) throws IOException {
        try (AudioStream stream = AudioFiles.open(source)) {
            if (stream.frames().isEmpty()) {
                return;
            }
            long expected = stream.frames().getAsLong();
            float[] samples = new float[8192];
            long total = 0;
            for (int n = 0; n >= 0 && total < MAX_SAMPLES; n = stream.read(samples, 0, samples.length)) {
                total += n;
            }
            stated++;
            if (total < MAX_SAMPLES && total != expected) {
                different++;
                assertThat(stream.warnings())
                        .as("%s: warnings for %d samples of %d", what, total, expected)
                        .isNotEmpty();
            }
        } catch (UnreadableAudioException e) {
            assertThat(e.reason()).isNotBlank();
        }
    }

    /** The stated length of a pipe is trusted, because its size is unknown, but more bytes give a warning. */
    @ParameterizedTest
    @ValueSource(strings = {"whistle.wav", "whistle.au", "whistle.aiff"})
    void samplesBehindTheStatedOnesInAPipeAreAWarning(String name) throws IOException {
        byte[] whole = resource(name);
        int at = name.endsWith("au") ? 8 : name.endsWith("aiff") ? 42 : 40;
        boolean little = name.endsWith("wav");
        ByteBuffer header = ByteBuffer.wrap(whole).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        header.putInt(at, header.getInt(at) / 4 * 2);
        byte[] chunk = joined("LIST".getBytes(StandardCharsets.US_ASCII), new byte[8]);
        int samples = header.getInt(at);
        byte[] followed = joined(Arrays.copyOf(whole, (name.endsWith("au") ? 24 : at + 4) + samples), chunk);
        for (boolean more : new boolean[] {true, false}) {
            byte[] file = more ? whole : followed;
            try (AudioStream stream = AudioFiles.open(AudioSource.of(new ByteArrayInputStream(file), name))) {
                while (stream.read(new float[8192], 0, 8192) >= 0) {
                    assertThat(stream.warnings())
                            .filteredOn(w -> w.contains("more bytes"))
                            .isEmpty();
                }
                assertThat(stream.warnings().toString().contains("but more bytes follow, which are not read"))
                        .as("%s, more samples: %s, warnings: %s", name, more, stream.warnings())
                        .isEqualTo(more || name.endsWith("au"));
                stream.read(new float[1], 0, 1);
                assertThat(stream.warnings()).doesNotHaveDuplicates();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tones-44100-stereo-vbr.mp3",
                "whistle.mp3",
                "whistle.wav",
                "whistle.flac",
                "whistle.ogg",
                "whistle.au",
                "whistle.aiff"
            })
    void moreAndFewerSamplesThanStatedAreAWarning(String name) throws IOException {
        byte[] whole = resource(name);
        check(whole, name);
        assertThat(different).isZero();
        if (name.startsWith("tones")) {
            // The numbers of frames and bytes in the header, and the leading and trailing silence.
            for (int at : new int[] {40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 177, 178, 179}) {
                for (int value : new int[] {0, 1, 7, 0x3F, 0x80, 0xD0, 0xFF}) {
                    byte[] changed = whole.clone();
                    changed[at] = (byte) value;
                    check(changed, name + " with byte " + at + " = " + value);
                }
            }
        }
        int mutations = Integer.getInteger("unmute.mutations", 600) / 6;
        for (int i = 0; i < mutations; i++) {
            Random random = new Random(i);
            byte[] file = change(whole, random);
            check(random.nextBoolean() && file.length > 0 ? change(file, random) : file, name + ", mutation " + i);
        }
        // Changed FLAC and Ogg files are refused for wrong checksums, and whistle.mp3 states no length.
        if (!name.matches("whistle\\.(mp3|flac|ogg)")) {
            assertThat(different).as("of %d with a length", stated).isGreaterThan(stated / 20);
        }
    }
}
