package org.unmute.report.chart;

import java.util.Objects;
import org.unmute.report.drawing.Paint;

/**
 * How a series is drawn. Shape and dashes tell series apart for readers who cannot tell the colours apart.
 *
 * @param colour the colour of lines, bars and points
 * @param shape  the shape of points
 * @param dashed whether lines are dashed
 * @param strong whether it is drawn heavier than others
 * @param hollow whether points are outlines
 */
public record SeriesStyle(Paint colour, Shape shape, boolean dashed, boolean strong, boolean hollow) {
    /** Shapes of points. */
    public enum Shape {
        /** A disc. */
        CIRCLE,
        /** A square. */
        SQUARE,
        /** A square on its corner. */
        DIAMOND,
        /** A triangle, point up. */
        TRIANGLE,
        /** A triangle, point down. */
        WEDGE
    }

    /** Checks that nothing is null. */
    public SeriesStyle {
        Objects.requireNonNull(colour, "colour");
        Objects.requireNonNull(shape, "shape");
    }
}
