package org.unmute.models.audio;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.unmute.tensor.io.AtomicFile;

/**
 * WAV files. Read: PCM of 8 (unsigned), 16, 24 and 32 bits, float of 32 and 64 bits, plain or extensible, any number of
 * channels (mixed to one by their mean), at most four hours. Unknown chunks are skipped. A data chunk of unknown
 * length, as programs write it into a pipe, reaches to the end of the file. Written: 16-bit PCM, one channel. An
 * integer sample {@code v} of {@code b} bits stands for {@code v / 2^(b-1)}.
 */
public final class Wav {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long MAX_SECONDS = 4 * 3600;
    private static final int MAX_STREAM_BYTES = 1 << 30;
    private static final long UNKNOWN_LENGTH = 0xFFFFFFFFL;
    /** The length that SoX writes into a pipe. */
    private static final long UNKNOWN_LENGTH_OF_SOX = 0x7FFFF000L;

    private static final int HEADER_BYTES = 44;

    private Wav() {}

    /**
     * Reads a file.
     *
     * @throws UnreadableAudioException if it is damaged, empty or of an unsupported kind
     * @throws IOException              if it cannot be opened
     */
    public static Recording read(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            long size = channel.size();
            if (size == 0) {
                throw new UnreadableAudioException(path.toString(), "the file is empty");
            }
            return read(channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena), path.toString());
        }
    }

    /**
     * Reads a stream to its end; at most 1 GiB.
     *
     * @param source the name to use in messages
     * @throws UnreadableAudioException if the bytes are damaged, empty or of an unsupported kind
     * @throws IOException              if the stream fails
     */
    public static Recording read(InputStream in, String source) throws IOException {
        byte[] bytes = in.readNBytes(MAX_STREAM_BYTES + 1);
        if (bytes.length > MAX_STREAM_BYTES) {
            throw new UnreadableAudioException(
                    source, "the stream is longer than " + MAX_STREAM_BYTES + " bytes: store it in a file");
        }
        return read(MemorySegment.ofArray(bytes), source);
    }

    /**
     * Reads a file's bytes.
     *
     * @param source the name to use in messages
     * @throws UnreadableAudioException if the bytes are damaged, empty or of an unsupported kind
     */
    public static Recording read(MemorySegment file, String source) throws UnreadableAudioException {
        if (file.byteSize() < 12) {
            throw new UnreadableAudioException(source, "not a WAV file: it has only " + file.byteSize() + " bytes");
        }
        String riff = fourLetters(file, 0);
        switch (riff) {
            case "RIFF" -> {}
            case "RF64", "BW64" ->
                throw new UnreadableAudioException(
                        source, riff + " files (WAV beyond 4 GB) are not read: cut it into shorter WAV files");
            case "RIFX" ->
                throw new UnreadableAudioException(
                        source, "big-endian WAV (RIFX) is not read: convert it to plain WAV");
            default -> throw new UnreadableAudioException(source, "not a WAV file: it does not start with RIFF");
        }
        if (!fourLetters(file, 8).equals("WAVE")) {
            throw new UnreadableAudioException(source, "not a WAV file: a RIFF file without WAVE");
        }
        return readChunks(file, source);
    }

    private static Recording readChunks(MemorySegment file, String source) throws UnreadableAudioException {
        WavFormat format = null;
        MemorySegment data = null;
        boolean lengthKnown = true;
        long at = 12;
        while ((format == null || data == null) && file.byteSize() - at >= 8) {
            String id = fourLetters(file, at);
            long size = file.get(INT, at + 4) & 0xFFFFFFFFL;
            long remaining = file.byteSize() - at - 8;
            boolean isData = id.equals("data");
            if (isData && lengthUnknown(file, size, remaining)) {
                size = remaining;
                lengthKnown = false;
            }
            if (size > remaining) {
                throw new UnreadableAudioException(
                        source,
                        "cut short: the chunk '" + printable(id) + "' should have " + size
                                + " bytes, but the file ends after " + remaining);
            }
            if (isData) {
                data = file.asSlice(at + 8, size);
            } else if (id.equals("fmt ")) {
                format = WavFormat.parse(file.asSlice(at + 8, size), source);
            }
            at += 8 + size + (size & 1);
        }
        if (format == null || data == null) {
            throw new UnreadableAudioException(
                    source, "the file has no " + (format == null ? "fmt" : "data") + " chunk");
        }
        return decode(format, data, lengthKnown, source);
    }

    /** A length of 0 means unknown only if the length of the whole file is unknown as well. */
    private static boolean lengthUnknown(MemorySegment file, long size, long remaining) {
        if (size == 0) {
            long whole = file.get(INT, 4) & 0xFFFFFFFFL;
            return whole == 0 || whole == UNKNOWN_LENGTH;
        }
        return size > remaining && (size == UNKNOWN_LENGTH || size == UNKNOWN_LENGTH_OF_SOX);
    }

    private static Recording decode(WavFormat format, MemorySegment data, boolean lengthKnown, String source)
            throws UnreadableAudioException {
        int frameBytes = format.frameBytes();
        if (lengthKnown && data.byteSize() % frameBytes != 0) {
            throw new UnreadableAudioException(
                    source,
                    "the data chunk of " + data.byteSize() + " bytes does not hold a whole number of frames of "
                            + frameBytes + " bytes");
        }
        long frames = data.byteSize() / frameBytes;
        if (frames == 0) {
            throw new UnreadableAudioException(source, "the file holds no samples");
        }
        if (frames > MAX_SECONDS * format.sampleRate() || frames > Integer.MAX_VALUE - 8) {
            throw new UnreadableAudioException(
                    source,
                    "too long: " + frames / format.sampleRate() + " s; at most " + MAX_SECONDS
                            + " s are read: cut it into shorter files");
        }
        float[] samples = new float[(int) frames];
        WavFormat.Encoding encoding = format.encoding();
        int channels = format.channels();
        long at = 0;
        for (int i = 0; i < samples.length; i++) {
            double sum = 0;
            for (int c = 0; c < channels; c++) {
                sum += encoding.sample(data, at);
                at += encoding.bytes();
            }
            samples[i] = (float) (sum / channels);
            if (!Float.isFinite(samples[i])) {
                throw new UnreadableAudioException(
                        source,
                        "sample " + i + " is " + samples[i]
                                + ": the file holds values that are no numbers or beyond float32");
            }
        }
        return new Recording(samples, format.sampleRate(), channels);
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
        long dataBytes = 2L * samples.length;
        if (rate < 1 || rate > 768_000 || dataBytes > UNKNOWN_LENGTH - HEADER_BYTES) {
            throw new IllegalArgumentException("wav: cannot write " + samples.length + " samples at " + rate + " Hz");
        }
        for (int i = 0; i < samples.length; i++) {
            if (Float.isNaN(samples[i])) {
                throw new IllegalArgumentException("wav: sample " + i + " of " + samples.length + " is NaN");
            }
        }
        AtomicFile.write(path, out -> {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
            buffer.put(ascii("RIFF"))
                    .putInt((int) (dataBytes + HEADER_BYTES - 8))
                    .put(ascii("WAVE"));
            buffer.put(ascii("fmt "))
                    .putInt(16)
                    .putShort((short) 1)
                    .putShort((short) 1)
                    .putInt(rate)
                    .putInt(2 * rate)
                    .putShort((short) 2)
                    .putShort((short) 16);
            buffer.put(ascii("data")).putInt((int) dataBytes);
            for (float sample : samples) {
                if (buffer.remaining() < 2) {
                    drain(buffer, out);
                }
                buffer.putShort((short) Math.clamp(Math.rint(sample * 32768.0), -32768, 32767));
            }
            drain(buffer, out);
        });
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

    private static String fourLetters(MemorySegment file, long at) {
        return new String(file.asSlice(at, 4).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    private static String printable(String id) {
        return id.replaceAll("[^ -~]", "?");
    }
}
