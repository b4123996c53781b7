package org.unmute.report.drawing;

/**
 * The paint of an element.
 *
 * @param fill    the inside, or null
 * @param stroke  the outline, or null
 * @param width   of the outline
 * @param opacity of the whole element, 0 to 1
 * @param dash    length of dashes and gaps; 0 for a solid outline
 */
public record Style(Paint fill, Paint stroke, double width, double opacity, double dash) {
    /** A filled element without outline. */
    public static Style fill(Paint paint) {
        return new Style(paint, null, 0, 1, 0);
    }

    /** An outline. */
    public static Style stroke(Paint paint, double width) {
        return new Style(null, paint, width, 1, 0);
    }

    /** A copy with an outline. */
    public Style edged(Paint paint, double edgeWidth) {
        return new Style(fill, paint, edgeWidth, opacity, dash);
    }

    /** A translucent copy. */
    public Style faded(double share) {
        return new Style(fill, stroke, width, share, dash);
    }

    /** A dashed copy. */
    public Style dashed(double length) {
        return new Style(fill, stroke, width, opacity, length);
    }
}
