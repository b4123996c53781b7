package org.unmute.audio;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.unmute.audio.playback.Mixdown;
import org.unmute.files.AtomicFile;

/**
 * Reads and writes WAV files. Reads the RIFF, RIFX, RF64, BW64 and Wave64 files that {@link PcmFormat} supports, of at
 * most four hours, mixed down to one channel; {@link AudioStream#open} reads longer ones. Writes 16-bit PCM with one
 * channel. An integer sample {@code v} of {@code b} bits stands for {@code v / 2^(b-1)}.
 */
public final class Wav {
    private static final long MAX_BYTES = 0xFFFFFFFFL;
    private static final int HEADER_BYTES = 44;

    private Wav() {}

    /**
     * Reads a file.
     *
     * @throws UnreadableAudioException if the file is damaged, empty or of an unsupported kind
     * @throws IOException if the file cannot be opened
     */
    public static Recording read(Path path) throws IOException {
        try (AudioSource source = AudioSource.of(path)) {
            return read(source);
        }
    }

    /**
     * Reads a stream to its end. Does not close it.
     *
     * @param source the name to use in messages
     * @throws UnreadableAudioException if the bytes are damaged, empty or of an unsupported kind, or if the format
     *     comes after the samples
     * @throws IOException if the stream fails
     */
    public static Recording read(InputStream in, String source) throws IOException {
        return read(AudioSource.of(in, source));
    }

    /**
     * Reads a file's bytes.
     *
     * @param bytes not modified
     * @throws UnreadableAudioException if the bytes are damaged, empty or of an unsupported kind
     */
    public static Recording read(byte[] bytes) throws UnreadableAudioException {
        return read(MemorySegment.ofArray(bytes), "WAV of " + bytes.length + " bytes");
    }

    /**
     * Reads a file's bytes.
     *
     * @param file   not modified
     * @param source the name to use in messages
     * @throws UnreadableAudioException if the bytes are damaged, empty or of an unsupported kind
     */
    public static Recording read(MemorySegment file, String source) throws UnreadableAudioException {
        try {
            return read(AudioSource.of(file, source));
        } catch (UnreadableAudioException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    private static Recording read(AudioSource source) throws IOException {
        byte[] head = source.peek(AudioFormats.HEAD_BYTES);
        if (head.length == 0) {
            throw new UnreadableAudioException(source.name(), "the file is empty");
        }
        if (!RiffHeader.matches(head)) {
            throw new UnreadableAudioException(source.name(), "not a WAV file: " + difference(head));
        }
        return Recording.read(new PcmStream(source, RiffHeader.read(source), Mixdown.MEAN));
    }

    private static String difference(byte[] head) {
        if (head.length < 12) {
            return "it has only " + head.length + " bytes";
        }
        return Magic.letters(head, 0).startsWith("RI") ? "a RIFF file without WAVE" : "it does not start with RIFF";
    }

    /**
     * Writes 16-bit PCM with one channel, rounded to nearest and clamped to full scale. An existing file is replaced
     * only once the new one is complete.
     *
     * @param samples {@code [samples]}, full scale is -1 to 1
     * @param rate    in Hz, 1 to 768,000
     * @throws IllegalArgumentException if a sample is NaN, the rate out of range, or the clip too long for the format
     * @throws IOException              if the file cannot be written
     */
    public static void write(Path path, float[] samples, int rate) throws IOException {
        int n = samples.length;
        if (rate < 1 || rate > AudioStream.MAX_RATE || n > (MAX_BYTES - HEADER_BYTES) / 2) {
            throw new IllegalArgumentException("wav: cannot write " + n + " samples at " + rate + " Hz");
        }
        for (int i = 0; i < n; i++) {
            if (Float.isNaN(samples[i])) {
                throw new IllegalArgumentException("wav: sample " + i + " of " + n + " is NaN");
            }
        }
        AtomicFile.write(path, out -> {
            ByteBuffer buffer = header(n, rate);
            for (float sample : samples) {
                if (buffer.remaining() < 2) {
                    drain(buffer, out);
                }
                buffer.putShort((short) Math.clamp(Math.rint(sample * 32768.0), -32768, 32767));
            }
            drain(buffer, out);
        });
    }

    /** A buffer that begins with the header. */
    private static ByteBuffer header(long samples, int rate) {
        long dataBytes = 2 * samples;
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(ascii("RIFF")).putInt((int) (dataBytes + HEADER_BYTES - 8)).put(ascii("WAVE"));
        buffer.put(ascii("fmt "))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(rate)
                .putInt(2 * rate)
                .putShort((short) 2)
                .putShort((short) 16);
        return buffer.put(ascii("data")).putInt((int) dataBytes);
    }

    private static void drain(ByteBuffer buffer, FileChannel out) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
