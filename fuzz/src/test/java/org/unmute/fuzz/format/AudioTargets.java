package org.unmute.fuzz.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.place.RecorderNotes;

/**
 * Readers of recordings. The format is chosen by the first bytes, so a change may turn an input into another format.
 */
final class AudioTargets {
    private static final String MP3 = "mp3/src/test/resources/audio";
    private static final String AUDIO = "audio/src/test/resources/audio";
    /** A few bytes can expand to a great many samples. The readers set no limit; callers have to stop. */
    private static final long MAX_SAMPLES = 1 << 19;

    /** A damaged MP3 may exceed 1. */
    private static final double MAX_SAMPLE = 1e9;

    private static final int STREAMINFO_END = 42;

    private AudioTargets() {}

    static List<FuzzTarget> all() {
        return List.of(
                FuzzTarget.inMemory("wav", "input.wav", AudioTargets::wav, AudioTargets::read),
                FuzzTarget.inMemory("flac", "input.flac", AudioTargets::flac, AudioTargets::read)
                        .repairedBy(Checksums::flac),
                FuzzTarget.inMemory("ogg", "input.ogg", files -> both(files, "*.ogg"), AudioTargets::read)
                        .repairedBy(Checksums::ogg),
                FuzzTarget.inMemory("mp3", "input.mp3", files -> files.matching(MP3, "*.mp3"), AudioTargets::read),
                FuzzTarget.inMemory("aiff-au", "input.aiff", _ -> aiffAndAu(), AudioTargets::read));
    }

    private static List<byte[]> both(SeedFiles files, String glob) throws IOException {
        List<byte[]> all = new ArrayList<>(files.matching(MP3, glob));
        all.addAll(files.matching(AUDIO, glob));
        return all;
    }

    /** Also one with what {@code flac --keep-foreign-metadata} and recorders write. */
    private static List<byte[]> flac(SeedFiles files) throws IOException {
        List<byte[]> all = both(files, "*.flac");
        byte[] first = all.getFirst();
        byte[] guano = new Chunk("guan")
                .text("GUANO|Version: 1.0\nTimestamp: 2024-05-17\n")
                .bytes();
        byte[] field = "SensorLocation=-27.5+153/".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer blocks = ByteBuffer.allocate(first.length + 8 + guano.length + 16 + field.length);
        blocks.put(first, 0, STREAMINFO_END);
        blocks.putInt(2 << 24 | 4 + guano.length).put("riff".getBytes(StandardCharsets.US_ASCII));
        blocks.put(guano).putInt(4 << 24 | 12 + field.length).putInt(0);
        blocks.putInt(1 << 24).putInt(Integer.reverseBytes(field.length)).put(field);
        all.add(blocks.put(first, STREAMINFO_END, first.length - STREAMINFO_END).array());
        return all;
    }

    private static List<byte[]> wav(SeedFiles files) throws IOException {
        List<byte[]> all = new ArrayList<>(files.matching(MP3, "*.wav"));
        byte[] fmt = new Chunk("fmt ")
                .little(1, 2)
                .little(2, 2)
                .little(8000, 4)
                .little(32_000, 4)
                .little(4, 2)
                .little(16, 2)
                .bytes();
        byte[] data =
                new Chunk("data").little(0x7FFF0001L, 4).little(0x80000000L, 4).bytes();
        byte[] list =
                new Chunk("LIST").text("INFOINAM").little(4, 4).text("name").bytes();
        all.add(new Chunk("RIFF").text("WAVE").raw(fmt).raw(list).raw(data).bytes());
        byte[] extensible = new Chunk("fmt ")
                .little(0xFFFE, 2)
                .little(1, 2)
                .little(44_100, 4)
                .little(176_400, 4)
                .little(4, 2)
                .little(32, 2)
                .little(22, 2)
                .little(32, 2)
                .little(4, 4)
                .little(3, 2)
                .raw(new byte[] {0, 0, 0, 0, 16, 0, (byte) 0x80, 0, 0, (byte) 0xAA, 0, 0x38, (byte) 0x9B, 0x71})
                .bytes();
        byte[] floats =
                new Chunk("data").little(0x3F000000L, 4).little(0xBF000000L, 4).bytes();
        all.add(new Chunk("RIFF").text("WAVE").raw(extensible).raw(floats).bytes());
        byte[] sizes = new Chunk("ds64")
                .little(0, 8)
                .little(8, 8)
                .little(2, 8)
                .little(0, 4)
                .bytes();
        all.add(new Chunk("RF64")
                .text("WAVE")
                .raw(sizes)
                .raw(extensible)
                .raw(floats)
                .bytes());
        byte[] guano = new Chunk("guan")
                .text("GUANO|Version: 1.0\nTimestamp: 2024-05-17T05:30:00.25+02:00\nLoc Position: 52.5 13.4\n")
                .bytes();
        byte[] wamd = new Chunk("wamd")
                .little(5, 2)
                .little(19, 4)
                .text("2024-05-17 05:30:00")
                .little(6, 2)
                .little(17, 4)
                .text("WGS84,42,N,71.5,W")
                .bytes();
        all.add(new Chunk("RIFF")
                .text("WAVE")
                .raw(fmt)
                .raw(wamd)
                .raw(data)
                .raw(guano)
                .bytes());
        return all;
    }

