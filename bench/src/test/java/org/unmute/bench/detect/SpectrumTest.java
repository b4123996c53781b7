package org.unmute.bench.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SpectrumTest {
    private static final int RATE = 16_000;

    /** Quiet noise with a tone from 1 to 2 s. */
    private static float[] tone(double hertz, double amplitude) {
        SplittableRandom random = new SplittableRandom(1);
        float[] x = new float[3 * RATE];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (1e-4 * random.nextGaussian());
            x[i] += (float) (i / RATE == 1 ? amplitude * Math.sin(2 * Math.PI * hertz * i / RATE) : 0);
        }
        return x;
    }

    @Test
    void energyLiesInTheBoxOfATone() {
        Spectrum spectrum = new Spectrum(tone(1000, 0.5), RATE);
        double all = spectrum.energy(0, 3, 0, 8000);
        assertThat(spectrum.energy(1, 2, 900, 1100) / all).isCloseTo(1, offset(0.01));
        assertThat(spectrum.energy(1, 1.5, 0, 8000) / all).isCloseTo(0.5, offset(0.01));
        assertThat(spectrum.energy(0, 3, 1500, 8000) / all).isLessThan(1e-3);
        double quieter = new Spectrum(tone(3000, 0.25), RATE).energy(1, 2, 0, 8000);
        assertThat(quieter / all).isCloseTo(0.25, offset(0.01));
    }

    @Test
    void theBandOfAToneIsNarrow() {
        double[] band = new Spectrum(tone(2000, 0.1), RATE).band(1, 2, 0.9);
        assertThat(band[0]).isBetween(1900.0, 2000.0);
        assertThat(band[1]).isBetween(2000.0, 2100.0);
    }
}
