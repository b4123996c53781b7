package org.unmute.report.clip;

import java.util.List;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.Picture;

/**
 * A map on the clip's time and frequency axes.
 *
 * @param file its name as a file, without ending
 * @param group figures of one group stand together under its name; empty for none
 * @param title what it is
 * @param detail more about it, a few words
 * @param alt what someone who cannot see it should know
 * @param picture its colours
 * @param box the part of the axes that it covers
 * @param scale what its colours mean, or null
 * @param ring a point to mark, as shares of the axes, or null
 * @param ticks labels along the frequency axis
 * @param height how tall it is drawn
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
        List<AxisTick> ticks,
        Height height) {
    /** How tall a figure is drawn. */
    public enum Height {
        /** A spectrogram. */
        TALL,
        /** Tokens in several frequency rows. */
        MEDIUM,
        /** Tokens that span all frequencies. */
        FLAT
    }

    /** Shares of the axes, 0 to 1, from the left and from below. */
    public record Box(double left, double right, double bottom, double top) {}

    /** A point of the axes. */
    public record Point(double x, double y) {}

    /**
     * What colours mean.
     *
     * @param range lowest and highest value
     * @param unit of the values
     */
    public record Scale(Picture.Range range, String unit) {}

    /** The picture as a file of its own, enlarged, with the marked point. */
    byte[] png() {
        Picture large = picture.enlarged();
        if (ring == null) {
            return large.png();
        }
        return large.ringed(
                        (ring.x() - box.left()) / (box.right() - box.left()),
                        (ring.y() - box.bottom()) / (box.top() - box.bottom()))
                .png();
    }
}
