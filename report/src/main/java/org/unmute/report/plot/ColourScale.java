package org.unmute.report.plot;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Rgb;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;

/**
 * Maps numbers to colours of varying opacity over the background: weak numbers fade to white on light pages and to dark
 * on dark ones.
 *
 * @param colours sequential or diverging
 * @param low     the number at the lowest opacity; in a diverging scale, the most negative one
 * @param high    the number at the highest opacity
 * @param maxOpacity    the highest opacity; up to 0.7, text in {@link ColourRole#INK} is readable on it
 */
public record ColourScale(Palette colours, double low, double high, double maxOpacity) {
    /** The colours of a scale. */
    public enum Palette {
        /** From the smallest to the largest value. */
        SEQUENTIAL,
        /** Blue below 0, red above, symmetric around 0. */
        DIVERGING
    }

    /** The highest opacity that leaves text readable. */
    public static final double BELOW_TEXT = 0.7;

    private static final Rgb COOL = new Rgb(0x2F86C5);
    private static final Rgb WARM = new Rgb(0xE8602C);
    private static final double MIN_OPACITY = 0.04;

    /** A scale for the finite numbers of a matrix. */
    public static ColourScale of(double[][] values, Palette colours, double maxOpacity) {
        Extent extent = new Extent(Axis.linear(""));
        for (double[] row : values) {
            for (double v : row) {
                extent.add(v);
            }
        }
        if (colours == Palette.DIVERGING) {
            double far = Math.max(Math.abs(extent.low()), Math.abs(extent.high()));
            far = far > 0 ? far : 1;
            return new ColourScale(colours, -far, far, maxOpacity);
        }
        double high = extent.high() > extent.low()
                ? extent.high()
                : extent.low() + Math.max(1e-3, Math.abs(extent.low()) * 0.1);
        return new ColourScale(colours, extent.low(), high, maxOpacity);
    }

    /** The fill of a cell. */
    public Style style(double value) {
        return Style.fill(hue(value)).faded(opacity(value));
    }

    /** 0xAARRGGBB of a cell; NaN is a pale grey. */
    public int argb(double value) {
        return Double.isNaN(value)
                ? 0x40808080
                : (int) Math.round(255 * opacity(value)) << 24 | hue(value).value();
    }

    private Rgb hue(double value) {
        return colours == Palette.DIVERGING && value > 0 ? WARM : COOL;
    }

    private double opacity(double value) {
        double share = colours == Palette.DIVERGING ? Math.abs(value) / high : (value - low) / (high - low);
        double min = colours == Palette.DIVERGING ? 0 : MIN_OPACITY;
        return min + (maxOpacity - min) * Math.clamp(share, 0, 1);
    }

    /** Draws the scale vertically, its title above and labels at its ends; returns its width. */
    public double legend(Canvas canvas, double x, double top, double bottom, String title, List<String> ends) {
        // Whole pixels: smoothed edges between the steps would show as lines.
        double height = 3;
        double y = Math.round(top + 12);
        int steps = (int) Math.max(8, (bottom - y) / height);
        double end = y + steps * height;
        for (int i = 0; i < steps; i++) {
            double value = high - (high - low) * (i + 0.5) / steps;
            canvas.add(new Element.Rect(x, y + i * height, 14, height, 0, style(value), null));
        }
        canvas.add(new Element.Rect(x, y, 14, end - y, 0, Style.stroke(ColourRole.GRID, 1), null));
        canvas.text(x, top + 4, title, Canvas.SMALL, Anchor.START, ColourRole.SOFT);
        for (int i = 0; i < ends.size(); i++) {
            double at = y + 4 + (end - y) * i / Math.max(1, ends.size() - 1);
            canvas.text(
                    x + 20,
                    at + (i == 0 ? 4 : i == ends.size() - 1 ? -3 : 0),
                    ends.get(i),
                    Canvas.SMALL,
                    Anchor.START,
                    ColourRole.SOFT);
        }
        return legendWidth(title, ends);
    }

    /** The width of the legend. */
    public static double legendWidth(String title, List<String> ends) {
        return Math.max(TextWidth.of(title, Canvas.SMALL), 20 + TextWidth.widest(new ArrayList<>(ends), Canvas.SMALL));
    }
}
