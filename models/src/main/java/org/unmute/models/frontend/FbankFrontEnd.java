package org.unmute.models.frontend;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.audio.ClipTooShortException;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.op.ElementwiseOps;

/**
 * The front end that most encoders share: kaldi fbank, then {@code (x - mean) / (2 std)}. Encoders differ in what is
 * done to the waveform first, in the padding of short clips, and in the numbers.
 *
 * @param fbank the filter bank
 * @param frames frames of a padded window; max frames where nothing is padded
 * @param mean of the log energies in the pre-training data
 * @param std of the log energies in the pre-training data
 * @param waveform what is done to the samples first
 * @param padding how a clip shorter than a window is filled up
 * @param minFrames frames that the network needs; shorter clips are refused
 * @param maxSamples of a window whose last frames are always padding (Bird-MAE); 0: as many as the frames hold
 */
public record FbankFrontEnd(
        KaldiFbank fbank,
        int frames,
        double mean,
        double std,
        Waveform waveform,
        Padding padding,
        int minFrames,
        int maxSamples)
        implements FrontEnd {
    /** What is done to the samples before the filter bank. */
    public enum Waveform {
        /** The mean is removed (EAT, SSLAM, Audio-MAE, AST, ASiT, Bird-MAE). */
        CENTRED,
        /** Multiplied by 2^15, the mean stays (BEATs). */
        INT16_SCALE,
        /** Nothing (MAE-AST). */
        AS_IS
    }

    /** How a clip shorter than the window is treated. */
    public enum Padding {
        /** Zeros at the end before normalizing: a padded cell becomes {@code -mean / (2 std)}, not 0. */
        ZEROS,
        /** The clip's smallest log energy at the end, before normalizing (Bird-MAE). */
        MINIMUM,
        /** Nothing is added (BEATs, MAE-AST). */
        NONE
    }

    private static final float INT16 = 32_768;

    /** Checks the ranges. */
    public FbankFrontEnd {
        if (frames < 1 || minFrames < 1 || maxSamples < 0 || !(std > 0)) {
            throw new IllegalArgumentException(
                    "front end: frames must be positive and std above 0: " + frames + ", " + std);
        }
    }

    /** Windows that fill all frames. */
    public FbankFrontEnd(
            KaldiFbank fbank, int frames, double mean, double std, Waveform waveform, Padding padding, int minFrames) {
        this(fbank, frames, mean, std, waveform, padding, minFrames, 0);
    }

    /** Mean removed and zeros at the end: EAT, SSLAM, Audio-MAE, AST, ASiT and the embedded encoder. */
    public FbankFrontEnd(KaldiFbank fbank, int frames, double mean, double std) {
        this(fbank, frames, mean, std, Waveform.CENTRED, Padding.ZEROS, 1);
    }

    /** The same with another padding. */
    public FbankFrontEnd padded(Padding other) {
        return new FbankFrontEnd(fbank, frames, mean, std, waveform, other, minFrames, maxSamples);
    }

    /** The same with windows of at most so many samples; the frames after them are padding. */
    public FbankFrontEnd limited(int samples) {
        return new FbankFrontEnd(fbank, frames, mean, std, waveform, padding, minFrames, samples);
    }

    @Override
    public int sampleRate() {
        return fbank.options().sampleRate();
    }

    @Override
    public int windowSamples() {
        return isLimited() ? maxSamples : allSamples();
    }

    /** Samples of all frames. */
    private int allSamples() {
        return (frames - 1) * frameShift() + fbank.options().frameLength();
    }

    /** Whether a full window leaves frames to the padding. */
    private boolean isLimited() {
        return maxSamples > 0 && maxSamples < allSamples();
    }

    @Override
    public int frameSamples() {
        return fbank.options().frameLength() + (minFrames - 1) * frameShift();
    }

    @Override
    public int frameShift() {
        return fbank.options().frameShift();
    }

    /** Log mel energies before padding and normalization: {@code [frames, mel]}. */
    public float[] raw(float[] samples) {
        return fbank.compute(ready(samples));
    }

    static float mean(float[] samples) {
        double sum = 0;
        for (float s : samples) {
            sum += s;
        }
        return (float) (sum / samples.length);
    }

    /** The samples as they enter the filter bank. */
    private float[] ready(float[] samples) {
        float offset = waveform == Waveform.CENTRED ? mean(samples) : 0;
        float scale = waveform == Waveform.INT16_SCALE ? INT16 : 1;
        float[] ready = new float[samples.length];
        for (int i = 0; i < samples.length; i++) {
            ready[i] = (samples[i] - offset) * scale;
        }
        return ready;
    }

    /** {@inheritDoc} Energies, padding and normalization. */
    @Override
    public Tensor onDevice(List<float[]> windows) {
        Backend backend = Backends.current();
        int rows = Math.min(frames, fbank.frames(windows.getFirst().length));
        Tensor samples = Spectrogram.rows(windows.stream().map(this::ready).toList());
        int mel = fbank.options().melBins();
        Tensor x = Tensor.compute(
                backend,
                DType.F32,
                Shape.of(windows.size(), rows, mel),
                out -> backend.filterBank(samples.view(), fbank.steps(), out));
        if (rows < frames && padding == Padding.ZEROS) {
            x = x.pad(1, 0, frames - rows, 0);
        } else if (rows < frames && padding == Padding.MINIMUM) {
            Tensor min = x.times(-1).amaxKeepingAxes(1, 2).times(-1);
            x = Tensor.concat(1, x, min.expand(windows.size(), frames - rows, mel));
        }
        return Tensor.run(new ElementwiseOps.Affine(x, 1 / (2 * std), -mean / (2 * std)));
    }

    @Override
    public Spectrogram apply(float[] samples) {
        if (samples.length < frameSamples()) {
            throw new ClipTooShortException("fbank", samples.length, frameSamples(), sampleRate());
        }
        int mel = fbank.options().melBins();
        float[] raw = raw(samples);
        int own = Math.min(frames, raw.length / mel);
        int rows = padding == Padding.NONE ? own : frames;
        float[] x = Arrays.copyOf(raw, rows * mel);
        if (padding == Padding.MINIMUM) {
            float min = Float.POSITIVE_INFINITY;
            for (int i = 0; i < own * mel; i++) {
                min = Math.min(min, x[i]);
            }
            Arrays.fill(x, own * mel, x.length, min);
        }
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) ((x[i] - mean) / (2 * std));
        }
        return new Spectrogram(rows, mel, x);
    }

    @Override
    public MelBands bands() {
        return new MelBands(
                fbank.options().melBins(),
                fbank.options().lowFreq(),
                fbank.options().upperEdge());
    }

    @Override
    public String describe() {
        FbankOptions o = fbank.options();
        return "kaldi fbank at " + o.sampleRate() + " Hz, " + o.melBins() + " bins from " + o.lowFreq() + " to "
                + o.upperEdge()
                + " Hz, " + o.window().name().toLowerCase(Locale.ROOT) + " window, " + o.frameLengthMs() + " ms every "
                + o.frameShiftMs() + " ms, pre-emphasis " + o.preemphasis() + ", "
                + switch (waveform) {
                    case CENTRED -> "mean of the waveform removed";
                    case INT16_SCALE -> "waveform times 2^15";
                    case AS_IS -> "waveform as it is";
                }
                + ", "
                + switch (padding) {
                    case ZEROS -> frames + " frames (zeros at the end)";
                    case MINIMUM -> frames + " frames (the clip's minimum at the end)";
                    case NONE -> "at most " + frames + " frames (no padding)";
                }
                + (isLimited() ? ", windows of " + (double) maxSamples / o.sampleRate() + " s" : "")
                + ", (x - " + mean + ") / (2 * " + std + ")";
    }

    @Override
    public Map<String, Object> settings() {
        FbankOptions o = fbank.options();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", "kaldi-fbank");
        all.put("sampleRate", o.sampleRate());
        all.put("melBins", o.melBins());
        all.put("window", o.window().name().toLowerCase(Locale.ROOT));
        all.put("waveform", waveform.name().toLowerCase(Locale.ROOT));
        all.put("frames", frames);
        all.put("padding", padding.name().toLowerCase(Locale.ROOT));
        all.put("mean", mean);
        all.put("std", std);
        if (isLimited()) {
            all.put("windowSamples", maxSamples);
        }
        return all;
    }
}
