package org.unmute.audio.flac;

import org.jspecify.annotations.Nullable;

/**
 * Restores left and right from a decorrelated pair of channels (RFC 9639, section 9.1.3 and appendix on interchannel
 * decorrelation).
 */
final class Stereo {
    private Stereo() {}

    /**
     * Replaces a coded pair by left and right.
     *
     * @param first {@code [n]}: left, side or mid; receives left. Modified.
     * @param second {@code [n]}: side or right; receives right. Modified.
     * @param wide {@code [n]}: the side channel if samples have 32 bits, used instead of its {@code int} array;
     *     otherwise null
     * @throws InvalidFrameException if a sample has more than {@code bits} bits
     */
    static void undo(int assignment, int[] first, int[] second, long @Nullable [] wide, int n, int bits)
            throws InvalidFrameException {
        long seen;
        if (wide != null) {
            seen = undoWide(assignment, first, second, wide, n);
        } else {
            seen = switch (assignment) {
                case FrameHeader.LEFT_SIDE -> leftSide(first, second, n);
                case FrameHeader.SIDE_RIGHT -> sideRight(first, second, n);
                default -> midSide(first, second, n);
            };
        }
        if (seen >>> bits - 1 != 0) {
            throw new InvalidFrameException(
                    "a sample has more than " + bits + " bits once its channels are told apart");
        }
    }

    // With samples of at most 31 bits, sums and differences fit into 33 bits. In 32 bits they would wrap around, and a
    // wrapped value would pass for a valid sample, so they are computed as long.

    private static long leftSide(int[] left, int[] side, int n) {
        long seen = 0;
        for (int i = 0; i < n; i++) {
            long right = (long) left[i] - side[i];
            seen |= right ^ right >> 63;
            side[i] = (int) right;
        }
        return seen;
    }

    private static long sideRight(int[] side, int[] right, int n) {
        long seen = 0;
        for (int i = 0; i < n; i++) {
            long left = (long) side[i] + right[i];
            seen |= left ^ left >> 63;
            side[i] = (int) left;
        }
        return seen;
    }

    private static long midSide(int[] mid, int[] side, int n) {
        long seen = 0;
        for (int i = 0; i < n; i++) {
            long s = side[i];
            long twice = (long) mid[i] << 1 | s & 1;
            long left = twice + s >> 1;
            long right = twice - s >> 1;
            seen |= left ^ left >> 63 | right ^ right >> 63;
            mid[i] = (int) left;
            side[i] = (int) right;
        }
        return seen;
    }

    private static long undoWide(int assignment, int[] first, int[] second, long[] side, int n) {
        long seen = 0;
        for (int i = 0; i < n; i++) {
            long left;
            long right;
            if (assignment == FrameHeader.LEFT_SIDE) {
                left = first[i];
                right = left - side[i];
            } else if (assignment == FrameHeader.SIDE_RIGHT) {
                right = second[i];
                left = side[i] + right;
            } else {
                long twice = (long) first[i] << 1 | side[i] & 1;
                left = twice + side[i] >> 1;
                right = twice - side[i] >> 1;
            }
            seen |= left ^ left >> 63;
            seen |= right ^ right >> 63;
            first[i] = (int) left;
            second[i] = (int) right;
        }
        return seen;
    }
}
