package org.unmute.models.encoder;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Objects;
import org.unmute.audio.playback.Speed;
import org.unmute.models.frontend.BioFoundationFrontEnd;
import org.unmute.models.frontend.FbankFrontEnd;
import org.unmute.models.frontend.FrontEnd;

/**
 * Settings that a checkpoint does not hold or that a caller overrides. Everything else keeps the authors' value.
 *
 * @param model kind of encoder, for instance {@code birdmae}; empty to detect it from the tensors
 * @param frames frames per window (10 ms each); 0 for the authors' value
 * @param mean of the log energies; NaN for the authors' value
 * @param std of the log energies, which are divided by twice this value; NaN for the authors' value
 * @param heads attention heads; 0 for the authors' number at this width
 * @param sampleRate of the front end in Hz, for encoders that are used at several rates; 0 for the authors' value
 * @param hopSeconds from the start of one window of a long recording to the start of the next; 0 for adjacent windows
 * @param frontEnd whose preprocessing to use
 * @param config entries of the model's configuration by name, for files that have none ({@code max_distance} of BEATs);
 *     they override entries in the file
 * @param speed at which recordings are played to the encoder
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
        Map<String, String> config,
        Speed speed)
        implements Serializable {
    /** Whose preprocessing is used. */
    public enum FrontEndSource {
        /** The encoder's authors' own recipe. */
        AUTHORS,
        /** The approximation in the public BioFoundation code, for EAT and Audio-MAE. */
        BIOFOUNDATION
    }

    /** The authors' values for everything. */
    public static final EncoderSettings AUTHORS =
            new EncoderSettings("", 0, Double.NaN, Double.NaN, 0, 0, 0, FrontEndSource.AUTHORS, Map.of(), Speed.NORMAL);

    /** @throws IllegalArgumentException if a value is out of range */
    public EncoderSettings {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(speed, "speed");
        if (frames < 0 || heads < 0 || sampleRate < 0 || !(hopSeconds >= 0) || std <= 0) {
            throw new IllegalArgumentException(
                    "encoder settings: frames, heads, sample rate and hop must not be negative, and the "
                            + "standard deviation must be positive: frames " + frames + ", heads " + heads
                            + ", sample rate " + sampleRate
                            + ", hop " + hopSeconds + ", standard deviation " + std);
        }
        config = Map.copyOf(config);
    }

    /** A copy for recordings that are played at another speed. */
    public EncoderSettings withSpeed(Speed other) {
        return new EncoderSettings(model, frames, mean, std, heads, sampleRate, hopSeconds, frontEnd, config, other);
    }

    /** A copy for this kind of encoder. */
    public EncoderSettings withModel(String name) {
        return new EncoderSettings(name, frames, mean, std, heads, sampleRate, hopSeconds, frontEnd, config, speed);
    }

    /** A copy with windows of this many frames. */
    public EncoderSettings withFrames(int count) {
        return new EncoderSettings(model, count, mean, std, heads, sampleRate, hopSeconds, frontEnd, config, speed);
    }

    /** A copy with other statistics of the log energies. */
    public EncoderSettings withNorm(double newMean, double newStd) {
        return new EncoderSettings(
                model, frames, newMean, newStd, heads, sampleRate, hopSeconds, frontEnd, config, speed);
    }

    /** A copy with this many attention heads. */
    public EncoderSettings withHeads(int count) {
        return new EncoderSettings(model, frames, mean, std, count, sampleRate, hopSeconds, frontEnd, config, speed);
    }

    /** A copy with a front end at this sample rate. */
    public EncoderSettings withSampleRate(int hertz) {
        return new EncoderSettings(model, frames, mean, std, heads, hertz, hopSeconds, frontEnd, config, speed);
    }

    /** A copy with this hop. */
    public EncoderSettings withHop(double seconds) {
        return new EncoderSettings(model, frames, mean, std, heads, sampleRate, seconds, frontEnd, config, speed);
    }

    /** A copy with this source of preprocessing. */
    public EncoderSettings withFrontEnd(FrontEndSource source) {
        return new EncoderSettings(model, frames, mean, std, heads, sampleRate, hopSeconds, source, config, speed);
    }

    /** A copy with these configuration entries. */
    public EncoderSettings withConfig(Map<String, String> entries) {
        return new EncoderSettings(model, frames, mean, std, heads, sampleRate, hopSeconds, frontEnd, entries, speed);
    }

    /** The frames setting, or the authors' value if it is not set. */
    public int framesOr(int authors) {
        return frames == 0 ? authors : frames;
    }

    /** The mean setting, or the authors' value if it is not set. */
    public double meanOr(double authors) {
        return Double.isNaN(mean) ? authors : mean;
    }

    /** The standard deviation setting, or the authors' value if it is not set. */
    public double stdOr(double authors) {
        return Double.isNaN(std) ? authors : std;
    }

    /** The sample rate setting, or the authors' value if it is not set. */
    public int sampleRateOr(int authors) {
        return sampleRate == 0 ? authors : sampleRate;
    }

    /**
     * The sample rate of an encoder that supports only one.
     *
     * @throws IllegalArgumentException if another rate is set
     */
    public int sampleRateOnly(int authors, String encoder) {
        if (sampleRate != 0 && sampleRate != authors) {
            throw new IllegalArgumentException(encoder + ": the sample rate is always " + authors + " Hz, it is set to "
                    + sampleRate + ": leave it out");
        }
        return authors;
    }

    /**
     * The number of heads at a width: the setting if there is one, else the authors' number, else one for every 64
     * channels, as at 768 (base), 1024 (large) and 1536, but 16 at 1280 (ViT-H, Dasheng 0.6B).
     *
     * @throws IllegalArgumentException if the channels cannot be divided among the heads
     */
    public int headsOr(int authors, int dim) {
        int count = heads > 0 ? heads : authors > 0 ? authors : dim == 1280 ? 16 : Math.max(1, dim / 64);
        if (dim % count != 0) {
            throw new IllegalArgumentException(
                    dim + " channels do not split into " + count + " heads: state the number of heads");
        }
        return count;
    }

    /**
     * The requested front end, for an encoder that supports both recipes.
     *
     * @param authors the authors' own front end; the other one uses its rate, bands, frames and statistics
     */
    public FrontEnd frontEndOr(FbankFrontEnd authors) {
        return switch (frontEnd) {
            case AUTHORS -> authors;
            case BIOFOUNDATION ->
                new BioFoundationFrontEnd(
                        authors.sampleRate(),
                        authors.fbank().options().melBins(),
                        authors.frames(),
                        authors.mean(),
                        authors.std());
        };
    }

    /**
     * Checks that the encoder honours every setting: an unsupported one must not be ignored silently.
     *
     * @throws IllegalArgumentException naming the setting, the requested value and the value of the encoder
     */
    void requireFollowed(String encoder, EncoderSpec spec) {
        Map<String, Object> has = spec.input().settings();
        if (frontEnd == FrontEndSource.BIOFOUNDATION && !BioFoundationFrontEnd.KIND.equals(has.get("kind"))) {
            throw new IllegalArgumentException(
                    encoder + ": BioFoundation's front end exists for EAT, SSLAM and Audio-MAE only: use the authors'");
        }
        // Dasheng cuts its spectrogram into chunks itself.
        if (frames != 0 && has.containsKey("frames")) {
            requireSame(encoder, "frames", frames, has);
        }
        if (!Double.isNaN(mean)) {
            requireSame(encoder, "mean", mean, has);
        }
        if (!Double.isNaN(std)) {
            requireSame(encoder, "std", std, has);
        }
        if (sampleRate != 0) {
            requireSame(encoder, "sampleRate", sampleRate, has);
        }
    }

    private static void requireSame(String encoder, String name, Number asked, Map<String, Object> has) {
        if (!(has.get(name) instanceof Number n)) {
            throw new IllegalArgumentException(encoder + ": there is no setting '" + name
                    + "' in this encoder's front end, " + asked + " was asked for; it has " + has);
        }
        if (n.doubleValue() != asked.doubleValue()) {
            throw new IllegalArgumentException(
                    encoder + ": '" + name + "' is fixed at " + n + " for this encoder, " + asked + " was asked for");
        }
    }

    /**
     * The hop in samples.
     *
     * @param rate Hz
     * @param rowSamples samples per token row
     * @param rows token rows per window
     * @param window samples per window; its last row may extend past the end
     * @throws IllegalArgumentException if it is not a whole number of rows, or longer than a window
     */
    int hopSamples(int rate, int rowSamples, int rows, int window) {
        int sideBySide = Math.min(window, Math.multiplyExact(rowSamples, rows));
        if (hopSeconds == 0 || Math.abs(hopSeconds * rate - sideBySide) < 0.01) {
            return sideBySide;
        }
        double exact = hopSeconds * rate / rowSamples;
        long whole = Math.round(exact);
        long max = Math.max(1, sideBySide / rowSamples);
        if (whole < 1 || whole > max || Math.abs(exact - whole) > 1e-6 * Math.max(1, exact)) {
            throw new IllegalArgumentException("hop of " + hopSeconds
                    + " s: windows must start a whole number of token rows of " + seconds(rowSamples, rate)
                    + " s apart, at most a window (" + seconds(sideBySide, rate) + " s): try "
                    + seconds(
                            hopSeconds * rate >= sideBySide ? sideBySide : Math.clamp(whole, 1, max) * rowSamples,
                            rate));
        }
        return Math.toIntExact(whole * rowSamples);
    }

    private static String seconds(long samples, int rate) {
        return new BigDecimal(samples)
                .divide(new BigDecimal(rate), 6, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
    }
}
