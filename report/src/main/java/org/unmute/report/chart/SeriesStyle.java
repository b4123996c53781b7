package org.unmute.report.chart;

import java.util.Objects;
import org.unmute.report.drawing.Paint;

/**
 * The style of a series. Shapes and dashes distinguish series for readers who cannot distinguish the colours.
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
        /** A square standing on a corner. */
        DIAMOND,
        /** A triangle pointing up. */
        TRIANGLE,
        /** A triangle pointing down. */
        WEDGE
    }

    /** Checks that nothing is null. */
    public SeriesStyle {
        Objects.requireNonNull(colour, "colour");
        Objects.requireNonNull(shape, "shape");
    }
}
