package org.unmute.audio;

import org.jspecify.annotations.Nullable;
import org.unmute.audio.playback.Speed;

/**
 * Changes the sample rate with a windowed sinc, as {@code torchaudio.functional.resample} does. Let {@code o} and
 * {@code w} be the input and output rates divided by their GCD. Then output {@code q * w + j} is a weighted sum of the
 * inputs around {@code q * o + j * o / w}; the weights depend only on the phase {@code j} and are tabulated in float64.
 * Thread-safe, because it holds only tables.
 */
public final class Resampler {
    /**
     * Maximum ratio of the two rates, in either direction. It bounds the number of weights per output and the length to
     * which a short file can expand.
     */
    public static final int MAX_RATIO = 512;

    /** Maximum number of weights in the table. If there are more, weights are computed for each output. */
    private static final long MAX_TABLE = 1 << 22;

    /** Maximum terms of the ratio, so that positions in a long recording fit into 64 bits. */
    private static final int MAX_TERM = 1 << 24;

    /** Window and width of the sinc filter. */
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

        /** Shape parameter of the Kaiser window; NaN for the Hann window. */
        public double beta() {
            return beta;
        }

        /** Sinc times window at {@code t} zero crossings from the centre; 0 beyond the last crossing. */
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

        /** The modified Bessel function of order 0, by its power series. All terms are positive. */
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
    private final double @Nullable [] table;

    /**
     * @param fromRate rate of the input in Hz
     * @param toRate rate of the output in Hz
     * @throws IllegalArgumentException if a rate is not from 1 to {@link AudioStream#MAX_RATE}, or their ratio is above
     *     {@link #MAX_RATIO}; thrown before anything large is allocated
     */
    public Resampler(int fromRate, int toRate, Kernel kernel) {
        this(fromRate, Speed.NORMAL, toRate, kernel);
    }

    /**
     * A resampler of sound that is played at another speed: its rate is read as {@code fromRate} times the speed.
     *
     * @param fromRate rate of the input in Hz
     * @param toRate rate of the output in Hz
     * @throws IllegalArgumentException if a rate is not from 1 to {@link AudioStream#MAX_RATE}, or the ratio of the
     *     rate that is read to that of the output is above {@link #MAX_RATIO} or is no fraction of numbers up to 2^24;
     *     thrown before anything large is allocated
     */
    public Resampler(int fromRate, Speed speed, int toRate, Kernel kernel) {
        String problem = problem(fromRate, speed, toRate);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        long from = (long) fromRate * speed.numerator();
        long to = (long) toRate * speed.denominator();
        long divisor = gcd(from, to);
        this.kernel = kernel;
        in = (int) (from / divisor);
        out = (int) (to / divisor);
        // "scale" is zero crossings of the sinc per input sample; "reach" is inputs on each side of its centre.
        scale = Math.min(in, out) * kernel.rolloff / in;
        reach = kernel.zeroCrossings / scale;
        taps = (int) (2 * reach) + 2;
        table = (long) out * taps <= MAX_TABLE ? new double[out * taps] : null;
        if (table != null) {
            for (int phase = 0; phase < out; phase++) {
                fill(phase, table, phase * taps);
            }
        }
    }

    /** An error message for an unsupported pair of rates; null if the pair is supported. */
    static @Nullable String problem(int fromRate, Speed speed, int toRate) {
        String rates = "resample: from " + fromRate + (speed.isNormal() ? "" : " Hz at speed " + speed) + " to "
                + toRate + " Hz: ";
        if (Math.min(fromRate, toRate) < 1 || Math.max(fromRate, toRate) > AudioStream.MAX_RATE) {
            return rates + "rates must be 1 to " + AudioStream.MAX_RATE + " Hz";
        }
        long from = (long) fromRate * speed.numerator();
        long to = (long) toRate * speed.denominator();
        if (Math.max(from, to) > MAX_RATIO * Math.min(from, to)) {
            return rates + "the ratio is above " + MAX_RATIO
                    + (speed.isNormal() ? ": if a file's header states a wrong rate, correct it" : "");
        }
        if (Math.max(from, to) / gcd(from, to) > MAX_TERM) {
            return rates + "the ratio has no terms below " + MAX_TERM + ": give the speed with fewer digits";
        }
        return null;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** The input that the first weight of a phase applies to, relative to the first input of the block. */
    private int firstTap(int phase) {
        return (int) Math.ceil((double) phase * in / out - reach);
    }

    private void fill(int phase, double[] weights, int at) {
        int first = firstTap(phase);
        for (int i = 0; i < taps; i++) {
            // Computed over a common denominator, so that equal distances give equal weights.
            double distance = ((double) (first + i) * out - (double) phase * in) / out;
            weights[at + i] = scale * kernel.at(distance * scale);
        }
    }

    /** Length of the output: {@code ceil(samples * toRate / fromRate)}. */
    public long outputLength(long samples) {
        return Math.ceilDiv(samples * out, in);
    }

    /**
     * Resamples a clip, assuming silence before and after it.
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
        apply(samples, 0, samples.length, result, 0, result.length, 0);
        return result;
    }

    /** Number of weights of an output, which is the maximum number of inputs that it needs. */
    int taps() {
        return taps;
    }

    /** The first input that an output needs. It may lie before the recording. */
    long firstInput(long output) {
        return output / out * in + firstTap((int) (output % out));
    }

    /** A lower bound, a few short of exact, on the number of outputs that need only the first {@code inputs} inputs. */
    long outputsOf(long inputs) {
        // The last weight of an output lies up to reach + 2 inputs after its centre.
        long centre = inputs - (long) Math.ceil(reach) - 3;
        return centre < 0 ? 0 : centre * out / in + 1;
    }

    /**
     * Computes outputs from a section of a recording that contains all inputs that they need. The section may include
     * the beginning or end of the recording.
     *
     * @param samples {@code length} inputs, the first of which is input {@code start}. Not modified.
     * @param result receives {@code count} outputs, starting at index {@code from}. Modified.
     * @param firstOutput number of the first output
     */
    void apply(float[] samples, long start, int length, float[] result, int from, int count, long firstOutput) {
        double[] weights = table == null ? new double[taps] : table;
        int phase = (int) (firstOutput % out);
        long block = firstOutput / out * in;
        for (int m = from; m < from + count; m++) {
            if (table == null) {
                fill(phase, weights, 0);
            }
            int offset = table == null ? 0 : phase * taps;
            long first = block + firstTap(phase) - start;
            int low = (int) Math.max(0, -first);
            int high = (int) Math.min(taps, length - first);
            double sum = 0;
            for (int i = low; i < high; i++) {
                sum += weights[offset + i] * samples[(int) first + i];
            }
            result[m] = (float) sum;
            if (++phase == out) {
                phase = 0;
                block += in;
            }
        }
    }

    /** The weights of a phase for {@code count} inputs, starting at input {@code from}, including zeros. */
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
