package org.unmute.audio.flac;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the frame that contains a sample: first by the seek table if it proves right, then by bisection over the bytes
 * of the file (RFC 9639, section 9.1, describes frame headers). A frame counts only once it has been decoded and its
 * checksum verified. The result never lies after the target; if the file is misleading, it may lie further before it.
 */
final class FrameFinder {
    /** A range of at most this many bytes is decoded rather than bisected. */
    private static final int NEAR = 1 << 16;
    /**
     * Maximum number of bytes searched for a frame, and maximum size of a frame. A block of uncompressed samples takes
     * at most 2.2 MB.
     */
    private static final int MAX_SCAN = 1 << 22;
    /**
     * Number of valid headers without a valid frame after which bisection gives up. By chance, they occur once in 2^27
     * bytes.
     */
    private static final int MAX_FAILURES = 32;

    private final FlacMetadata metadata;
    private final BitReader in;
    private final FrameDecoder decoder;
    private final long size;
    private FrameHeader first;
    /** Whether frame numbers count samples. */
    private boolean bySample;

    private int failures;

    /**
     * A frame that was found.
     *
     * @param at its position in the source
     * @param sample number of its first sample
     * @param end position of the byte after it
     */
    record Found(long at, long sample, int blockSize, long end) {}

    /** @param size size of the source in bytes */
    FrameFinder(FlacMetadata metadata, BitReader in, FrameDecoder decoder, long size) {
        this.metadata = metadata;
        this.in = in;
        this.decoder = decoder;
        this.size = size;
    }

    /** A frame whose first sample is not after {@code target}; possibly the first frame, even if it is damaged. */
    Found find(long target) throws IOException {
        Found low = start();
        if (low.blockSize() == 0 || target < low.blockSize()) {
            return low;
        }
        long high = size;
        long[] point = point(target);
        if (point != null) {
            Found tabled = frameAt(metadata.firstFrame() + point[0], low);
            if (tabled != null && tabled.sample() <= target) {
                low = tabled;
                long next = metadata.firstFrame() + point[1];
                high = next > low.end() && next < size ? next : size;
            }
        }
        while (high - low.end() > NEAR && failures < MAX_FAILURES) {
            long middle = low.end() + (high - low.end()) / 2;
            Found found = scan(middle, Math.min(high, middle + MAX_SCAN), low);
            if (found == null || found.sample() > target) {
                high = middle;
            } else {
                low = found;
            }
        }
        return low;
    }

    /** The first frame; with block size 0 if the sample positions of frames cannot be derived from their numbers. */
    private Found start() throws IOException {
        long at = metadata.firstFrame();
        Found nothing = new Found(at, 0, 0, at);
        in.position(at);
        try {
            first = decoder.next(in);
            long end = in.position();
            int available = in.require(FrameHeader.MAX_LENGTH);
            FrameHeader second = FrameHeader.parse(in.buffer(), in.offset(), in.offset() + available, metadata.info());
            bySample = second.number() == first.number() + first.blockSize();
            return bySample || second.number() == first.number() + 1
                    ? new Found(at, 0, first.blockSize(), end)
                    : nothing;
        } catch (InvalidFrameException e) {
            return nothing;
        }
    }

    /** Offsets of the last seek point at or before the target and of the next one; null if none is at or before it. */
    private long @Nullable [] point(long target) {
        long[] best = null;
        long[] after = null;
        for (long[] point : metadata.seekPoints()) {
            if (point[0] <= target && (best == null || point[0] > best[0])) {
                best = point;
            }
            if (point[0] > target && (after == null || point[0] < after[0])) {
                after = point;
            }
        }
        return best == null ? null : new long[] {best[1], after == null ? Long.MAX_VALUE : after[1]};
    }

    /** The first frame that begins in a range; null if there is none. */
    private @Nullable Found scan(long from, long to, Found low) throws IOException {
        long at = from;
        while (at < to && failures < MAX_FAILURES) {
            in.position(at);
            int available = in.require(BitReader.CAPACITY / 2);
            if (available < 2) {
                return null;
            }
            int offset = in.offset();
            byte[] bytes = in.buffer();
            int last = (int) Math.min(available - 1L, to - at);
            int i = 0;
            while (i < last && !(bytes[offset + i] == (byte) 0xFF && (bytes[offset + i + 1] & 0xFE) == 0xF8)) {
                i++;
            }
            at += i;
            if (i < last) {
                Found found = frameAt(at, low);
                if (found != null) {
                    return found;
                }
                at++;
            }
        }
        return null;
    }

    /** The frame at a byte position if it is valid and can follow {@code low}; otherwise null. */
    private @Nullable Found frameAt(long at, Found low) throws IOException {
        if (at == low.at()) {
            return low;
        }
        if (at < low.end() || at >= size) {
            return null;
        }
        in.position(at);
        FrameHeader header;
        try {
            int available = in.require(FrameHeader.MAX_LENGTH);
            FrameHeader.parse(in.buffer(), in.offset(), in.offset() + available, metadata.info());
        } catch (InvalidFrameException e) {
            return null;
        }
        in.fence(at + MAX_SCAN);
        try {
            header = decoder.next(in);
        } catch (InvalidFrameException e) {
            failures++;
            return null;
        } finally {
            in.fence(Long.MAX_VALUE);
        }
        long counted = header.number() - first.number();
        long total = metadata.info().frames();
        // A different block size implies numbering by samples, unless it is the last block.
        boolean consistent = bySample
                || header.blockSize() == first.blockSize()
                || header.blockSize() < first.blockSize()
                        && (total == 0 || counted * first.blockSize() + header.blockSize() == total);
        long sample = bySample ? counted : counted * first.blockSize();
        if (header.variable() != first.variable()
                || !consistent
                || sample < low.sample() + low.blockSize()
                || total > 0 && sample + header.blockSize() > total) {
            return null;
        }
        return new Found(at, sample, header.blockSize(), in.position());
    }
}
