package org.unmute.data.scene;

/**
 * Building blocks of the synthesizer: filters, envelopes, levels. All computations use double and StrictMath, so the
 * results are bit-identical on every machine.
 */
final class Dsp {
    /** Sample rate of all synthesized sounds, in Hz. */
    static final int RATE = Synthesizer.SAMPLE_RATE;

    static final double TWO_PI = 2 * StrictMath.PI;

    private Dsp() {}

    /** Root mean square; 0 for an empty signal. */
    static double rms(float[] x, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) x[i] * x[i];
        }
        return to > from ? StrictMath.sqrt(sum / (to - from)) : 0;
    }

    /** Root mean square; 0 for an empty signal. */
    static double rms(double[] x) {
        double sum = 0;
        for (double v : x) {
            sum += v * v;
        }
        return x.length > 0 ? StrictMath.sqrt(sum / x.length) : 0;
    }

    /** Maximum magnitude. */
    static double peak(double[] x) {
        double peak = 0;
        for (double v : x) {
            peak = Math.max(peak, Math.abs(v));
        }
        return peak;
    }

    /** The amplitude factor of a level in dB. */
    static double fromDb(double db) {
        return StrictMath.pow(10, db / 20);
    }

    /** Multiplies {@code x} by a factor, in place. */
    static void scale(double[] x, double factor) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
    }

    /** Raised-cosine fades at both ends, in place, to avoid clicks. */
    static void fade(double[] x, int in, int out) {
        int n = x.length;
        for (int i = 0; i < Math.min(in, n); i++) {
            x[i] *= 0.5 - 0.5 * StrictMath.cos(StrictMath.PI * (i + 0.5) / in);
        }
        for (int i = 0; i < Math.min(out, n); i++) {
            x[n - 1 - i] *= 0.5 - 0.5 * StrictMath.cos(StrictMath.PI * (i + 0.5) / out);
        }
    }

    /** Adds {@code part * gain} to {@code target} from index {@code at}; samples beyond the end are dropped. */
    static void addAt(double[] target, double[] part, int at, double gain) {
        for (int i = Math.max(0, -at); i < part.length && at + i < target.length; i++) {
            target[at + i] += gain * part[i];
        }
    }

    /**
     * Second-order filter with the coefficients of Bristow-Johnson's Audio EQ Cookbook; {@code frequency} in Hz,
     * {@code q} is the quality factor.
     */
    static final class Biquad {
        private final double b0;
        private final double b1;
        private final double b2;
        private final double a1;
        private final double a2;
        private double z1;
        private double z2;

        private Biquad(double b0, double b1, double b2, double a0, double a1, double a2) {
            this.b0 = b0 / a0;
            this.b1 = b1 / a0;
            this.b2 = b2 / a0;
            this.a1 = a1 / a0;
            this.a2 = a2 / a0;
        }

        static Biquad lowPass(double frequency, double q) {
            double w = TWO_PI * frequency / RATE;
            double cos = StrictMath.cos(w);
            double alpha = StrictMath.sin(w) / (2 * q);
            return new Biquad((1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
        }

        static Biquad highPass(double frequency, double q) {
            double w = TWO_PI * frequency / RATE;
            double cos = StrictMath.cos(w);
            double alpha = StrictMath.sin(w) / (2 * q);
            return new Biquad((1 + cos) / 2, -(1 + cos), (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
        }

        /** A band-pass filter with gain 1 at the centre. */
        static Biquad bandPass(double frequency, double q) {
            double w = TWO_PI * frequency / RATE;
            double alpha = StrictMath.sin(w) / (2 * q);
            return new Biquad(alpha, 0, -alpha, 1 + alpha, -2 * StrictMath.cos(w), 1 - alpha);
        }

        double next(double x) {
            double y = b0 * x + z1;
            z1 = b1 * x - a1 * y + z2;
            z2 = b2 * x - a2 * y;
            return y;
        }

        /** Filters a signal in place. */
        void apply(double[] x) {
            for (int i = 0; i < x.length; i++) {
                x[i] = next(x[i]);
            }
        }
    }

    /** The samples of a mix, multiplied by a factor. */
    static float[] floats(double[] x, double factor) {
        float[] samples = new float[x.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (x[i] * factor);
        }
        return samples;
    }

    /** A harmonic oscillator that runs sample by sample, so that its frequency may change. */
    static final class Harmonics {
        private final double[] amplitudes;
        private double phase;

        /** @param amplitudes of the fundamental and its harmonics */
        Harmonics(double[] amplitudes) {
            this.amplitudes = amplitudes;
        }

        /** The next sample at this fundamental in Hz; harmonics above 0.47 of the sample rate are omitted. */
        double next(double frequency) {
            phase += TWO_PI * frequency / RATE;
            if (phase > TWO_PI) {
                phase -= TWO_PI;
            }
            int limit = (int) Math.min(amplitudes.length, 0.47 * RATE / frequency);
            // sin(k*phase) by the two-term recurrence: two StrictMath calls per sample for any number of harmonics.
            double twoCos = 2 * StrictMath.cos(phase);
            double before = 0;
            double sine = StrictMath.sin(phase);
            double sum = 0;
            for (int k = 0; k < limit; k++) {
                sum += amplitudes[k] * sine;
                double after = twoCos * sine - before;
                before = sine;
                sine = after;
            }
            return sum;
        }
    }
}
