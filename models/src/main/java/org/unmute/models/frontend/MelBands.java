package org.unmute.models.frontend;

/**
 * The bands of a mel spectrum: their centres are equally spaced in mel between two edges.
 *
 * @param count number of bands
 * @param lowHz lower edge of the first band
 * @param highHz upper edge of the last band
 * @param scale of mel
 */
public record MelBands(int count, double lowHz, double highHz, MelScale scale) {
    /** Bands as both kaldi and HTK place them. */
    public MelBands(int count, double lowHz, double highHz) {
        this(count, lowHz, highHz, MelScale.LOGARITHMIC);
    }

    /** @throws IllegalArgumentException if there is no band or the edges are no range */
    public MelBands {
        if (count < 1 || !(lowHz >= 0 && lowHz < highHz && Double.isFinite(highHz))) {
            throw new IllegalArgumentException(
                    "mel bands: " + count + " bands from " + lowHz + " to " + highHz + " Hz");
        }
    }

    private double mel(double hertz) {
        return scale.mel(hertz);
    }

    private double step() {
        return (mel(highHz) - mel(lowHz)) / (count + 1);
    }

    /**
     * The lower border of a band: midway in mel between its centre and the one before. The first has the lower edge,
     * and {@code count} gives the upper edge.
     *
     * @param band 0 to {@code count}
     */
    public double border(int band) {
        if (band < 0 || band > count) {
            throw new IllegalArgumentException("mel bands: borders are 0 to " + count + ", not " + band);
        }
        if (band == 0 || band == count) {
            return band == 0 ? lowHz : highHz;
        }
        return scale.hertz(mel(lowHz) + (band + 0.5) * step());
    }

    /**
     * The position of a frequency along the bands: 0 at the lower end of the first, 1 at the upper end of the last;
     * clamped.
     */
    public double position(double hertz) {
        return Math.clamp(((mel(hertz) - mel(lowHz)) / step() - 0.5) / count, 0, 1);
    }
}
