package org.unmute.report.page;

/**
 * A dark blue to yellow colour map with evenly increasing lightness, which works in print and without colour vision.
 */
public final class ColourMap {
    /** Equally spaced stops, similar to viridis. */
    private static final int[] STOPS = {
        0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B, 0xFDE725
    };

    private ColourMap() {}

    /** 0xRRGGBB for a position from 0 to 1; positions outside are clamped, NaN counts as 0. */
    public static int rgb(double position) {
        double x = position > 0 ? Math.min(1, position) * (STOPS.length - 1) : 0;
        int i = Math.min(STOPS.length - 2, (int) x);
        double f = x - i;
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            double c = (STOPS[i] >> shift & 255) * (1 - f) + (STOPS[i + 1] >> shift & 255) * f;
            rgb |= (int) Math.round(c) << shift;
        }
        return rgb;
    }

    /** The map as a CSS gradient from low to high. */
    public static String cssGradient(String direction) {
        StringBuilder css = new StringBuilder("linear-gradient(").append(direction);
        for (int stop : STOPS) {
            css.append(String.format(",#%06x", stop));
        }
        return css.append(')').toString();
    }
}
