package org.unmute.models.frontend;

import org.unmute.audio.ClipTooShortException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.op.FilterBank;

/**
 * Mel spectrograms of torchaudio and librosa: frames centred on multiples of the hop, Hann window, power spectrum, mel
 * bands. The defaults of the two differ in bands and ends. Each frame is computed in float64.
 * Thread-safe.
 */
public final class MelSpectrogram {
    /** The triangles of the bands. */
    public enum Bands {
        /** Equally spaced in HTK's mel, height 1: torchaudio's {@code mel_scale="htk", norm=None}. */
        HTK,
        /** Equally spaced in Slaney's mel, area 1: librosa's default. */
        SLANEY,
        /** Equally spaced in kaldi's mel, linear in mel, height 1. */
        KALDI
    }

    /** What lies beyond the ends of a clip, where frames reach half a frame into. */
    public enum Ends {
        /** The clip, mirrored: torchaudio's {@code pad_mode="reflect"}. */
        MIRRORED,
        /** Zeros: librosa's {@code pad_mode="constant"}, its default since 0.10. */
        ZEROS
    }

    private final MelOptions options;
    private final MelFilterBank mel;
    private final HostFilterBank host;
    private final Bands bands;
    private final Ends ends;

    /** {@code torchaudio.transforms.MelSpectrogram} with its defaults: HTK's bands, mirrored ends. */
    public MelSpectrogram(MelOptions options) {
        this(options, Bands.HTK, Ends.MIRRORED);
    }

    /** {@code librosa.feature.melspectrogram} with its defaults: Slaney's bands of area 1, zeros beyond the ends. */
    public static MelSpectrogram librosa(MelOptions options) {
        return new MelSpectrogram(options, Bands.SLANEY, Ends.ZEROS);
    }

    /** A spectrogram with these settings. */
    public MelSpectrogram(MelOptions options, Bands bands, Ends ends) {
        this(options, bands, ends, periodicHann(options.windowLength()));
    }

    /** The same with a symmetric window ({@link WindowFunction}) in place of the periodic Hann window. */
    public MelSpectrogram(MelOptions options, Bands bands, Ends ends, WindowFunction symmetric) {
        this(options, bands, ends, symmetric.values(options.windowLength()));
    }

    private MelSpectrogram(MelOptions options, Bands bands, Ends ends, double[] values) {
        this.options = options;
        this.bands = bands;
        this.ends = ends;
        int n = options.fftSize();
        double[] window = centred(values, n);
        int count = options.melBins();
        int rate = options.sampleRate();
        mel = switch (bands) {
            case HTK -> MelFilterBank.htk(count, n, rate, options.lowFreq(), options.highFreq());
            case SLANEY -> MelFilterBank.slaney(count, n, rate, options.lowFreq(), options.highFreq());
            case KALDI -> MelFilterBank.kaldi(count, n, rate, options.lowFreq(), options.highFreq());
        };
        host = new HostFilterBank(
                mel.of(new FilterBank.Frames(n, options.hop(), n, false), 0, window, Double.NaN), mel);
    }

    /** The triangles of the bands. */
    public Bands bands() {
        return bands;
    }

    /** What lies beyond the ends. */
    public Ends ends() {
        return ends;
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

    /** The filter bank of a continued clip, for {@link org.unmute.tensor.backend.Backend#filterBank}. */
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
     * @return {@code [frames, melBins]}, row-major (torchaudio's or librosa's result, transposed)
     * @throws ClipTooShortException    if the clip is empty, or at most half a frame long where it is mirrored
     * @throws IllegalArgumentException if the result is too large for an array
     */
    public float[] compute(float[] samples) {
        int pad = options.fftSize() / 2;
        requireLength(samples.length, pad);
        float[] all = new float[Math.addExact(samples.length, 2 * pad)];
        if (ends == Ends.ZEROS) {
            System.arraycopy(samples, 0, all, pad, samples.length);
        } else {
            for (int i = 0; i < all.length; i++) {
                all[i] = samples[mirrored((long) i - pad, samples.length)];
            }
        }
        return host.compute("mel spectrogram", all);
    }

    /**
     * The mel energies of clips of the same length, on their backend: one filter bank over the clips, continued
     * beyond their ends.
     *
     * @param samples {@code [clips, samples]} at the options' rate
     * @return {@code [clips, frames, melBins]}; not differentiable
     * @throws ClipTooShortException if the clips are empty, or at most half a frame long where they are mirrored
     */
    public Tensor compute(Tensor samples) {
        int pad = options.fftSize() / 2;
        int n = samples.shape().dim(1);
        requireLength(n, pad);
        Tensor all = ends == Ends.ZEROS
                ? samples.pad(1, pad, pad, 0)
                : Tensor.concat(
                        1,
                        samples.slice(1, 1, pad).flip(1),
                        samples,
                        samples.slice(1, n - 1L - pad, pad).flip(1));
        return Tensor.compute(
                all.backend(),
                all.dtype(),
                Shape.of(samples.size(0), frames(n), options.melBins()),
                out -> all.backend().filterBank(all.view(), host.steps(), out));
    }

    private void requireLength(int samples, int pad) {
        int least = ends == Ends.MIRRORED ? pad + 1 : 1;
        if (samples < least) {
            throw new ClipTooShortException("mel spectrogram", samples, least, options.sampleRate());
        }
    }

    /** Index of a sample mirrored at the ends, which are not repeated: ... 2 1 | 0 1 2 ... */
    private static int mirrored(long index, int length) {
        long inside = index < 0 ? -index : index;
        return (int) (inside < length ? inside : 2L * (length - 1) - inside);
    }
}
