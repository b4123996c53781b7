package org.unmute.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The header of an AU file (Sun and NeXT): big-endian PCM, float, A-law, mu-law. */
final class AuHeader {
    private static final int BYTES = 24;
    private static final long UNKNOWN = 0xFFFFFFFFL;

    private AuHeader() {}

    static boolean matches(byte[] head) {
        return head.length >= 4 && Magic.letters(head, 0).equals(".snd");
    }

    /** Reads the header of a file that {@link #matches}, and leaves the source at the first sample. */
    static PcmLayout read(AudioSource source) throws IOException {
        long first = source.position();
        byte[] header = new byte[BYTES];
        int got = source.read(header, 0, BYTES);
        if (got < BYTES) {
            throw new UnreadableAudioException(
                    source.name(),
                    "cut short: its header should have " + BYTES + " bytes, but the file ends after " + got);
        }
        ByteBuffer fields = ByteBuffer.wrap(header);
        long offset = fields.getInt(4) & 0xFFFFFFFFL;
        long size = fields.getInt(8) & 0xFFFFFFFFL;
        long rate = fields.getInt(16) & 0xFFFFFFFFL;
        long channels = fields.getInt(20) & 0xFFFFFFFFL;
        PcmLayout.check(channels, rate, source);
        SampleEncoding encoding = encoding(fields.getInt(12), source);
        if (offset < BYTES || source.size() >= 0 && first + offset > source.size()) {
            throw new UnreadableAudioException(
                    source.name(), "its samples should begin at byte " + offset + ", outside the file");
        }
        long start = first + offset;
        DataExtent extent = DataExtent.resolve(
                source, start, size == UNKNOWN ? -1 : size, null, (double) encoding.bytes() * channels * rate);
        source.seek(start);
        return new PcmLayout(
                encoding,
                ByteOrder.BIG_ENDIAN,
                (int) channels,
                (int) rate,
                start,
                extent.bytes(),
                false,
                extent.warnings());
    }

    private static SampleEncoding encoding(int number, AudioSource source) throws UnreadableAudioException {
        return switch (number) {
            case 1 -> SampleEncoding.MU_LAW;
            case 2 -> SampleEncoding.SIGNED_8;
            case 3 -> SampleEncoding.SIGNED_16;
            case 4 -> SampleEncoding.SIGNED_24;
            case 5 -> SampleEncoding.SIGNED_32;
            case 6 -> SampleEncoding.FLOAT_32;
            case 7 -> SampleEncoding.FLOAT_64;
            case 27 -> SampleEncoding.A_LAW;
            default ->
                throw new UnreadableAudioException(
                        source.name(), "the samples are stored in AU's format " + number + ": convert them to PCM");
        };
    }
}
