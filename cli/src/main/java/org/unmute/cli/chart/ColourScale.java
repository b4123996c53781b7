package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.chart.HeatMap.Colours;
import org.unmute.cli.chart.Mark.Anchor;

/**
 * Numbers as colours over the figure's ground: the stronger the number, the less of the ground shows through, so the
 * scale runs towards white on light and towards dark on dark pages.
 *
 * @param colours which way the scale runs
 * @param low     the number at the weak end; of a diverging scale, the strongest below 0
 * @param high    the number at the strong end
 * @param most    the opacity of the strongest; at 0.7 text in {@link Role#INK} still reads well on it
 */
record ColourScale(Colours colours, double low, double high, double most) {
    /** The most that leaves text readable. */
    static final double BELOW_TEXT = 0.7;

    private static final Rgb COOL = new Rgb(0x2F86C5);
    private static final Rgb WARM = new Rgb(0xE8602C);
    private static final double LEAST = 0.04;

    /** A scale for the finite numbers of a matrix. */
    static ColourScale of(double[][] values, Colours colours, double most) {
        Extent extent = new Extent(Axis.linear(""));
        for (double[] row : values) {
            for (double v : row) {
                extent.add(v);
            }
        }
        if (colours == Colours.DIVERGING) {
            double far = Math.max(Math.abs(extent.low()), Math.abs(extent.high()));
            far = far > 0 ? far : 1;
            return new ColourScale(colours, -far, far, most);
        }
        double high = extent.high() > extent.low()
                ? extent.high()
                : extent.low() + Math.max(1e-3, Math.abs(extent.low()) * 0.1);
        return new ColourScale(colours, extent.low(), high, most);
    }

    /** The fill of a cell. */
    Style style(double value) {
        return Style.fill(hue(value)).faded(opacity(value));
    }

    /** 0xAARRGGBB of a cell; NaN is a pale grey. */
    int argb(double value) {
        return Double.isNaN(value)
                ? 0x40808080
                : (int) Math.round(255 * opacity(value)) << 24 | hue(value).value();
    }

    private Rgb hue(double value) {
        return colours == Colours.DIVERGING && value > 0 ? WARM : COOL;
    }

    private double opacity(double value) {
        double share = colours == Colours.DIVERGING ? Math.abs(value) / high : (value - low) / (high - low);
        double least = colours == Colours.DIVERGING ? 0 : LEAST;
        return least + (most - least) * Math.clamp(share, 0, 1);
    }

    /** Draws the scale upright with its ends, and its title above; returns the width that it takes. */
    double legend(Sheet sheet, double x, double top, double bottom, String title, List<String> ends) {
        // Steps of whole pixels: edges between them would show as lines.
        double height = 3;
        double y = Math.round(top + 12);
        int steps = (int) Math.max(8, (bottom - y) / height);
        double end = y + steps * height;
        for (int i = 0; i < steps; i++) {
            double value = high - (high - low) * (i + 0.5) / steps;
            sheet.add(new Mark.Rect(x, y + i * height, 14, height, 0, style(value), null));
        }
        sheet.add(new Mark.Rect(x, y, 14, end - y, 0, Style.stroke(Role.GRID, 1), null));
        sheet.text(x, top + 4, title, Sheet.SMALL, Anchor.START, Role.SOFT);
        for (int i = 0; i < ends.size(); i++) {
            double at = y + 4 + (end - y) * i / Math.max(1, ends.size() - 1);
            sheet.text(
                    x + 20,
                    at + (i == 0 ? 4 : i == ends.size() - 1 ? -3 : 0),
                    ends.get(i),
                    Sheet.SMALL,
                    Anchor.START,
                    Role.SOFT);
        }
        return legendWidth(title, ends);
    }

    /** The width that the legend takes. */
    static double legendWidth(String title, List<String> ends) {
        return Math.max(TextWidth.of(title, Sheet.SMALL), 20 + TextWidth.widest(new ArrayList<>(ends), Sheet.SMALL));
    }
}
