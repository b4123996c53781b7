package org.unmute.tensor.op;

/**
 * The window of a convolution or pooling over the last two axes.
 *
 * @param height window rows
 * @param width window columns
 * @param strideY rows from one window to the next
 * @param strideX columns from one window to the next
 * @param padY rows of padding above and below
 * @param padX columns of padding on the left and on the right
 * @param dilationY distance between window rows
 * @param dilationX distance between window columns
 */
public record SlidingWindow(
        int height, int width, int strideY, int strideX, int padY, int padX, int dilationY, int dilationX) {
    /** Checks the ranges: padding is at least 0, everything else at least 1. */
    public SlidingWindow {
        if (height < 1
                || width < 1
                || strideY < 1
                || strideX < 1
                || padY < 0
                || padX < 0
                || dilationY < 1
                || dilationX < 1) {
            throw new IllegalArgumentException("window: size, stride and dilation are at least 1, padding at least 0: "
                    + height + "x" + width + " stride " + strideY + "x" + strideX + " padding " + padY + "x" + padX
                    + " dilation " + dilationY + "x" + dilationX);
        }
    }

    /** A window without padding or dilation. */
    public static SlidingWindow of(int height, int width, int strideY, int strideX) {
        return new SlidingWindow(height, width, strideY, strideX, 0, 0, 1, 1);
    }

    /** This window with zero padding. */
    public SlidingWindow pad(int y, int x) {
        return new SlidingWindow(height, width, strideY, strideX, y, x, dilationY, dilationX);
    }

    /** This window with dilation. */
    public SlidingWindow dilate(int y, int x) {
        return new SlidingWindow(height, width, strideY, strideX, padY, padX, y, x);
    }

    /** Number of window positions along an axis of {@code rows} rows. */
    public int positionsY(long rows) {
        return positions(rows, padY, dilationY, height, strideY);
    }

    /** Number of window positions along an axis of {@code columns} columns. */
    public int positionsX(long columns) {
        return positions(columns, padX, dilationX, width, strideX);
    }

    private static int positions(long size, int pad, int dilation, int window, int stride) {
        long span = size + 2L * pad - (long) dilation * (window - 1) - 1;
        if (span < 0) {
            throw new IllegalArgumentException("window: " + window + " (dilation " + dilation + ") does not fit into "
                    + size + " with padding " + pad);
        }
        return Math.toIntExact(span / stride + 1);
    }
}
