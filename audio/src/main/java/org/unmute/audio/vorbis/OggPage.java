package org.unmute.audio.vorbis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.unmute.audio.AudioSource;
import org.unmute.audio.UnreadableAudioException;

/** A page of an Ogg file (RFC 3533, section 6), read into a buffer for the longest possible page, 65,307 bytes. */
final class OggPage {
    /** Length of the longest page in bytes. */
    static final int MAX_BYTES = 27 + 255 + 255 * 255;

    private static final int HEADER = 27;
    private static final int CONTINUED = 1;
    private static final int LAST = 4;
    private static final int[] CRC = new int[256];

    static {
        for (int i = 0; i < 256; i++) {
            int r = i << 24;
            for (int bit = 0; bit < 8; bit++) {
                r = r << 1 ^ (r < 0 ? 0x04C11DB7 : 0);
            }
            CRC[i] = r;
        }
    }

    private final byte[] bytes = new byte[MAX_BYTES];
    private final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private int length;

    /**
     * Reads the page at the source's position.
     *
     * @return false at the end of the source
     * @throws UnreadableAudioException if the page is damaged or incomplete
     */
    boolean read(AudioSource source) throws IOException {
        long at = source.position();
        String problem = tryRead(source);
        if (problem != null) {
            throw new UnreadableAudioException(source.name(), problem + " at byte " + at);
        }
        return length > 0;
    }

    /** As {@link #read}, but returns an error message; null if there is no error. */
    String tryRead(AudioSource source) throws IOException {
        length = 0;
        int got = source.read(bytes, 0, HEADER);
        if (got == 0) {
            return null;
        }
        if (got < HEADER) {
            return "cut short: it ends inside the page";
        }
        if (fields.getInt(0) != 0x5367674F || bytes[4] != 0) {
            return "damaged Ogg data: no page begins";
        }
        int segments = segments();
        if (source.read(bytes, HEADER, segments) < segments) {
            return "cut short: it ends inside the page";
        }
        int body = 0;
        for (int i = 0; i < segments; i++) {
            body += segment(i);
        }
        if (source.read(bytes, HEADER + segments, body) < body) {
            return "cut short: it ends inside the page";
        }
        int stated = fields.getInt(22);
        fields.putInt(22, 0);
        int crc = 0;
        for (int i = 0; i < HEADER + segments + body; i++) {
            crc = crc << 8 ^ CRC[crc >>> 24 ^ bytes[i] & 0xFF];
        }
        if (crc != stated) {
            return "damaged Ogg data: the checksum is wrong of the page";
        }
        length = HEADER + segments + body;
        return null;
    }

    boolean continued() {
        return (bytes[5] & CONTINUED) != 0;
    }

    boolean last() {
        return (bytes[5] & LAST) != 0;
    }

    /** Number of samples up to the end of the last packet that ends on the page; -1 if none does. */
    long granule() {
        return fields.getLong(6);
    }

    int serial() {
        return fields.getInt(14);
    }

    int sequence() {
        return fields.getInt(18);
    }

    int segments() {
        return bytes[26] & 0xFF;
    }

    /** Length of a segment; 255 if its packet continues in the next segment. */
    int segment(int index) {
        return bytes[HEADER + index] & 0xFF;
    }

    /** Position of the first segment in {@link #bytes}. */
    int body() {
        return HEADER + segments();
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
