package org.unmute.audio.flac;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.AudioSource;
import org.unmute.audio.UnreadableAudioException;

/**
 * The metadata blocks before the frames (RFC 9639, section 8). All blocks except STREAMINFO and the seek table are
 * skipped.
 *
 * @param info contents of STREAMINFO
 * @param seekPoints {@code [points][2]}: first sample of a frame, and its offset in bytes from {@code firstFrame}; may
 *     be wrong
 * @param firstFrame position of the first frame in the source
 */
record FlacMetadata(@Nullable StreamInfo info, long[][] seekPoints, long firstFrame) {
    private static final int STREAMINFO = 0;
    private static final int SEEK_TABLE = 3;
    private static final int FORBIDDEN = 127;
    private static final int POINT_BYTES = 18;
    /** A table with more points is ignored, because bisection works without one. */
    private static final int MAX_POINTS = 1 << 16;

    /** Reads from the marker {@code fLaC} and leaves the source at the first frame. */
    static FlacMetadata read(AudioSource source) throws IOException {
        byte[] marker = new byte[4];
        int got = source.read(marker, 0, 4);
        if (got < 4 || ByteBuffer.wrap(marker).getInt() != 0x664C6143) {
            throw new UnreadableAudioException(source.name(), "not a FLAC file: it does not begin with fLaC");
        }
        StreamInfo info = null;
        long[][] points = new long[0][];
        byte[] header = new byte[4];
        boolean last = false;
        while (!last) {
            long at = source.position();
            if (source.read(header, 0, 4) < 4) {
                throw damaged(source, "the file ends inside the metadata block at byte " + at);
            }
            int word = ByteBuffer.wrap(header).getInt();
            last = word < 0;
            int type = word >>> 24 & 0x7F;
            int length = word & 0xFFFFFF;
            if (source.seekable() && length > source.size() - source.position()) {
                throw damaged(
                        source,
                        "the metadata block at byte " + at + " should have " + length
                                + " bytes, but the file ends after " + (source.size() - source.position()));
            }
            if ((type == STREAMINFO) != (info == null) || type == FORBIDDEN) {
                throw damaged(
                        source,
                        type == FORBIDDEN
                                ? "the metadata block at byte " + at + " has the forbidden type 127"
                                : info == null
                                        ? "its first metadata block is not STREAMINFO"
                                        : "a second STREAMINFO block at byte " + at);
            }
            if (type == STREAMINFO) {
                info = streamInfo(source, length);
            } else {
                if (type == SEEK_TABLE && points.length == 0 && length / POINT_BYTES <= MAX_POINTS) {
                    points = points(source, length / POINT_BYTES);
                }
                skip(source, at + 4 + length);
            }
        }
        return new FlacMetadata(info, points, source.position());
    }

    private static StreamInfo streamInfo(AudioSource source, int length) throws IOException {
        byte[] block = new byte[StreamInfo.LENGTH];
        if (length != block.length || source.read(block, 0, length) < length) {
            throw damaged(source, "its STREAMINFO block has " + length + " bytes or fewer; it must have 34");
        }
        return StreamInfo.parse(block, source.name());
    }

    /** Reads the seek points, except placeholders. */
    private static long[][] points(AudioSource source, int count) throws IOException {
        long[][] points = new long[count][];
        byte[] point = new byte[POINT_BYTES];
        int n = 0;
        for (int i = 0; i < count && source.read(point, 0, POINT_BYTES) == POINT_BYTES; i++) {
            long sample = ByteBuffer.wrap(point).getLong(0);
            long offset = ByteBuffer.wrap(point).getLong(8);
            if (sample >= 0 && offset >= 0) {
                points[n++] = new long[] {sample, offset};
            }
        }
        return Arrays.copyOf(points, n);
    }

    private static void skip(AudioSource source, long to) throws IOException {
        source.seek(to);
        if (source.position() < to) {
            throw damaged(source, "the file ends at byte " + source.position() + ", inside a metadata block");
        }
    }

    private static UnreadableAudioException damaged(AudioSource source, String reason) {
        return new UnreadableAudioException(source.name(), "damaged FLAC data: " + reason);
    }
}
