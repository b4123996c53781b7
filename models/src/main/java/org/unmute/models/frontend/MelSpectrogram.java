package org.unmute.models.frontend;

import org.unmute.audio.ClipTooShortException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.FilterBank;

/**
 * The mel spectrogram of {@code torchaudio.transforms.MelSpectrogram} with HTK bands: frames centred on multiples of
 * the hop, the clip mirrored at its ends, periodic Hann window, power spectrum, mel bands. Each frame is computed in
 * float64. Thread-safe.
 */
public final class MelSpectrogram {
    private final MelOptions options;
    private final MelFilterBank mel;
    private final HostFilterBank host;

    /** Creates a spectrogram with these settings. */
    public MelSpectrogram(MelOptions options) {
        this.options = options;
        int n = options.fftSize();
        double[] window = centred(periodicHann(options.windowLength()), n);
        mel = MelFilterBank.htk(options.melBins(), n, options.sampleRate(), options.lowFreq(), options.highFreq());
        host = new HostFilterBank(
                mel.of(new FilterBank.Frames(n, options.hop(), n, false), 0, window, Double.NaN), mel);
    }

    /** {@code 0.5 - 0.5 cos(2 pi i / n)}. */
    static double[] periodicHann(int n) {
        double[] w = new double[n];
        for (int i = 0; i < n; i++) {
            w[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / n);
        }
        return w;
    }

    /**
     * Places a short window as torch.stft does: {@code (size - length) / 2} zeros before it, the other zeros after it.
     */
    private static double[] centred(double[] values, int size) {
        double[] frame = new double[size];
        System.arraycopy(values, 0, frame, (size - values.length) / 2, values.length);
        return frame;
    }

    /** The filter bank of a clip whose ends were mirrored, for {@link org.unmute.tensor.backend.Backend#filterBank}. */
    public FilterBank steps() {
        return host.steps();
    }

    /** The settings. */
    public MelOptions options() {
        return options;
    }

    /** The weights of the mel bands, {@code [fftSize / 2 + 1, melBins]}, row-major, as torchaudio stores them. */
    public float[] weights() {
        int bins = options.melBins();
        float[] all = new float[host.fft().bins() * bins];
        for (int k = 0; k < host.fft().bins(); k++) {
            for (int b = 0; b < bins; b++) {
                all[k * bins + b] = mel.weight(b, k);
            }
        }
        return all;
    }

    /** Number of frames of a clip: {@code 1 + floor(samples / hop)}. */
    public int frames(int samples) {
        return 1 + samples / options.hop();
    }

    /**
     * The mel energies of a clip.
     *
     * @param samples {@code [samples]} at the options' rate; not modified
     * @return {@code [frames, melBins]}, row-major (torchaudio's result, transposed)
     * @throws ClipTooShortException    if the clip is at most half a frame long and cannot be mirrored
     * @throws IllegalArgumentException if the result is too large for an array
     */
    public float[] compute(float[] samples) {
        int pad = options.fftSize() / 2;
        requireMirrored(samples.length, pad);
        float[] all = new float[Math.addExact(samples.length, 2 * pad)];
        for (int i = 0; i < all.length; i++) {
            all[i] = samples[mirrored((long) i - pad, samples.length)];
        }
        return host.compute("mel spectrogram", all);
    }

    /**
     * The mel energies of clips of the same length, on their backend: one filter bank over the clips with mirrored
     * ends.
     *
     * @param samples {@code [clips, samples]} at the options' rate
     * @return {@code [clips, frames, melBins]}; not differentiable
     * @throws ClipTooShortException if the clips are at most half a frame long
     */
    public Tensor compute(Tensor samples) {
        int pad = options.fftSize() / 2;
        int n = samples.shape().dim(1);
        requireMirrored(n, pad);
        Tensor before = samples.slice(1, 1, pad).flip(1);
        Tensor after = samples.slice(1, n - 1L - pad, pad).flip(1);
        Tensor all = Tensor.concat(1, before, samples, after);
        return Tensor.compute(
                all.backend(),
                all.dtype(),
                Shape.of(samples.size(0), frames(n), options.melBins()),
                out -> all.backend().filterBank(all.view(), host.steps(), out));
    }

    private void requireMirrored(int samples, int pad) {
        if (samples <= pad) {
            throw new ClipTooShortException("mel spectrogram", samples, pad + 1, options.sampleRate());
        }
    }

    /** Index of a sample mirrored at the ends, which are not repeated: ... 2 1 | 0 1 2 ... */
    private static int mirrored(long index, int length) {
        long inside = index < 0 ? -index : index;
        return (int) (inside < length ? inside : 2L * (length - 1) - inside);
    }
}
