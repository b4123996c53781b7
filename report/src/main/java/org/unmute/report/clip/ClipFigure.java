package org.unmute.report.clip;

import java.util.List;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.Picture;

/**
 * A map on the clip's time and frequency axes.
 *
 * @param file its file name without extension
 * @param group name of the group in which figures are shown together; empty for none
 * @param title its title
 * @param detail text after the title
 * @param alt text alternative for screen readers
 * @param picture its colours
 * @param box the region of the axes that it covers
 * @param scale legend of its colours, or null
 * @param ring a point to mark, as fractions of the axes, or null
 * @param taught the size of the boxes that taught the class, around the marked point, as fractions of the axes, or null
 * @param ticks labels along the frequency axis
 * @param height height class
 */
public record ClipFigure(
        String file,
        String group,
        String title,
        String detail,
        String alt,
        Picture picture,
        Box box,
        Scale scale,
        Point ring,
        Box taught,
        List<AxisTick> ticks,
        Height height) {
    /** Height classes of figures. */
    public enum Height {
        /** A spectrogram. */
        TALL,
        /** Tokens in several frequency rows. */
        MEDIUM,
        /** Tokens that span all frequencies. */
        FLAT
    }

    /** Fractions of the axes, from the left and from the bottom. */
    public record Box(double left, double right, double bottom, double top) {}

    /** A point of the axes. */
    public record Point(double x, double y) {}

    /**
     * The legend of a colour scale.
     *
     * @param range lowest and highest value
     * @param unit of the values
     */
    public record Scale(Picture.Range range, String unit) {}

    /** An enlarged PNG file, with the marked point and, dashed, the size of the boxes that taught the class. */
    byte[] png() {
        Picture large = picture.enlarged();
        if (taught != null) {
            large = large.dashed(across(taught.left()), across(taught.right()), up(taught.bottom()), up(taught.top()));
        }
        return (ring == null ? large : large.ringed(across(ring.x()), up(ring.y()))).png();
    }

    private double across(double x) {
        return (x - box.left()) / (box.right() - box.left());
    }

    private double up(double y) {
        return (y - box.bottom()) / (box.top() - box.bottom());
    }
}
