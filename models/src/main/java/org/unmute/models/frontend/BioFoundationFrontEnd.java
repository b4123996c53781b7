package org.unmute.models.frontend;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;

/**
 * The second public preprocessing recipe for EAT and Audio-MAE, which the BioFoundation code
 * (DBD-research-group/BioFoundation, {@code audiomae.py} and the EAT wrapper, class {@code KaldiLikeMelSpec}) uses in
 * place of Kaldi's filter bank. The mean of the clip is removed and pre-emphasis 0.97 is applied to the whole clip (the
 * first sample is unchanged). Then follow centred frames of 512 samples every 160 samples with a periodic Hann window
 * of 400, HTK bands from 20 to 8000 Hz, {@code ln(x + 1e-6)}, zero padding at the end, and {@code (x - mean) / (2
 * std)}.
 *
 * <p>The original fails on clips with more frames than a window (an unbound variable); this class uses the first
 * frames.
 */
public final class BioFoundationFrontEnd implements FrontEnd {
    /** Value of {@code kind} in {@link #settings}. */
    public static final String KIND = "biofoundation-mel";

    private static final int FFT = 512;
    private static final int WINDOW = 400;
    private static final int HOP = 160;
    private static final double LOW = 20;
    private static final double HIGH = 8000;
    private static final float PREEMPHASIS = 0.97f;
    private static final double OFFSET = 1e-6;

    private final MelSpectrogram spectrogram;
    private final int frames;
    private final double mean;
    private final double std;

    /**
     * @param sampleRate Hz; 16 kHz or more
     * @param melBins number of mel bands
     * @param frames per window
     * @param mean of the log energies
     * @param std of the log energies
     */
    public BioFoundationFrontEnd(int sampleRate, int melBins, int frames, double mean, double std) {
        if (frames < 1 || !(std > 0)) {
            throw new IllegalArgumentException(
                    "front end: frames must be positive and std above 0: " + frames + ", " + std);
        }
        this.spectrogram = new MelSpectrogram(new MelOptions(sampleRate, FFT, WINDOW, HOP, melBins, LOW, HIGH));
        this.frames = frames;
        this.mean = mean;
        this.std = std;
    }

    @Override
    public Spectrogram apply(float[] samples) {
        float[] centred = centred(samples);
        float[] ready = centred.clone();
        for (int i = 1; i < ready.length; i++) {
            ready[i] = centred[i] - PREEMPHASIS * centred[i - 1];
        }
        float[] energies = spectrogram.compute(ready);
        int mel = spectrogram.options().melBins();
        int own = Math.min(frames * mel, energies.length);
        float[] x = Arrays.copyOf(energies, frames * mel);
        for (int i = 0; i < x.length; i++) {
            // The original pads after the logarithm, so a padded cell has log energy 0.
            double log = i < own ? Math.log(x[i] + OFFSET) : 0;
            x[i] = (float) ((log - mean) / (2 * std));
        }
        return new Spectrogram(frames, mel, x);
    }

    /** The samples of one window with the mean subtracted. */
    private float[] centred(float[] samples) {
        float[] centred = Arrays.copyOf(samples, Math.min(samples.length, windowSamples()));
        float offset = FbankFrontEnd.mean(centred);
        for (int i = 0; i < centred.length; i++) {
            centred[i] -= offset;
        }
        return centred;
    }

    /** {@inheritDoc} The mean is subtracted on the processor, everything else is computed on the device. */
    @Override
    public Tensor onDevice(List<float[]> windows) {
        Tensor x = Spectrogram.rows(windows.stream().map(this::centred).toList());
        long rest = x.size(1) - 1;
        Tensor ready = Tensor.concat(
                1,
                x.slice(1, 0, 1),
                x.slice(1, 1, rest).minus(x.slice(1, 0, rest).times(PREEMPHASIS)));
        Tensor logarithms = spectrogram.compute(ready).plus(OFFSET).log();
        long own = Math.min(frames, logarithms.size(1));
        return logarithms.slice(1, 0, own).pad(1, 0, frames - own, 0).affine(1 / (2 * std), -mean / (2 * std));
    }

    @Override
    public int sampleRate() {
        return spectrogram.options().sampleRate();
    }

    /** A whole number of hops, so that consecutive windows leave no gap; the last centred frame is dropped. */
    @Override
    public int windowSamples() {
        return Math.multiplyExact(frames, HOP);
    }

    /** The number of samples needed for mirroring at the ends. */
    @Override
    public int frameSamples() {
        return FFT / 2 + 1;
    }

    @Override
    public int frameShift() {
        return HOP;
    }

    @Override
    public MelBands bands() {
        return new MelBands(spectrogram.options().melBins(), LOW, HIGH);
    }

    @Override
    public String describe() {
        MelOptions o = spectrogram.options();
        return "BioFoundation's mel spectrogram at " + o.sampleRate() + " Hz, " + o.melBins() + " HTK bins from " + LOW
                + " to " + HIGH
                + " Hz, centred frames of " + FFT + " samples every " + HOP + ", periodic Hann window of " + WINDOW
                + ", mean of the clip removed, pre-emphasis " + PREEMPHASIS + " over the clip, ln(x + " + OFFSET + "), "
                + frames
                + " frames (zeros at the end), (x - " + mean + ") / (2 * " + std + ")";
    }

    @Override
    public Map<String, Object> settings() {
        MelOptions o = spectrogram.options();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", KIND);
        all.put("sampleRate", o.sampleRate());
        all.put("melBins", o.melBins());
        all.put("window", "periodic hann");
        all.put("waveform", "centred");
        all.put("frames", frames);
        all.put("padding", "zeros");
        all.put("mean", mean);
        all.put("std", std);
        return all;
    }
}
