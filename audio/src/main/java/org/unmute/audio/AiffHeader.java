package org.unmute.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The header of an AIFF or AIFC file (Audio IFF 1.3; AIFF-C, 1991): PCM in either byte order, float, A-law, mu-law. */
final class AiffHeader {
    private static final int COMMON_BYTES = 22;

    private final AudioSource source;
    private final Chunks chunks;
    private final List<String> warnings = new ArrayList<>();

    private AiffHeader(AudioSource source) {
        this.source = source;
        this.chunks = new Chunks(source, Chunks.Kind.BIG_ENDIAN);
    }

    static boolean matches(byte[] head) {
        return head.length >= 12
                && Magic.letters(head, 0).equals("FORM")
                && (Magic.letters(head, 8).equals("AIFF")
                        || Magic.letters(head, 8).equals("AIFC"));
    }

    /** Reads the header of a file that {@link #matches}, and leaves the source at the first sample. */
    static PcmLayout read(AudioSource source) throws IOException {
        source.seek(source.position() + 12);
        return new AiffHeader(source).layout();
    }

    private PcmLayout layout() throws IOException {
        ByteBuffer common = null;
        Chunks.Chunk sound = null;
        long offset = 0;
        while (common == null || sound == null) {
            Chunks.Chunk chunk = chunks.next();
            if (chunk == null) {
                throw new UnreadableAudioException(
                        source.name(), "the file has no " + (common == null ? "COMM" : "SSND") + " chunk");
            }
            if (chunk.id().equals("COMM")) {
                common = chunks.content(chunk, COMMON_BYTES);
            } else if (chunk.id().equals("SSND")) {
                sound = chunk;
                byte[] fields = new byte[8];
                source.read(fields, 0, 8);
                offset = ByteBuffer.wrap(fields).getInt() & 0xFFFFFFFFL;
                if (common == null) {
                    chunks.skipSamples(chunk, "COMM");
                }
            } else {
                chunks.content(chunk, 0);
            }
        }
        return layout(common, sound.start() + 8 + offset, sound.size() - 8 - offset);
    }

    /** @param bytes length of the samples in bytes, as stated by the SSND chunk */
    private PcmLayout layout(ByteBuffer common, long start, long bytes) throws IOException {
        if (common.limit() < 18) {
            throw new UnreadableAudioException(
                    source.name(), "the COMM chunk has " + common.limit() + " bytes, at least 18 are needed");
        }
        int channels = common.getShort(0);
        long frames = common.getInt(2) & 0xFFFFFFFFL;
        int bits = common.getShort(6);
        int rate = rate(common.getShort(8), common.getLong(10));
        PcmLayout.check(channels, rate, source);
        // AIFF has no field for the sample format; AIFC has one after the rate.
        String kind = common.limit() < COMMON_BYTES ? "NONE" : Magic.letters(common.array(), 18);
        ByteOrder order = kind.equals("sowt") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        SampleEncoding encoding = encoding(kind, bits);
        int frameBytes = channels * encoding.bytes();
        double perSecond = (double) frameBytes * rate;
        // Both fields state the length. The number of frames counts if the remaining bytes are only the chunk's
        // padding.
        long stated = frames > 0 && bytes - frames * frameBytes > 0 && bytes - frames * frameBytes < frameBytes
                ? frames * frameBytes
                : Math.max(0, bytes);
        DataExtent extent = DataExtent.resolve(source, start, stated, chunks, perSecond);
        warnings.addAll(extent.warnings());
        if (warnings.isEmpty() && frames > 0 && extent.bytes() >= 0 && extent.bytes() / frameBytes != frames) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "the header states %d frames in one place and %d in another, which are read",
                    frames,
                    extent.bytes() / frameBytes));
        }
        source.seek(start);
        return new PcmLayout(encoding, order, channels, rate, start, extent.bytes(), true, List.copyOf(warnings));
    }

    private SampleEncoding encoding(String kind, int bits) throws UnreadableAudioException {
        return switch (kind) {
            case "NONE", "twos", "sowt", "in24", "in32" -> {
                if (bits < 1 || bits > 32) {
                    throw new UnreadableAudioException(
                            source.name(), "integer samples of " + bits + " bits; 1 to 32 are read");
                }
                yield SampleEncoding.signed((bits + 7) / 8);
            }
            case "raw " -> SampleEncoding.UNSIGNED_8;
            case "fl32", "FL32" -> SampleEncoding.FLOAT_32;
            case "fl64", "FL64" -> SampleEncoding.FLOAT_64;
            case "alaw", "ALAW" -> SampleEncoding.A_LAW;
            case "ulaw", "ULAW" -> SampleEncoding.MU_LAW;
            default ->
                throw new UnreadableAudioException(
                        source.name(),
                        "the samples are stored as '" + kind.replaceAll("[^ -~]", "?") + "': convert them to PCM");
        };
    }

    /**
     * The sample rate, stored as an 80-bit float whose sign is ignored. A rate that is not an integer is rounded with a
     * warning.
     */
    private int rate(int signAndExponent, long mantissa) throws UnreadableAudioException {
        int exponent = (signAndExponent & 0x7FFF) - 16_383 - 63;
        double unsigned = (double) (mantissa >>> 1) * 2 + (mantissa & 1);
        double rate = Math.scalb(unsigned, Math.clamp(exponent, -200, 200));
        long rounded = Math.round(Math.min(rate, 1e15));
        PcmLayout.check(1, rounded, source);
        if (rounded != rate) {
            warnings.add(String.format(Locale.ROOT, "its sample rate of %.3f Hz is taken as %d Hz", rate, rounded));
        }
        return (int) rounded;
    }
}
