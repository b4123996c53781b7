package org.unmute.models.encoder;

import java.util.Map;
import java.util.Objects;

/**
 * Settings that a checkpoint does not hold, or that a caller wants otherwise. What is left open takes the authors'
 * value.
 *
 * @param model kind of encoder, for instance {@code birdmae}; empty to recognise it from the tensors
 * @param frames frames of a window (10 ms each); 0 for the authors'
 * @param mean of the log energies; NaN for the authors'
 * @param std of the log energies, which are divided by twice this; NaN for the authors'
 * @param heads attention heads; 0 for the authors' number at this width
 * @param sampleRate Hz of the front end, for encoders of which several are in use; 0 for the authors'
 * @param hopSeconds from the start of one window of a long recording to the next; 0 for windows that follow each other
 * @param frontEnd whose preprocessing
 * @param config entries of the model's configuration by name, for files without one ({@code max_distance} of BEATs);
 *     they go before the file's
 */
public record EncoderSettings(
        String model,
        int frames,
        double mean,
        double std,
        int heads,
        int sampleRate,
        double hopSeconds,
        FrontEndSource frontEnd,
        Map<String, String> config) {
    /** Whose preprocessing is used. */
    public enum FrontEndSource {
        /** The encoder's authors' own recipe. */
        AUTHORS,
        /** The approximation in the public BioFoundation code, for EAT and Audio-MAE (specs: the traps). */
        BIOFOUNDATION
    }

    /** Everything as the authors have it. */
    public static final EncoderSettings AUTHORS =
            new EncoderSettings("", 0, Double.NaN, Double.NaN, 0, 0, 0, FrontEndSource.AUTHORS, Map.of());

    /** Checks the ranges. */
    public EncoderSettings {
        Objects.requireNonNull(model, "model");
        if (frames < 0 || heads < 0 || sampleRate < 0 || !(hopSeconds >= 0) || std <= 0) {
            throw new IllegalArgumentException(
                    "encoder settings: frames, heads, sample rate and hop must not be negative, and the "
                            + "standard deviation must be positive: frames " + frames + ", heads " + heads
                            + ", sample rate " + sampleRate
                            + ", hop " + hopSeconds + ", standard deviation " + std);
        }
        config = Map.copyOf(config);
    }

    /** The same with a stated kind of encoder. */
    public EncoderSettings withModel(String name) {
        return new EncoderSettings(name, frames, mean, std, heads, sampleRate, hopSeconds, frontEnd, config);
    }

    /** The same with windows of so many frames. */
    public EncoderSettings withFrames(int count) {
        return new EncoderSettings(model, count, mean, std, heads, sampleRate, hopSeconds, frontEnd, config);
    }

    /** The same with other statistics of the log energies. */
    public EncoderSettings withNorm(double newMean, double newStd) {
        return new EncoderSettings(model, frames, newMean, newStd, heads, sampleRate, hopSeconds, frontEnd, config);
    }

    /** The same with so many attention heads. */
    public EncoderSettings withHeads(int count) {
        return new EncoderSettings(model, frames, mean, std, count, sampleRate, hopSeconds, frontEnd, config);
    }

    /** The same with a front end at this rate. */
    public EncoderSettings withSampleRate(int hertz) {
        return new EncoderSettings(model, frames, mean, std, heads, hertz, hopSeconds, frontEnd, config);
    }

    /** The same with windows that start so many seconds apart. */
    public EncoderSettings withHop(double seconds) {
        return new EncoderSettings(model, frames, mean, std, heads, sampleRate, seconds, frontEnd, config);
    }

    /** The same with another preprocessing. */
    public EncoderSettings withFrontEnd(FrontEndSource source) {
        return new EncoderSettings(model, frames, mean, std, heads, sampleRate, hopSeconds, source, config);
    }

    /** The same with these configuration entries. */
    public EncoderSettings withConfig(Map<String, String> entries) {
        return new EncoderSettings(model, frames, mean, std, heads, sampleRate, hopSeconds, frontEnd, entries);
    }

    int framesOr(int authors) {
        return frames == 0 ? authors : frames;
    }

    double meanOr(double authors) {
        return Double.isNaN(mean) ? authors : mean;
    }

    double stdOr(double authors) {
        return Double.isNaN(std) ? authors : std;
    }

    int sampleRateOr(int authors) {
        return sampleRate == 0 ? authors : sampleRate;
    }

    /**
     * The rate of an encoder of which only one is in use.
     *
     * @throws IllegalArgumentException if another rate is set
     */
    int sampleRateOnly(int authors, String encoder) {
        if (sampleRate != 0 && sampleRate != authors) {
            throw new IllegalArgumentException(
                    encoder + ": hears " + authors + " Hz, the sample rate is set to " + sampleRate + ": leave it out");
        }
        return authors;
    }

    /**
     * The number of heads at a width: as set, or one for every 64 channels, which is base (768), large (1024) and 1536,
     * but 16 at 1280 (ViT-H, Dasheng 0.6B).
     *
     * @throws IllegalArgumentException if the channels do not split
     */
    int headsOr(int authors, int dim) {
        int count = heads > 0 ? heads : authors > 0 ? authors : dim == 1280 ? 16 : Math.max(1, dim / 64);
        if (dim % count != 0) {
            throw new IllegalArgumentException(
                    dim + " channels do not split into " + count + " heads: state the number of heads");
        }
        return count;
    }

    /**
     * The hop in samples.
     *
     * @param rate Hz
     * @param rowSamples samples of a token row
     * @param rows token rows of a window
     * @throws IllegalArgumentException if it is no whole number of rows, or longer than a window
     */
    int hopSamples(int rate, int rowSamples, int rows) {
        if (hopSeconds == 0) {
            return Math.multiplyExact(rowSamples, rows);
        }
        double exact = hopSeconds * rate / rowSamples;
        long whole = Math.round(exact);
        if (whole < 1 || whole > rows || Math.abs(exact - whole) > 1e-6 * Math.max(1, exact)) {
            double row = rowSamples / (double) rate;
            throw new IllegalArgumentException("hop of " + hopSeconds
                    + " s: windows must start a whole number of token rows of " + row + " s apart, at most a window ("
                    + row * rows + " s): try " + row * Math.clamp(whole, 1, rows));
        }
        return Math.toIntExact(whole * rowSamples);
    }
}
