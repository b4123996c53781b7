package org.unmute.models.frontend;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * A mel spectrogram in decibels, brought to a range (ATST-Frame, BAT).
 *
 * @param decibels the spectrogram
 * @param scaling the range
 * @param frames of a window: a shorter clip is filled up with zeros after scaling, further frames are left out; 0 for
 *     recordings in one piece
 * @param multiple of a recording in one piece: zeros after scaling pad it to a multiple of this many frames. A single
 *     frame beyond a multiple is left out: it is centred on the end of the recording
 */
public record ScaledMelFrontEnd(MelFrontEnd decibels, Scaling scaling, int frames, int multiple) implements FrontEnd {
    /** How decibels are brought to a range. */
    public sealed interface Scaling {
        /** In words. */
        String describe();
    }

    /**
     * The same for all clips: {@code 2 (x - low) / (high - low) - 1}.
     *
     * @param min values below it are raised to it first; negative infinity for none
     * @param max values above it are lowered to it first; infinity for none
     */
    public record Fixed(double low, double high, double min, double max) implements Scaling {
        @Override
        public String describe() {
            return (Double.isInfinite(min) ? "" : "at least " + min + " and at most " + max + " dB, ") + low + " to "
                    + high + " dB brought to -1 to 1";
        }
    }

    /**
     * From the lowest to the highest value of the clip, before anything is added or cut: {@code (x - min) / (max - min
     * + 1e-8)}.
     */
    public record OfClip() implements Scaling {
        @Override
        public String describe() {
            return "the clip's lowest to its highest value brought to 0 to 1";
        }
    }

    /** What is added to the range of a clip. */
    public static final double EPS = 1e-8;

    /** @throws IllegalArgumentException if a number of frames is out of range */
    public ScaledMelFrontEnd {
        if (frames < 0 || multiple < 1) {
            throw new IllegalArgumentException("front end: windows of " + frames + " frames, multiples of " + multiple
                    + ": at least 0 and 1 are expected");
        }
    }

    /** Frames of the network's input for frames of a spectrogram. */
    public int wanted(int own) {
        if (frames > 0) {
            return frames;
        }
        return multiple == 1 ? own : Math.max(1, Math.ceilDiv(own - 1, multiple)) * multiple;
    }

    @Override
    public Spectrogram apply(float[] samples) {
        Spectrogram own = decibels.apply(cut(samples));
        float[] x = own.values();
        switch (scaling) {
            case Fixed f -> {
                for (int i = 0; i < x.length; i++) {
                    x[i] = (float) (2 * (Math.clamp((double) x[i], f.min, f.max) - f.low) / (f.high - f.low) - 1);
                }
            }
            case OfClip _ -> {
                float min = Float.POSITIVE_INFINITY;
                float max = Float.NEGATIVE_INFINITY;
                for (float value : x) {
                    min = Math.min(min, value);
                    max = Math.max(max, value);
                }
                double range = max - min + EPS;
                for (int i = 0; i < x.length; i++) {
                    x[i] = (float) ((x[i] - min) / range);
                }
            }
        }
        int rows = wanted(own.frames());
        return new Spectrogram(rows, own.bins(), rows == own.frames() ? x : Arrays.copyOf(x, rows * own.bins()));
    }

    private float[] cut(float[] samples) {
        return samples.length > windowSamples() ? Arrays.copyOf(samples, windowSamples()) : samples;
    }

    /** {@inheritDoc} Energies, decibels, scaling and zeros. */
    @Override
    public Tensor onDevice(List<float[]> windows) {
        Tensor x = decibels.onDevice(windows.stream().map(this::cut).toList());
        Tensor scaled = switch (scaling) {
            case Fixed f -> x.clamp(f.min, f.max).affine(2 / (f.high - f.low), -2 * f.low / (f.high - f.low) - 1);
            case OfClip _ -> {
                Tensor min = x.times(-1).amaxKeepingAxes(1, 2).times(-1);
                Tensor range = x.amaxKeepingAxes(1, 2).minus(min).plus(EPS);
                yield x.minus(min).over(range);
            }
        };
        int own = x.shape().dim(1);
        int rows = wanted(own);
        return rows > own ? scaled.pad(1, 0, (long) rows - own, 0) : scaled.slice(1, 0, rows);
    }

    @Override
    public int sampleRate() {
        return decibels.sampleRate();
    }

    /** A whole number of hops, so that consecutive windows leave no gap. */
    @Override
    public int windowSamples() {
        return frames == 0 ? WHOLE_RECORDING : Math.multiplyExact(frames, frameShift());
    }

    @Override
    public int frameSamples() {
        return decibels.frameSamples();
    }

    @Override
    public int frameShift() {
        return decibels.frameShift();
    }

    @Override
    public MelBands bands() {
        return decibels.bands();
    }

    @Override
    public String describe() {
        return decibels.describe() + ", " + scaling.describe()
                + (frames > 0
                        ? ", " + frames + " frames (zeros at the end)"
                        : multiple > 1 ? ", zeros at the end up to a multiple of " + multiple + " frames" : "");
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> all = new LinkedHashMap<>(decibels.settings());
        all.put("scaling", scaling.describe());
        if (frames > 0) {
            all.put("frames", frames);
        }
        return all;
    }
}
