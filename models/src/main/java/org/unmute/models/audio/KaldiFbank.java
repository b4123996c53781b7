package org.unmute.models.audio;

import java.util.stream.IntStream;
import org.unmute.tensor.op.FilterBank;

/**
 * Kaldi's log mel filter bank with the settings of {@code torchaudio.compliance.kaldi.fbank} that the encoders use: no
 * dither, frames only where they fit whole, mean taken off each frame, pre-emphasis, window, power spectrum, mel bands,
 * natural logarithm. Computed in float64 within a frame. Since each frame loses its mean, taking the mean off the whole
 * clip before changes nothing. May be shared by threads.
 */
public final class KaldiFbank {
    /** Energies below this, float32's epsilon, count as this. */
    private static final double FLOOR = 0x1p-23;
    /** Frames that one thread computes at a time, some 0.3 ms of work. */
    private static final int TOGETHER = 64;

    private final FbankOptions options;
    private final double[] window;
    private final Fft fft;
    private final MelFilterBank mel;
    private final FilterBank steps;

    /** A filter bank with these settings. */
    public KaldiFbank(FbankOptions options) {
        this.options = options;
        window = options.window().values(options.frameLength());
        fft = new Fft(options.fftSize());
        mel = MelFilterBank.kaldi(options.melBins(), options.fftSize(), options.sampleRate(), options.lowFreq(),
                options.upperEdge());
        steps = mel.of(new FilterBank.Frames(options.frameLength(), options.frameShift(), options.fftSize(), true), options.preemphasis(),
                window, FLOOR);
    }

    /** The same as an operation of a backend, {@link org.unmute.tensor.backend.Backend#filterBank}. */
    public FilterBank steps() {
        return steps;
    }

    /** The settings. */
    public FbankOptions options() {
        return options;
    }

    /** How many frames a clip of so many samples gives: {@code 1 + floor((samples - length) / shift)}, or 0. */
    public int frames(int samples) {
        int length = options.frameLength();
        return samples < length ? 0 : 1 + (samples - length) / options.frameShift();
    }

    /**
     * The log mel energies of a clip.
     *
     * @param samples {@code [samples]} at the options' rate; not modified
     * @return {@code [frames, melBins]}, row-major
     * @throws ClipTooShortException    if the clip is shorter than one frame
     * @throws IllegalArgumentException if the result is too large for an array
     */
    public float[] compute(float[] samples) {
        int frames = frames(samples.length);
        if (frames == 0) {
            throw new ClipTooShortException("fbank", samples.length, options.frameLength(), options.sampleRate());
        }
        int bins = options.melBins();
        if ((long) frames * bins > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("fbank: " + frames + " frames of " + bins
                    + " bins are too many for one array: cut the clip");
        }
        float[] out = new float[frames * bins];
        IntStream.range(0, Math.ceilDiv(frames, TOGETHER)).parallel()
                .forEach(part -> compute(samples, part * TOGETHER, Math.min(frames, (part + 1) * TOGETHER), out));
        return out;
    }

    /** Frames {@code from} to {@code to}, each by itself. */
    private void compute(float[] samples, int from, int to, float[] out) {
        int bins = options.melBins();
        double[] frame = new double[fft.size()];
        double[] re = new double[fft.bins()];
        double[] im = new double[fft.bins()];
        for (int f = from; f < to; f++) {
            int start = f * options.frameShift();
            for (int i = 0; i < window.length; i++) {
                frame[i] = samples[start + i];
            }
            removeMean(frame);
            preemphasise(frame);
            applyWindow(frame);
            power(frame, re, im);
            for (int b = 0; b < bins; b++) {
                out[f * bins + b] = (float) Math.log(Math.max(mel.energy(b, re), FLOOR));
            }
        }
    }

    /** Takes the mean off the frame's samples; the zeros after them stay. Modified. */
    void removeMean(double[] frame) {
        double sum = 0;
        for (int i = 0; i < window.length; i++) {
            sum += frame[i];
        }
        double mean = sum / window.length;
        for (int i = 0; i < window.length; i++) {
            frame[i] -= mean;
        }
    }

    /** Takes a part of each sample's predecessor off, the first being its own predecessor. Modified. */
    void preemphasise(double[] frame) {
        double part = options.preemphasis();
        for (int i = window.length - 1; i > 0; i--) {
            frame[i] -= part * frame[i - 1];
        }
        frame[0] -= part * frame[0];
    }

    /** Multiplies with the window. Modified. */
    void applyWindow(double[] frame) {
        for (int i = 0; i < window.length; i++) {
            frame[i] *= window[i];
        }
    }

    /** The power spectrum of a frame, left in {@code power}; {@code work} is overwritten too. */
    void power(double[] frame, double[] power, double[] work) {
        fft.transform(frame, power, work);
        for (int k = 0; k < fft.bins(); k++) {
            power[k] = power[k] * power[k] + work[k] * work[k];
        }
    }

    MelFilterBank mel() {
        return mel;
    }

    Fft fft() {
        return fft;
    }
}
