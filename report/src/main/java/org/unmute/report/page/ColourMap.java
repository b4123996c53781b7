package org.unmute.report.page;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Maps numbers to colours through equally spaced stops. */
public enum ColourMap {
    /**
     * Dark blue to yellow with evenly increasing lightness, similar to viridis; suitable for print and for colour-blind
     * readers. NaN is darkest.
     */
    SEQUENTIAL(0, 0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B, 0xFDE725),
    /** Blue through white to red. NaN is white. */
    DIVERGING(0.5, 0x2166ac, 0x67a9cf, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xef8a62, 0xb2182b);

    private final double undefined;
    private final int[] stops;

    ColourMap(double undefined, int... stops) {
        this.undefined = undefined;
        this.stops = stops;
    }

    /** 0xRRGGBB for a position from 0 to 1; positions outside are clamped. */
    public int rgb(double position) {
        double x = Math.clamp(Double.isNaN(position) ? undefined : position, 0, 1) * (stops.length - 1);
        int i = Math.min(stops.length - 2, (int) x);
        double f = x - i;
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            double c = (stops[i] >> shift & 255) * (1 - f) + (stops[i + 1] >> shift & 255) * f;
            rgb |= (int) Math.round(c) << shift;
        }
        return rgb;
    }

    /** The map as a CSS gradient from low to high. */
    public String cssGradient() {
        return IntStream.of(stops)
                .mapToObj(stop -> String.format(",#%06x", stop))
                .collect(Collectors.joining("", "linear-gradient(to top", ")"));
    }
}
