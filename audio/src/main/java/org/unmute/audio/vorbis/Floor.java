package org.unmute.audio.vorbis;

import java.util.Arrays;
import org.unmute.audio.vorbis.PacketBits.EndOfPacket;

/** The spectral envelope, a polyline through points in decibels (floor type 1: Vorbis I, section 7). */
final class Floor {
    private static final int MAX_POINTS = 65;
    private static final int[] RANGES = {256, 128, 86, 64};
    /** Index 255 is 0 dB; each step is 35/64 dB. */
    private static final float[] FROM_DECIBELS = new float[256];

    static {
        for (int i = 0; i < 256; i++) {
            FROM_DECIBELS[i] = (float) Math.pow(10, (i - 255) * 0.546875 / 20);
        }
    }

    private final Codebook[] books;
    private final int[] partitions;
    private final int[] dimensions = new int[16];
    private final int[] subclassBits = new int[16];
    private final int[] masterBooks = new int[16];
    private final int[][] subclassBooks = new int[16][];
    private final int multiplier;
    private final int[] x;
    private final int[] sorted;
    private final int[] below;
    private final int[] above;

    Floor(PacketBits bits, Codebook[] books) throws EndOfPacket, InvalidVorbisException {
        this.books = books;
        partitions = new int[bits.read(5)];
        int classes = 0;
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = bits.read(4);
            classes = Math.max(classes, partitions[i] + 1);
        }
        for (int c = 0; c < classes; c++) {
            dimensions[c] = bits.read(3) + 1;
            subclassBits[c] = bits.read(2);
            masterBooks[c] = subclassBits[c] == 0 ? 0 : VorbisSetup.index(bits.read(8), books.length, "codebook");
            subclassBooks[c] = new int[1 << subclassBits[c]];
            for (int i = 0; i < subclassBooks[c].length; i++) {
                subclassBooks[c][i] = VorbisSetup.index(bits.read(8) - 1, books.length, "codebook");
            }
        }
        multiplier = bits.read(2) + 1;
        int rangeBits = bits.read(4);
        int[] points = new int[MAX_POINTS];
        points[1] = 1 << rangeBits;
        int n = 2;
        for (int partition : partitions) {
            for (int d = 0; d < dimensions[partition]; d++) {
                if (n == MAX_POINTS) {
                    throw new InvalidVorbisException("a floor has more than " + MAX_POINTS + " points");
                }
                points[n++] = bits.read(rangeBits);
            }
        }
        x = Arrays.copyOf(points, n);
        sorted = new int[n];
        below = new int[n];
        above = new int[n];
        order();
    }

    private void order() throws InvalidVorbisException {
        long[] keys = new long[x.length];
        for (int i = 0; i < x.length; i++) {
            keys[i] = (long) x[i] << 8 | i;
        }
        Arrays.sort(keys);
        for (int i = 0; i < x.length; i++) {
            sorted[i] = (int) keys[i] & 0xFF;
            if (i > 0 && x[sorted[i]] == x[sorted[i - 1]]) {
                throw new InvalidVorbisException("two points of a floor lie at " + x[sorted[i]]);
            }
        }
        for (int i = 2; i < x.length; i++) {
            above[i] = 1;
            for (int j = 0; j < i; j++) {
                below[i] = x[j] < x[i] && x[j] > x[below[i]] ? j : below[i];
                above[i] = x[j] > x[i] && x[j] < x[above[i]] ? j : above[i];
            }
        }
    }

    /** Reads the points of one channel; null if the channel is silent. */
    int[] decode(PacketBits bits) throws EndOfPacket {
        if (!bits.flag()) {
            return null;
        }
        int[] y = new int[x.length];
        int rangeBits = PacketBits.width(RANGES[multiplier - 1] - 1);
        y[0] = bits.read(rangeBits);
        y[1] = bits.read(rangeBits);
        int at = 2;
        for (int c : partitions) {
            int chosen = subclassBits[c] == 0 ? 0 : books[masterBooks[c]].decode(bits);
            for (int d = 0; d < dimensions[c]; d++) {
                int book = subclassBooks[c][chosen & (1 << subclassBits[c]) - 1];
                chosen >>>= subclassBits[c];
                y[at++] = book < 0 ? 0 : books[book].decode(bits);
            }
        }
        return y;
    }

    /**
     * Multiplies a spectrum by the envelope.
     *
     * @param y result of {@link #decode}. Modified.
     * @param spectrum {@code [n]} or longer. Modified.
     */
    void apply(int[] y, float[] spectrum, int n) {
        boolean[] drawn = unwrap(y);
        int lastX = 0;
        int lastY = level(y[0]);
        for (int i = 1; i < sorted.length; i++) {
            int point = sorted[i];
            if (drawn[point]) {
                int nextY = level(y[point]);
                line(lastX, lastY, x[point], nextY, spectrum, n);
                lastX = x[point];
                lastY = nextY;
            }
        }
        for (int i = lastX; i < n; i++) {
            spectrum[i] *= FROM_DECIBELS[lastY];
        }
    }

    private int level(int y) {
        return Math.clamp((long) y * multiplier, 0, 255);
    }

    /**
     * Converts differences from the prediction by neighbours to levels. Returns which points the polyline passes
     * through.
     */
    private boolean[] unwrap(int[] y) {
        int range = RANGES[multiplier - 1];
        boolean[] drawn = new boolean[x.length];
        drawn[0] = true;
        drawn[1] = true;
        for (int i = 2; i < x.length; i++) {
            int low = below[i];
            int high = above[i];
            int predicted = between(x[low], y[low], x[high], y[high], x[i]);
            int value = y[i];
            if (value == 0) {
                y[i] = predicted;
                continue;
            }
            int up = range - predicted;
            int down = predicted;
            if (value >= 2 * Math.min(up, down)) {
                y[i] = up > down ? value - down + predicted : predicted - value + up - 1;
            } else {
                y[i] = (value & 1) == 1 ? predicted - (value + 1) / 2 : predicted + value / 2;
            }
            // Has an effect only on damaged data, where it prevents overflow later.
            y[i] = Math.clamp(y[i], 0, range - 1);
            drawn[i] = true;
            drawn[low] = true;
            drawn[high] = true;
        }
        return drawn;
    }

    private static int between(int x0, int y0, int x1, int y1, int at) {
        int dy = y1 - y0;
        int offset = Math.abs(dy) * (at - x0) / (x1 - x0);
        return dy < 0 ? y0 - offset : y0 + offset;
    }

    private static void line(int x0, int y0, int x1, int y1, float[] spectrum, int n) {
        int dy = y1 - y0;
        int dx = x1 - x0;
        int base = dy / dx;
        int rest = Math.abs(dy) - Math.abs(base) * dx;
        int step = dy < 0 ? -1 : 1;
        int y = y0;
        int error = 0;
        for (int i = x0; i < x1 && i < n; i++) {
            spectrum[i] *= FROM_DECIBELS[y];
            error += rest;
            y += base;
            if (error >= dx) {
                error -= dx;
                y += step;
            }
        }
    }
}
