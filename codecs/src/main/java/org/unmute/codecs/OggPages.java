package org.unmute.codecs;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.models.audio.UnreadableAudioException;

/**
 * Checks the pages of an Ogg file (RFC 3533, section 6) before it is decoded: the decoder silently skips damaged and
 * missing pages.
 */
final class OggPages {
    private static final int HEADER = 27;
    private static final int END_OF_STREAM = 4;
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

    private OggPages() {}

    /**
     * Checks that the file is one complete Vorbis stream.
     *
     * @return its length in samples, as the last page states it
     * @throws UnreadableAudioException if a page is damaged or missing, if the stream is not Vorbis, or if there
     *                                  is more than one
     * @throws IOException              if the file cannot be read
     */
    static long check(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            long at = 0;
            int serial = 0;
            boolean ended = false;
            long samples = 0;
            byte[] header = in.readNBytes(HEADER);
            for (int page = 0; header.length > 0; page++) {
                if (header.length < HEADER) {
                    throw AudioFiles.unreadable(file, "truncated: the page at byte " + at + " is incomplete");
                }
                ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
                if (fields.getInt(0) != 0x5367674F || fields.get(4) != 0) {
                    throw AudioFiles.unreadable(file, "damaged OGG data: no page begins at byte " + at);
                }
                byte[] body = body(in, fields, at, file);
                if (page == 0) {
                    serial = fields.getInt(14);
                    requireVorbis(body, file);
                }
                if (fields.getInt(14) != serial) {
                    throw AudioFiles.unreadable(
                            file,
                            "it holds several streams, the second one from byte " + at
                                    + "; only files with one are supported");
                }
                if (fields.getInt(18) != page) {
                    throw AudioFiles.unreadable(
                            file, "damaged OGG data: page " + page + " is missing before byte " + at);
                }
                ended = (fields.get(5) & END_OF_STREAM) != 0;
                samples = fields.getLong(6) >= 0 ? fields.getLong(6) : samples;
                at += HEADER + (header[26] & 0xFF) + body.length;
                header = in.readNBytes(HEADER);
            }
            if (!ended) {
                throw AudioFiles.unreadable(file, "truncated: its last page does not end the stream");
            }
            return samples;
        }
    }

    /** Reads the body of a page and verifies the checksum. */
    private static byte[] body(InputStream in, ByteBuffer header, long at, Path file) throws IOException {
        byte[] lacing = in.readNBytes(header.get(26) & 0xFF);
        int length = 0;
        for (byte b : lacing) {
            length += b & 0xFF;
        }
        byte[] body = in.readNBytes(length);
        if (lacing.length < (header.get(26) & 0xFF) || body.length < length) {
            throw AudioFiles.unreadable(file, "truncated: the page at byte " + at + " is incomplete");
        }
        int stated = header.getInt(22);
        byte[] start = header.array().clone();
        start[22] = start[23] = start[24] = start[25] = 0;
        if (crc(crc(crc(0, start), lacing), body) != stated) {
            throw AudioFiles.unreadable(file, "damaged OGG data: the page at byte " + at + " has a wrong checksum");
        }
        return body;
    }

    private static int crc(int crc, byte[] bytes) {
        for (byte b : bytes) {
            crc = crc << 8 ^ CRC[crc >>> 24 ^ b & 0xFF];
        }
        return crc;
    }

    private static void requireVorbis(byte[] first, Path file) throws UnreadableAudioException {
        String head = new String(first, 0, Math.min(8, first.length), StandardCharsets.ISO_8859_1);
        if (!head.startsWith("\u0001vorbis")) {
            String kind = head.equals("OpusHead")
                    ? "Opus"
                    : head.startsWith("Speex") ? "Speex" : head.startsWith("\u007FFLAC") ? "FLAC" : "another codec";
            throw AudioFiles.unreadable(
                    file, "Ogg with " + kind + " inside is not supported, only Vorbis: convert it to WAV or FLAC");
        }
    }
}
