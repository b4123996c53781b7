package org.unmute.models.audio;

/**
 * Changes the sample rate with a windowed sinc as {@code torchaudio.functional.resample} does. With the rates divided
 * by their GCD to {@code o} and {@code w}, output {@code q * w + j} is a weighted sum of the inputs around {@code q * o
 * + j * o / w}; the weights depend on the phase {@code j} only and are tabulated in float64. Thread-safe: it holds
 * tables only.
 */
public final class Resampler {
    /** Max weights of a table; with more phases they are computed for each output. */
    private static final long MAX_TABLE = 1 << 22;

    /** Window and width of the sinc. */
    public enum Kernel {
        /** torchaudio's default: Hann window, 6 zero crossings, roll-off 0.99. */
        HANN(6, 0.99, Double.NaN),
        /** librosa's former {@code kaiser_best}: 64 zero crossings. */
        KAISER_BEST(64, 0.9475937167399596, 14.769656459379492),
        /** librosa's former {@code kaiser_fast}: 16 zero crossings. */
        KAISER_FAST(16, 0.85, 8.555504641634386);

        private final int zeroCrossings;
        private final double rolloff;
        private final double beta;

        Kernel(int zeroCrossings, double rolloff, double beta) {
            this.zeroCrossings = zeroCrossings;
            this.rolloff = rolloff;
            this.beta = beta;
        }

        /** Zero crossings of the sinc on each side. */
        public int zeroCrossings() {
            return zeroCrossings;
        }

        /** Cut-off as a fraction of the lower of the two Nyquist frequencies. */
        public double rolloff() {
            return rolloff;
        }

        /** Shape of the Kaiser window; NaN for the Hann window. */
        public double beta() {
            return beta;
        }

        /** Sinc times window at {@code t} zero crossings from the centre; 0 beyond the last. */
        private double at(double t) {
            if (Math.abs(t) >= zeroCrossings) {
                return 0;
            }
            double x = t / zeroCrossings;
            double window;
            if (this == HANN) {
                double c = Math.cos(Math.PI / 2 * x);
                window = c * c;
            } else {
                window = besselI0(beta * Math.sqrt(1 - x * x)) / besselI0(beta);
            }
            return t == 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t) * window;
        }

        /** The modified Bessel function of order 0, by its power series, whose terms are all positive. */
        private static double besselI0(double x) {
            double quarter = x * x / 4;
            double term = 1;
            double sum = 1;
            for (int k = 1; term > sum * 0x1p-54; k++) {
                term *= quarter / k / k;
                sum += term;
            }
            return sum;
        }
    }

    private final Kernel kernel;
    private final int in;
    private final int out;
    private final double scale;
    private final double reach;
    private final int taps;
    private final double[] table;

    /**
     * @param fromRate rate of the input in Hz
     * @param toRate   rate of the output in Hz
     * @throws IllegalArgumentException if a rate is not positive
     */
    public Resampler(int fromRate, int toRate, Kernel kernel) {
        if (fromRate <= 0 || toRate <= 0) {
            throw new IllegalArgumentException(
                    "resample: rates must be positive: from " + fromRate + " to " + toRate + " Hz");
        }
        int divisor = gcd(fromRate, toRate);
        this.kernel = kernel;
        in = fromRate / divisor;
        out = toRate / divisor;
        // Zero crossings of the sinc per input sample, and inputs on each side of its centre.
        scale = Math.min(in, out) * kernel.rolloff / in;
        reach = kernel.zeroCrossings / scale;
        if (2 * reach + 2 > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "resample: from " + fromRate + " to " + toRate + " Hz takes too many weights");
        }
        taps = (int) (2 * reach) + 2;
        table = (long) out * taps <= MAX_TABLE ? new double[out * taps] : null;
        if (table != null) {
            for (int phase = 0; phase < out; phase++) {
                fill(phase, table, phase * taps);
            }
        }
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Input of the first weight of a phase, counted from the first input of the phase's block. */
    private int firstTap(int phase) {
        return (int) Math.ceil((double) phase * in / out - reach);
    }

    private void fill(int phase, double[] weights, int at) {
        int first = firstTap(phase);
        for (int i = 0; i < taps; i++) {
            // As a fraction over the common denominator, so that equal distances give equal weights.
            double distance = ((double) (first + i) * out - (double) phase * in) / out;
            weights[at + i] = scale * kernel.at(distance * scale);
        }
    }

    /** Length of the output: {@code ceil(samples * toRate / fromRate)}. */
    public long outputLength(int samples) {
        return Math.ceilDiv((long) samples * out, in);
    }

    /**
     * Resamples a clip, with silence before and after it.
     *
     * @param samples {@code [samples]}; not modified
     * @return {@code [ceil(samples * toRate / fromRate)]}, a new array
     * @throws IllegalArgumentException if the result is too long for an array
     */
    public float[] apply(float[] samples) {
        long length = outputLength(samples.length);
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("resample: " + length + " samples are too many for one array");
        }
        if (in == out) {
            return samples.clone();
        }
        float[] result = new float[(int) length];
        double[] weights = table == null ? new double[taps] : table;
        int phase = 0;
        long block = 0;
        for (int m = 0; m < result.length; m++) {
            if (table == null) {
                fill(phase, weights, 0);
            }
            int offset = table == null ? 0 : phase * taps;
            long first = block + firstTap(phase);
            int from = (int) Math.max(0, -first);
            int to = (int) Math.min(taps, samples.length - first);
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += weights[offset + i] * samples[(int) first + i];
            }
            result[m] = (float) sum;
            if (++phase == out) {
                phase = 0;
                block += in;
            }
        }
        return result;
    }

    /** All weights of a phase at the inputs from {@code from} on, zeros included. */
    double[] weights(int phase, int from, int count) {
        double[] weights = new double[taps];
        fill(phase, weights, 0);
        double[] dense = new double[count];
        int first = firstTap(phase);
        for (int i = 0; i < taps; i++) {
            int at = first + i - from;
            if (at >= 0 && at < count) {
                dense[at] = weights[i];
            } else if (weights[i] != 0) {
                throw new IllegalArgumentException("resample: the weight at input " + (first + i) + " lies outside the "
                        + count + " from " + from);
            }
        }
        return dense;
    }
}
