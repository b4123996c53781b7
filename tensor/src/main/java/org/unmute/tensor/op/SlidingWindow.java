package org.unmute.tensor.op;

/**
 * The window of a convolution or pooling over the last two axes.
 *
 * @param height window rows
 * @param width window columns
 * @param strideY rows from one window to the next
 * @param strideX columns from one window to the next
 * @param padY rows of padding above
 * @param padX columns of padding on the left
 * @param endY rows of padding below
 * @param endX columns of padding on the right
 * @param dilationY distance between window rows
 * @param dilationX distance between window columns
 */
public record SlidingWindow(
        int height,
        int width,
        int strideY,
        int strideX,
        int padY,
        int padX,
        int endY,
        int endX,
        int dilationY,
        int dilationX) {
    /** Checks the ranges: padding is at least 0, everything else at least 1. */
    public SlidingWindow {
        if (height < 1
                || width < 1
                || strideY < 1
                || strideX < 1
                || padY < 0
                || padX < 0
                || endY < 0
                || endX < 0
                || dilationY < 1
                || dilationX < 1) {
            throw new IllegalArgumentException("window: size, stride and dilation are at least 1, padding at least 0: "
                    + height + "x" + width + " stride " + strideY + "x" + strideX + " padding " + padY + "x" + padX
                    + " dilation " + dilationY + "x" + dilationX);
        }
    }

    /** A window without padding or dilation. */
    public static SlidingWindow of(int height, int width, int strideY, int strideX) {
        return new SlidingWindow(height, width, strideY, strideX, 0, 0, 0, 0, 1, 1);
    }

    /** This window with as much zero padding above as below, and on the left as on the right. */
    public SlidingWindow pad(int y, int x) {
        return new SlidingWindow(height, width, strideY, strideX, y, x, y, x, dilationY, dilationX);
    }

    /**
     * This window with other zero padding below and on the right than above and on the left, as TensorFlow's SAME has
     * with a stride of 2.
     */
    public SlidingWindow padEnd(int y, int x) {
        return new SlidingWindow(height, width, strideY, strideX, padY, padX, y, x, dilationY, dilationX);
    }

    /** Whether nothing is padded. */
    public boolean isUnpadded() {
        return padY == 0 && padX == 0 && endY == 0 && endX == 0;
    }

    /** This window with dilation. */
    public SlidingWindow dilate(int y, int x) {
        return new SlidingWindow(height, width, strideY, strideX, padY, padX, endY, endX, y, x);
    }

    /** Number of window positions along an axis of {@code rows} rows. */
    public int positionsY(long rows) {
        return positions(rows, padY, endY, dilationY, height, strideY);
    }

    /** Number of window positions along an axis of {@code columns} columns. */
    public int positionsX(long columns) {
        return positions(columns, padX, endX, dilationX, width, strideX);
    }

    private static int positions(long size, int before, int after, int dilation, int window, int stride) {
        long span = size + before + after - (long) dilation * (window - 1) - 1;
        if (span < 0) {
            throw new IllegalArgumentException("window: " + window + " (dilation " + dilation + ") does not fit into "
                    + size + " with padding " + before + (after == before ? "" : " and " + after));
        }
        return Math.toIntExact(span / stride + 1);
    }
}