    private static List<byte[]> aiffAndAu() {
        // 8000 Hz as an 80-bit floating-point number.
        byte[] rate = {0x40, 0x0B, (byte) 0xFA, 0, 0, 0, 0, 0, 0, 0};
        byte[] common =
                new Chunk("COMM", true).big(1, 2).big(4, 4).big(16, 2).raw(rate).bytes();
        byte[] sound = new Chunk("SSND", true)
                .big(0, 4)
                .big(0, 4)
                .big(0x00017FFFL, 4)
                .big(0x8000FFFFL, 4)
                .bytes();
        byte[] aifc = new Chunk("COMM", true)
                .big(1, 2)
                .big(4, 4)
                .big(16, 2)
                .raw(rate)
                .text("sowt")
                .raw(new byte[] {0, 0})
                .bytes();
        byte[] version = new Chunk("FVER", true).big(0xA2805140L, 4).bytes();
        List<byte[]> all = new ArrayList<>();
        all.add(new Chunk("FORM", true).text("AIFF").raw(common).raw(sound).bytes());
        all.add(new Chunk("FORM", true)
                .text("AIFC")
                .raw(version)
                .raw(aifc)
                .raw(sound)
                .bytes());
        for (int encoding : new int[] {1, 2, 3, 5, 6, 27}) {
            all.add(ByteBuffer.allocate(24 + 16)
                    .put(".snd".getBytes(StandardCharsets.US_ASCII))
                    .putInt(24)
                    .putInt(16)
                    .putInt(encoding)
                    .putInt(8000)
                    .putInt(1)
                    .putFloat(0.5f)
                    .array());
        }
        return all;
    }

    /**
     * Reads a recording to its end, then from the middle and from the beginning, and compares positions and lengths.
     */
    private static void read(FuzzTarget.Input input) throws IOException {
        String name = input.file().toString();
        RecorderNotes.read(AudioSource.of(input.bytes(), name));
        try (AudioStream stream = AudioFiles.open(AudioSource.of(input.bytes(), name))) {
            float[] samples = new float[4096];
            OptionalLong stated = stream.frames();
            long total = 0;
            int n = 0;
            while (n >= 0 && total < MAX_SAMPLES) {
                if (stream.position() != total) {
                    throw new AssertionError("position " + stream.position() + " after " + total + " samples");
                }
                n = stream.read(samples, 0, samples.length);
                if (n == 0) {
                    throw new AssertionError("a read gave no samples and no end");
                }
                for (int i = 0; i < n; i++) {
                    if (!(Math.abs(samples[i]) < MAX_SAMPLE) && isCompressed(input.bytes())) {
                        throw new AssertionError("sample " + samples[i]);
                    }
                }
                total += Math.max(0, n);
            }
            if (n < 0 && stated.orElse(total) != total && stream.warnings().isEmpty()) {
                throw new AssertionError(total + " samples of " + stated.getAsLong() + " without a warning");
            }
            for (long frame : new long[] {total / 2, total + 1, 0}) {
                stream.seek(frame);
                if (stream.position() != frame && frame <= total) {
                    throw new AssertionError("position " + stream.position() + " after a seek to " + frame);
                }
                stream.read(samples, 0, 10);
            }
            stream.warnings().forEach(String::length);
        }
    }

    /** Ogg, FLAC and MP3 by the first byte: other formats can store NaN. */
    private static boolean isCompressed(byte[] file) {
        return file[0] == (byte) 0xFF || "OfI".indexOf(file[0]) >= 0;
    }

    /** A RIFF chunk, or an AIFF chunk with a big-endian length. */
    private static final class Chunk {
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final String id;
        private final boolean big;

        Chunk(String id) {
            this(id, false);
        }

        Chunk(String id, boolean big) {
            this.id = id;
            this.big = big;
        }

        Chunk little(long value, int bytes) {
            for (int i = 0; i < bytes; i++) {
                body.write((int) (value >>> 8 * i));
            }
            return this;
        }

        Chunk big(long value, int bytes) {
            for (int i = bytes - 1; i >= 0; i--) {
                body.write((int) (value >>> 8 * i));
            }
            return this;
        }

        Chunk text(String ascii) {
            return raw(ascii.getBytes(StandardCharsets.US_ASCII));
        }

        Chunk raw(byte[] bytes) {
            body.writeBytes(bytes);
            return this;
        }

        byte[] bytes() {
            return ByteBuffer.allocate(8 + body.size())
                    .order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                    .put(id.getBytes(StandardCharsets.US_ASCII))
                    .putInt(body.size())
                    .put(body.toByteArray())
                    .array();
        }
    }
}
