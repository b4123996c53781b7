package org.unmute.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The header of a WAV file: RIFF in either byte order, RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088), and Sony Wave64.
 * Chunks may come in any order if the source is seekable.
 */
final class RiffHeader {
    /** The rest of Wave64's GUID for {@code riff}, after the four letters. */
    private static final byte[] RIFF_GUID = {
        0x2E, (byte) 0x91, (byte) 0xCF, 0x11, (byte) 0xA5, (byte) 0xD6, 0x28, (byte) 0xDB, 4, (byte) 0xC1, 0, 0
    };

    private static final long UNKNOWN = 0xFFFFFFFFL;
    /** The length that SoX states when it writes to a pipe. */
    private static final long UNKNOWN_OF_SOX = 0x7FFFF000L;

    private static final int DS64_BYTES = 24;

    private final AudioSource source;
    private final Chunks chunks;

    private RiffHeader(AudioSource source, Chunks.Kind kind) {
        this.source = source;
        this.chunks = new Chunks(source, kind);
    }

    /** Whether a file begins like one of these formats. */
    static boolean matches(byte[] head) {
        if (head.length < 12) {
            return false;
        }
        String id = Magic.letters(head, 0);
        return switch (id) {
            case "RIFF", "RIFX", "RF64", "BW64" -> Magic.letters(head, 8).equals("WAVE");
            case "riff" ->
                head.length >= 40
                        && Arrays.equals(head, 4, 16, RIFF_GUID, 0, 12)
                        && Magic.letters(head, 24).equals("wave");
            default -> false;
        };
    }

    /** Reads the header of a file that {@link #matches}, and leaves the source at the first sample. */
    static PcmLayout read(AudioSource source) throws IOException {
        Chunks.Kind kind = switch (Magic.letters(source.peek(4), 0)) {
            case "RIFX" -> Chunks.Kind.BIG_ENDIAN;
            case "riff" -> Chunks.Kind.WAVE64;
            default -> Chunks.Kind.RIFF;
        };
        source.seek(source.position() + (kind == Chunks.Kind.WAVE64 ? 40 : 12));
        return new RiffHeader(source, kind).layout();
    }

    private PcmLayout layout() throws IOException {
        WavFormat format = null;
        Chunks.Chunk data = null;
        long large = -1;
        while (format == null || data == null) {
            Chunks.Chunk chunk = chunks.next();
            if (chunk == null) {
                throw new UnreadableAudioException(
                        source.name(), "the file has no " + (format == null ? "fmt" : "data") + " chunk");
            }
            switch (chunk.id()) {
                case "data" -> {
                    data = chunk;
                    if (format == null) {
                        chunks.skipSamples(chunk, "fmt");
                    }
                }
                case "fmt " -> format = WavFormat.parse(chunks.content(chunk, WavFormat.BYTES), source);
                case "ds64" -> {
                    ByteBuffer sizes = chunks.content(chunk, DS64_BYTES);
                    large = sizes.limit() < DS64_BYTES ? -1 : Math.max(-1, sizes.getLong(8));
                }
                default -> chunks.content(chunk, 0);
            }
        }
        int frameBytes = format.channels() * format.encoding().bytes();
        DataExtent extent = DataExtent.resolve(
                source, data.start(), stated(data, large), chunks, (double) frameBytes * format.sampleRate());
        source.seek(data.start());
        ByteOrder order = chunks.kind().order();
        return new PcmLayout(
                format.encoding(),
                order,
                format.channels(),
                format.sampleRate(),
                data.start(),
                extent.bytes(),
                true,
                extent.warnings());
    }

    /** The length of the samples that the file states, in bytes; -1 if it is marked as unknown. */
    private long stated(Chunks.Chunk data, long large) {
        if (chunks.kind() == Chunks.Kind.WAVE64) {
            return Math.max(0, data.size());
        }
        if (data.size() == UNKNOWN) {
            return large;
        }
        return data.size() == UNKNOWN_OF_SOX ? -1 : data.size();
    }
}
