package org.unmute.audio.flac;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes frames (RFC 9639, sections 9.2 and 9.3) into arrays that it reuses: 4 bytes for each sample of a block, and 8
 * more for the side channel of 32-bit audio, which is at most 2.6 MB for 8 channels of 65,535 samples. The arrays grow
 * only after the checksum of the header that needs them has been verified.
 */
final class FrameDecoder {
    private static final int CONSTANT = 0;
    private static final int VERBATIM = 1;
    private static final int FIXED = 8;
    private static final int MAX_FIXED_ORDER = 4;
    private static final int LPC = 32;

    private final StreamInfo info;
    private final int[][] samples;
    /** The side channel of 32-bit audio, whose samples have 33 bits. */
    private long[] side = new long[0];

    FrameDecoder(StreamInfo info) {
        this.info = info;
        samples = new int[info.channels()][0];
    }

    /** The samples of the last decoded frame, {@code [channels][samples]}. Must not be modified. */
    int[][] samples() {
        return samples;
    }

    /**
     * Decodes the frame at the reader's position and leaves the reader after it.
     *
     * @throws InvalidFrameException if the frame is damaged; the contents of {@link #samples} are then undefined
     */
    FrameHeader next(BitReader in) throws IOException {
        int available = in.require(FrameHeader.MAX_LENGTH);
        in.startChecksum();
        FrameHeader header = FrameHeader.parse(in.buffer(), in.offset(), in.offset() + available, info);
        in.skip(header.length());
        int n = header.blockSize();
        if (samples[0].length < n) {
            for (int c = 0; c < samples.length; c++) {
                samples[c] = new int[n];
            }
        }
        int assignment = header.assignment();
        int sideChannel = assignment < FrameHeader.LEFT_SIDE ? -1 : assignment == FrameHeader.SIDE_RIGHT ? 0 : 1;
        for (int c = 0; c < samples.length; c++) {
            int bits = info.bits() + (c == sideChannel ? 1 : 0);
            if (bits == 33 && side.length < n) {
                side = new long[n];
            }
            subframe(in, samples[c], bits == 33 ? side : null, n, bits);
        }
        in.align();
        int computed = in.checksum();
        if (in.unsigned(16) != computed) {
            throw new InvalidFrameException("its checksum is wrong");
        }
        if (sideChannel >= 0) {
            Stereo.undo(assignment, samples[0], samples[1], info.bits() == 32 ? side : null, n, info.bits());
        }
        return header;
    }

    /** @param wide receives the samples instead of {@code out} if they have 33 bits; otherwise null */
    private static void subframe(BitReader in, int[] out, long @Nullable [] wide, int n, int frameBits)
            throws IOException {
        int head = (int) in.unsigned(8);
        if (head > 127) {
            throw new InvalidFrameException("the first bit of a subframe is set");
        }
        int wasted = (head & 1) == 0 ? 0 : (int) in.zeros(frameBits) + 1;
        int bits = frameBits - wasted;
        if (bits < 1) {
            throw new InvalidFrameException(wasted + " wasted bits of " + frameBits);
        }
        int type = head >>> 1;
        if (type == CONSTANT) {
            long value = in.signed(bits);
            if (wide == null) {
                Arrays.fill(out, 0, n, (int) value);
            } else {
                Arrays.fill(wide, 0, n, value);
            }
        } else if (type == VERBATIM) {
            plain(in, out, wide, 0, n, bits);
        } else if (type >= LPC) {
            predicted(in, out, wide, n, bits, type - LPC + 1, true);
        } else if (type >= FIXED && type <= FIXED + MAX_FIXED_ORDER) {
            predicted(in, out, wide, n, bits, type - FIXED, false);
        } else {
            throw new InvalidFrameException("subframe type " + type + " is reserved");
        }
        if (wasted > 0) {
            for (int i = 0; i < n; i++) {
                if (wide == null) {
                    out[i] <<= wasted;
                } else {
                    wide[i] <<= wasted;
                }
            }
        }
    }

    private static void plain(BitReader in, int[] out, long @Nullable [] wide, int from, int to, int bits)
            throws IOException {
        for (int i = from; i < to; i++) {
            long value = in.signed(bits);
            if (wide == null) {
                out[i] = (int) value;
            } else {
                wide[i] = value;
            }
        }
    }

    private static void predicted(
            BitReader in, int[] out, long @Nullable [] wide, int n, int bits, int order, boolean lpc)
            throws IOException {
        if (order > n) {
            throw new InvalidFrameException("its predictor's order " + order + " is above its block size " + n);
        }
        plain(in, out, wide, 0, order, bits);
        int[] coefs = lpc ? new int[order] : Prediction.fixed(order);
        int shift = 0;
        if (lpc) {
            int precision = (int) in.unsigned(4) + 1;
            if (precision == 16) {
                throw new InvalidFrameException("a coefficient precision of 16 bits is forbidden");
            }
            shift = (int) in.signed(5);
            if (shift < 0) {
                throw new InvalidFrameException("its prediction shift is negative: " + shift);
            }
            for (int j = 0; j < order; j++) {
                coefs[j] = (int) in.signed(precision);
            }
        }
        residuals(in, out, n, order);
        long seen = wide == null
                ? Prediction.restore(out, n, coefs, shift)
                : Prediction.restoreWide(out, wide, n, coefs, shift);
        if (seen >>> bits - 1 != 0) {
            throw new InvalidFrameException("a predicted sample has more than " + bits + " bits");
        }
    }

    /** Decodes residuals (section 9.2.7) and writes them to {@code out}, starting at index {@code order}. */
    private static void residuals(BitReader in, int[] out, int n, int order) throws IOException {
        int method = (int) in.unsigned(2);
        if (method > 1) {
            throw new InvalidFrameException("residual coding method " + method + " is reserved");
        }
        int parameterBits = method == 0 ? 4 : 5;
        int escape = (1 << parameterBits) - 1;
        int partitionOrder = (int) in.unsigned(4);
        int length = n >>> partitionOrder;
        if (length << partitionOrder != n || length < order) {
            throw new InvalidFrameException("2^" + partitionOrder + " partitions do not fit a block of " + n
                    + " samples with a predictor of order " + order);
        }
        int at = order;
        for (int end = length; end <= n; end += length) {
            int k = (int) in.unsigned(parameterBits);
            if (k < escape) {
                in.rice(out, at, end, k);
            } else {
                int bits = (int) in.unsigned(5);
                if (bits == 0) {
                    Arrays.fill(out, at, end, 0);
                } else {
                    plain(in, out, null, at, end, bits);
                }
            }
            at = end;
        }
    }
}
