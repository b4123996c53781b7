package org.unmute.report.page;

import java.util.Arrays;
import java.util.Base64;
import java.util.stream.IntStream;
import org.unmute.report.drawing.PngWriter;

/**
 * An image with rows from top to bottom.
 *
 * @param width columns
 * @param height rows
 * @param rgb {@code [height · width]}, 0xRRGGBB
 */
public record Picture(int width, int height, int[] rgb) {
    private static final int WIDEST = 4000;
    /** Minimum width of an enlarged picture. */
    private static final int LARGE_WIDTH = 960;

    private static final int LARGE_HEIGHT = 160;
    private static final int WHITE = 0xffffff;
    /** Pixels of a dash, and from one dash to the next. */
    private static final int DASH = 8;

    private static final int DASHES_APART = 14;
    /** Thickness of a frame: two white lines between two black ones. */
    private static final int FRAME = 4;

    /** The range of values that is mapped to colours. */
    public record Range(double low, double high, boolean diverging) {
        /** A sequential range, dark to bright. */
        public static Range of(double low, double high) {
            return new Range(low, high > low ? high : low + 1, false);
        }

        /** The range from the smallest to the largest finite value of a map. */
        public static Range full(float[][] values) {
            return between(values, 0, 1);
        }

        /**
         * The range without the lowest 2 % and the highest 0.2 %, so that a few silent bins do not dominate the scale.
         */
        public static Range trimmed(float[][] values) {
            return between(values, 0.02, 0.998);
        }

        private static Range between(float[][] values, double lowShare, double highShare) {
            double[] sorted = Arrays.stream(values)
                    .flatMapToDouble(row -> IntStream.range(0, row.length).mapToDouble(i -> row[i]))
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            int last = sorted.length - 1;
            return last < 0 ? of(0, 1) : of(sorted[(int) (lowShare * last)], sorted[(int) (highShare * last)]);
        }

        /** A diverging range, blue below 0 and red above. */
        public static Range around0(double size) {
            double max = size > 0 ? size : 1;
            return new Range(-max, max, true);
        }

        int rgb(double value) {
            ColourMap colours = diverging ? ColourMap.DIVERGING : ColourMap.SEQUENTIAL;
            return colours.rgb((value - low) / (high - low));
        }
    }

    /**
     * A map {@code [time][freq]} with time to the right and frequency upwards; very wide maps are reduced by taking the
     * maximum of neighbours.
     */
    public static Picture ofMap(float[][] values, Range range) {
        int thin = Math.ceilDiv(values.length, WIDEST);
        int width = Math.ceilDiv(values.length, thin);
        int height = values[0].length;
        int[] rgb = new int[width * height];
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                double v = Double.NEGATIVE_INFINITY;
                for (int t = x * thin; t < Math.min(values.length, (x + 1) * thin); t++) {
                    v = Math.max(v, values[t][y]);
                }
                rgb[(height - 1 - y) * width + x] = range.rgb(v);
            }
        }
        return new Picture(width, height, rgb);
    }

    /**
     * A token map in the given colours, which are in the order {@code t · freq + f}; very wide maps are reduced to
     * every second, third … column.
     */
    public static Picture ofTokens(int[] colours, int freq) {
        int time = colours.length / freq;
        int thin = Math.ceilDiv(time, WIDEST);
        int width = Math.ceilDiv(time, thin);
        int[] rgb = new int[width * freq];
        for (int n = 0; n < rgb.length; n++) {
            rgb[(freq - 1 - n % freq) * width + n / freq] = colours[n / freq * thin * freq + n % freq];
        }
        return new Picture(width, freq, rgb);
    }

    /** A table with the first row on top. */
    public static Picture ofTable(double[][] values, Range range) {
        int width = values[0].length;
        int[] rgb = new int[values.length * width];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = range.rgb(values[i / width][i % width]);
        }
        return new Picture(width, values.length, rgb);
    }

    /** A copy with larger cells. */
    public Picture enlarged() {
        int h = Math.max(1, LARGE_WIDTH / width);
        int v = Math.max(1, LARGE_HEIGHT / height);
        int[] large = new int[width * h * height * v];
        for (int i = 0; i < large.length; i++) {
            large[i] = rgb[i / (width * h) / v * width + i % (width * h) / h];
        }
        return new Picture(width * h, height * v, large);
    }

    /**
     * A copy with a white ring, edged in black, around a point given as fractions of the width and, from the bottom, of
     * the height.
     */
    public Picture ringed(double x, double y) {
        int[] marked = rgb.clone();
        double radius = Math.min(height, width) / 14.0 + 4;
        for (int i = 0; i < marked.length; i++) {
            double distance = Math.hypot(i % width + 0.5 - x * width, i / width + 0.5 - (1 - y) * height);
            if (Math.abs(distance - radius) < 1.5) {
                marked[i] = WHITE;
            } else if (Math.abs(distance - radius) < 3) {
                marked[i] = 0;
            }
        }
        return new Picture(width, height, marked);
    }

    /**
     * A copy with a dashed white frame, edged in black, around a part given as fractions of the width and, from the
     * bottom, of the height. A side that lies beyond the picture runs along its edge.
     */
    public Picture dashed(double left, double right, double bottom, double top) {
        int x0 = place(left, width);
        int x1 = Math.max(place(right, width), Math.min(width, x0 + 2 * FRAME));
        int y0 = place(1 - top, height);
        int y1 = Math.max(place(1 - bottom, height), Math.min(height, y0 + 2 * FRAME));
        int[] marked = rgb.clone();
        for (int y = y0; y < y1; y++) {
            for (int x = x0; x < x1; x++) {
                int across = Math.min(x - x0, x1 - 1 - x);
                int down = Math.min(y - y0, y1 - 1 - y);
                int depth = Math.min(across, down);
                int along = down <= across ? x - x0 : y - y0;
                if (depth < FRAME && along % DASHES_APART < DASH) {
                    marked[y * width + x] = depth == 0 || depth == FRAME - 1 ? 0 : WHITE;
                }
            }
        }
        return new Picture(width, height, marked);
    }

    private static int place(double fraction, int size) {
        return (int) Math.round(Math.clamp(fraction, 0, 1) * size);
    }

    public byte[] png() {
        return PngWriter.of(width, height, rgb);
    }

    public String dataUri() {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png());
    }
}
