package org.unmute.audio.vorbis;

import java.io.IOException;
import org.unmute.audio.AudioSource;

/** Finds pages of an Ogg file by their granule positions. A page counts only if its checksum is right. */
final class PageFinder {
    /** Bytes that are read rather than bisected. */
    private static final int NEAR = 1 << 16;
    /** Bytes in which a page must begin. */
    private static final int MAX_SCAN = 2 * OggPage.MAX_BYTES;

    private final AudioSource source;
    private final int serial;
    private final OggPage page = new OggPage();
    private final long firstByte;
    private long lastGranule = -1;
    private long found;

    /**
     * @param source    its position is the same afterwards
     * @param firstByte where the first page begins
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

    /** The last page that states a position up to a granule, or an earlier one; -1 if there is none. */
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

    /** Finds the first page of the stream in a range on which a packet ends. */
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
