package org.unmute.audio.vorbis;

import java.io.IOException;
import org.unmute.audio.AudioSource;

/** Finds pages of an Ogg file by their granule positions. Pages with a wrong checksum are ignored. */
final class PageFinder {
    /** A range of at most this many bytes is read rather than bisected. */
    private static final int NEAR = 1 << 16;
    /** Number of bytes within which a page must begin. */
    private static final int MAX_SCAN = 2 * OggPage.MAX_BYTES;

    private final AudioSource source;
    private final int serial;
    private final OggPage page = new OggPage();
    private final long firstByte;
    private long lastGranule = -1;
    private long found;

    /**
     * @param source its position is restored afterwards
     * @param firstByte position of the first page
     */
    PageFinder(AudioSource source, long firstByte, int serial) throws IOException {
        this.source = source;
        this.firstByte = firstByte;
        this.serial = serial;
        long here = source.position();
        long from = Math.max(here, source.size() - MAX_SCAN);
        while (scan(from, source.size())) {
            lastGranule = page.granule();
            from = found + page.length();
        }
        source.seek(here);
    }

    long firstByte() {
        return firstByte;
    }

    /** Granule position of the last page that has one, within the last 128 KiB; -1 if there is none. */
    long lastGranule() {
        return lastGranule;
    }

    /**
     * The position of the last page whose granule position is at most {@code granule}, or of an earlier page; -1 if
     * none is found.
     */
    long before(long granule) throws IOException {
        long low = -1;
        long from = firstByte;
        long high = source.size();
        while (high - from > NEAR) {
            long middle = from + (high - from) / 2;
            if (scan(middle, Math.min(high, middle + MAX_SCAN)) && page.granule() <= granule) {
                low = page.granule() > 0 ? found : low;
                from = found + page.length();
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Finds the first page of the stream, within a range, on which a packet ends. */
    private boolean scan(long from, long to) throws IOException {
        long at = from;
        while (at < to) {
            source.seek(at);
            byte[] bytes = source.peek(1 << 12);
            int i = 0;
            while (i + 3 < bytes.length
                    && !(bytes[i] == 'O' && bytes[i + 1] == 'g' && bytes[i + 2] == 'g' && bytes[i + 3] == 'S')) {
                i++;
            }
            if (i + 3 >= bytes.length) {
                if (i == 0) {
                    return false;
                }
                at += i;
                continue;
            }
            at += i;
            source.seek(at);
            if (at < to && page.tryRead(source) == null && page.serial() == serial && page.granule() >= 0) {
                found = at;
                return true;
            }
            at++;
        }
        return false;
    }
}
