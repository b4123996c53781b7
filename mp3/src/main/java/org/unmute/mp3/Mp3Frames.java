package org.unmute.mp3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.audio.AudioSource;
import org.unmute.audio.UnreadableAudioException;

/**
 * The frames of an MP3 file. A header counts if it is at the end of the previous frame, or if its frame is followed by
 * another header or the end of the file. Bytes between frames are skipped: tags and padding silently, everything else
 * with a warning.
 */
final class Mp3Frames {
    /** Number of frames from one kept position to the next. */
    private static final int STRIDE = 64;

    private final AudioSource source;
    private final List<String> warnings = new ArrayList<>();
    private final byte[] frame = new byte[Mp3Header.MAX_BYTES];
    private Mp3Header first;
    /** Positions of frames 0, {@link #STRIDE} and so on, as far as frames have been read. */
    private long[] positions = new long[16];

    private int known;
    private long index;
    /** End of the last frame read; -1 if none has been read. */
    private long end = -1;
    /** Number of frames; -1 until the end has been reached. */
    private long count = -1;
    /** The frame up to which warnings have been given. */
    private long warned;

    /**
     * Moves to the first frame.
     *
     * @throws UnreadableAudioException if there is no frame
     */
    Mp3Frames(AudioSource source) throws IOException {
        this.source = source;
        first = find();
        if (first == null) {
            throw new UnreadableAudioException(source.name(), "no MPEG audio frame could be found in it");
        }
    }

    /** The header of the first frame. All other frames continue it. */
    Mp3Header first() {
        return first;
    }

    List<String> warnings() {
        return warnings;
    }

    /** Number of the frame that {@link #next} will read. */
    long index() {
        return index;
    }

    /** Reads the next frame into {@link #frame}; null at the end. */
    Mp3Header next() throws IOException {
        Mp3Header header = find();
        if (header == null) {
            count = index;
            return null;
        }
        if (index % STRIDE == 0 && index / STRIDE == known) {
            positions = known == positions.length ? Arrays.copyOf(positions, 2 * known) : positions;
            positions[known++] = source.position();
        }
        source.read(frame, 0, header.bytes());
        end = source.position();
        index++;
        return header;
    }

    byte[] frame() {
        return frame;
    }

    /** Whether {@link #next} will read another frame. */
    boolean hasNext() throws IOException {
        return find() != null;
    }

    /** Counts all frames, which reads the whole file, and returns to the first. The source must be seekable. */
    long count() throws IOException {
        seek(Long.MAX_VALUE);
        seek(0);
        return count;
    }

    /**
     * Drops the first frame, which has no audio, so that the next one becomes frame 0. Call it before any other frame
     * is read.
     */
    void leaveOutFirst() {
        known = 0;
        index = 0;
    }

    /** Moves to a frame, or to the end if there are fewer frames. */
    void seek(long target) throws IOException {
        if (target < index || target / STRIDE > index / STRIDE && target / STRIDE < known) {
            int nearest = (int) Math.min(known - 1, target / STRIDE);
            source.seek(positions[nearest]);
            end = positions[nearest];
            index = (long) nearest * STRIDE;
        }
        while (index < target && next() != null) {
            // The loop only skips frames.
        }
    }

    /** Moves to the next valid header and returns it; null at the end. */
    private Mp3Header find() throws IOException {
        long from = source.position();
        int silent = 0;
        while (true) {
            int skipped = tag();
            silent += skipped;
            Mp3Header header = skipped > 0 ? null : headerHere();
            if (header != null) {
                warn(from, source.position(), silent);
                return header;
            }
            if (skipped == 0) {
                int next = source.read();
                if (next < 0) {
                    warn(from, source.position(), silent);
                    return null;
                }
                silent += next == 0 ? 1 : 0;
            }
        }
    }

    private void warn(long from, long to, long silent) {
        if (to - from > silent && index >= warned && count < 0) {
            warned = index + 1;
            if (warnings.size() < 10) {
                warnings.add((to - from) + " bytes from byte " + from + " are no whole MPEG frame and are left out");
            }
        }
    }

    private Mp3Header headerHere() throws IOException {
        byte[] start = source.peek(Mp3Header.LENGTH);
        Mp3Header header = start.length < Mp3Header.LENGTH ? null : Mp3Header.parse(start, 0);
        if (header == null || first != null && !header.continues(first)) {
            return null;
        }
        byte[] bytes = source.peek(Mp3Header.MAX_BYTES + Mp3Header.LENGTH);
        if (header.bytes() > bytes.length) {
            return null;
        }
        if (source.position() == end) {
            return header;
        }
        int after = header.bytes();
        // A tag may follow the last frame. Its first letters are enough here.
        boolean last = bytes.length - after < Mp3Header.LENGTH
                || isTag(bytes, after)
                || first != null && isPadding(bytes, after);
        Mp3Header following = last ? header : Mp3Header.parse(bytes, after);
        return following != null && following.continues(header) ? header : null;
    }

    private static boolean isPadding(byte[] bytes, int at) {
        for (int i = at; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTag(byte[] b, int at) {
        return starts(b, at, "TAG")
                || starts(b, at, "APETAGEX")
                || starts(b, at, "LYRICSBEGIN")
                || starts(b, at, "ID3");
    }

    private static boolean starts(byte[] bytes, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at + i >= bytes.length || bytes[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Skips a tag at the source's position and returns its length in bytes; 0 if there is none. */
    private int tag() throws IOException {
        byte[] letter = source.peek(1);
        if (letter.length == 0 || letter[0] != 'T' && letter[0] != 'A' && letter[0] != 'I') {
            return 0;
        }
        byte[] b = source.peek(32);
        long length = 0;
        if (starts(b, 0, "TAG")) {
            length = 128;
        } else if (starts(b, 0, "APETAGEX") && b.length == 32) {
            length = 32 + (b[12] & 0xFFL | (b[13] & 0xFFL) << 8 | (b[14] & 0xFFL) << 16 | (b[15] & 0xFFL) << 24);
        } else if (starts(b, 0, "ID3") && b.length > 9) {
            length = 10 + ((b[6] & 127L) << 21 | (b[7] & 127L) << 14 | (b[8] & 127L) << 7 | b[9] & 127L);
        }
        // A tag that claims to extend beyond the end is not a tag.
        if (length == 0
                || length > Integer.MAX_VALUE
                || source.size() >= 0 && source.position() + length > source.size()) {
            return 0;
        }
        source.seek(source.position() + length);
        return (int) length;
    }
}
