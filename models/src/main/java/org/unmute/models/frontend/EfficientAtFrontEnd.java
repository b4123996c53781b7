package org.unmute.models.frontend;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.audio.ClipTooShortException;
import org.unmute.tensor.Tensor;

/**
 * The front end of EfficientAT ({@code AugmentMelSTFT} of {@code models/preprocess.py}, without its augmentation):
 * pre-emphasis of the whole waveform, which leaves out its first sample; frames of 1,024 samples every 10 ms, centred
 * on multiples of the hop and mirrored at the ends, with a symmetric Hann window of 25 ms; the power spectrum; kaldi's
 * mel bands from 0 to 15 kHz; {@code ln(x + 1e-5)} and {@code (x - mean) / (2 std)}. Nothing is padded.
 *
 * @param mel the spectrogram
 * @param frames of a window
 * @param mean of the logarithms, -4.5
 * @param std of the logarithms, which are divided by twice this, 2.5
 */
public record EfficientAtFrontEnd(MelSpectrogram mel, int frames, double mean, double std) implements FrontEnd {
    /** Hz. */
    public static final int RATE = 32_000;
    /** Mel bands. */
    public static final int BANDS = 128;
    /** Samples from one frame to the next. */
    public static final int HOP = 320;

    private static final int FRAME = 1024;
    private static final int WINDOW = 800;
    private static final double HIGH = 15_000;
    /** The part of the sample before that is subtracted from each sample. */
    public static final double PRE_EMPHASIS = 0.97;
    /** Added to an energy before its logarithm. */
    public static final double OFFSET = 1e-5;

    /** The authors' spectrogram with windows of this many frames. */
    public EfficientAtFrontEnd(int frames, double mean, double std) {
        this(
                new MelSpectrogram(
                        new MelOptions(RATE, FRAME, WINDOW, HOP, BANDS, 0, HIGH),
                        MelSpectrogram.Bands.KALDI,
                        MelSpectrogram.Ends.MIRRORED,
                        WindowFunction.HANNING),
                frames,
                mean,
                std);
    }

    @Override
    public Spectrogram apply(float[] samples) {
        float[] x = mel.compute(emphasised(samples));
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) ((Math.log(x[i] + OFFSET) - mean) / (2 * std));
        }
        return new Spectrogram(x.length / BANDS, BANDS, x);
    }

    /** {@inheritDoc} Everything after the pre-emphasis. */
    @Override
    public Tensor onDevice(List<float[]> windows) {
        Tensor samples = Spectrogram.rows(windows.stream().map(this::emphasised).toList());
        return mel.compute(samples).plus(OFFSET).log().affine(1 / (2 * std), -mean / (2 * std));
    }

    private float[] emphasised(float[] samples) {
        if (samples.length < frameSamples()) {
            throw new ClipTooShortException("mel spectrogram", samples.length, frameSamples(), RATE);
        }
        float[] x = Arrays.copyOfRange(samples, 1, Math.min(samples.length, windowSamples()));
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (x[i] - PRE_EMPHASIS * samples[i]);
        }
        return x;
    }

    @Override
    public int sampleRate() {
        return RATE;
    }

    /** {@inheritDoc} One sample is lost to the pre-emphasis, so that there are as many frames as hops. */
    @Override
    public int windowSamples() {
        return Math.multiplyExact(frames, HOP);
    }

    /** {@inheritDoc} Half a frame, which is mirrored, and two samples. */
    @Override
    public int frameSamples() {
        return FRAME / 2 + 2;
    }

    @Override
    public int frameShift() {
        return HOP;
    }

    @Override
    public MelBands bands() {
        return new MelBands(BANDS, 0, HIGH);
    }

    @Override
    public String describe() {
        return "log mel spectrogram at " + RATE + " Hz, " + BANDS + " kaldi bins from 0 to " + HIGH
                + " Hz, pre-emphasis " + PRE_EMPHASIS + ", symmetric Hann window of " + WINDOW
                + " samples, frames of " + FRAME + " samples every " + HOP
                + ", mirrored at the ends, ln(x + 1e-5), (x - " + mean + ") / (2 * " + std + "), windows of " + frames
                + " frames (no padding)";
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", "efficientat-mel");
        all.put("sampleRate", RATE);
        all.put("melBins", BANDS);
        all.put("frames", frames);
        all.put("mean", mean);
        all.put("std", std);
        return all;
    }
}
