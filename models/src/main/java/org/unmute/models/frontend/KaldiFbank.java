package org.unmute.models.frontend;

import org.unmute.audio.ClipTooShortException;
import org.unmute.tensor.op.FilterBank;

/**
 * Kaldi's log mel filter bank with the settings of {@code torchaudio.compliance.kaldi.fbank} that the encoders use: no
 * dither, whole frames only, mean of each frame removed, pre-emphasis, window, power spectrum, mel bands, natural
 * logarithm. Each frame is computed in float64. Removing the mean of the whole clip beforehand changes nothing, since
 * each frame's mean is removed anyway. Thread-safe.
 */
public final class KaldiFbank {
    /** Lower bound of an energy: the float32 epsilon. */
    private static final double FLOOR = 0x1p-23;

    private final FbankOptions options;
    private final MelFilterBank mel;
    private final HostFilterBank host;

    /** A filter bank with these settings. */
    public KaldiFbank(FbankOptions options) {
        this.options = options;
        mel = MelFilterBank.kaldi(
                options.melBins(), options.fftSize(), options.sampleRate(), options.lowFreq(), options.upperEdge());
        host = new HostFilterBank(
                mel.of(
                        new FilterBank.Frames(options.frameLength(), options.frameShift(), options.fftSize(), true),
                        options.preemphasis(),
                        options.window().values(options.frameLength()),
                        FLOOR),
                mel);
    }

    /** The same filter bank for {@link org.unmute.tensor.backend.Backend#filterBank}. */
    public FilterBank steps() {
        return host.steps();
    }

    /** The settings. */
    public FbankOptions options() {
        return options;
    }

    /** Number of frames of a clip: {@code 1 + floor((samples - length) / shift)}, or 0. */
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
        if (frames(samples.length) == 0) {
            throw new ClipTooShortException("fbank", samples.length, options.frameLength(), options.sampleRate());
        }
        return host.compute("fbank", samples);
    }

    MelFilterBank mel() {
        return mel;
    }

    HostFilterBank host() {
        return host;
    }
}
