package org.unmute.models.frontend;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.audio.ClipTooShortException;
import org.unmute.tensor.Tensor;

/**
 * A mel spectrogram in decibels (Dasheng). It takes a recording in one piece, since the lower bound depends on the
 * loudest value of the recording. Nothing is padded or normalized.
 *
 * @param mel the spectrogram
 * @param decibels conversion to decibels
 * @param minFrames minimum number of frames of the network input
 */
public record MelFrontEnd(MelSpectrogram mel, AmplitudeToDb decibels, int minFrames) implements FrontEnd {
    /** Checks the range. */
    public MelFrontEnd {
        if (minFrames < 1) {
            throw new IllegalArgumentException("front end: frames must be positive: " + minFrames);
        }
        if (mel.bands() != MelSpectrogram.Bands.HTK || mel.ends() != MelSpectrogram.Ends.MIRRORED) {
            throw new IllegalArgumentException("front end: encoders were trained on HTK bands and mirrored ends, not "
                    + mel.bands() + " and " + mel.ends());
        }
    }

    @Override
    public Spectrogram apply(float[] samples) {
        if (samples.length < frameSamples()) {
            throw new ClipTooShortException("mel spectrogram", samples.length, frameSamples(), sampleRate());
        }
        float[] values = mel.compute(samples);
        decibels.apply(values);
        int bins = mel.options().melBins();
        return new Spectrogram(values.length / bins, bins, values);
    }

    /** {@inheritDoc} Computes energies and decibels on the device. */
    @Override
    public Tensor onDevice(List<float[]> windows) {
        return decibels.apply(mel.compute(Spectrogram.rows(windows)));
    }

    @Override
    public int sampleRate() {
        return mel.options().sampleRate();
    }

    @Override
    public int windowSamples() {
        return WHOLE_RECORDING;
    }

    @Override
    public int frameSamples() {
        MelOptions o = mel.options();
        return Math.max(o.fftSize() / 2 + 1, (minFrames - 1) * o.hop());
    }

    @Override
    public int frameShift() {
        return mel.options().hop();
    }

    @Override
    public MelBands bands() {
        return new MelBands(
                mel.options().melBins(), mel.options().lowFreq(), mel.options().highFreq());
    }

    @Override
    public String describe() {
        MelOptions o = mel.options();
        return "mel spectrogram at " + o.sampleRate() + " Hz, " + o.melBins() + " HTK bins from " + o.lowFreq() + " to "
                + o.highFreq()
                + " Hz, periodic Hann window, frames of " + o.fftSize() + " samples every " + o.hop()
                + ", mirrored at the ends, in dB, at most "
                + decibels.topDb() + " dB below the recording's loudest value";
    }

    @Override
    public Map<String, Object> settings() {
        MelOptions o = mel.options();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", "mel-db");
        all.put("sampleRate", o.sampleRate());
        all.put("melBins", o.melBins());
        all.put("fftSize", o.fftSize());
        all.put("hop", o.hop());
        all.put("lowFreq", o.lowFreq());
        all.put("highFreq", o.highFreq());
        all.put("topDb", decibels.topDb());
        return all;
    }
}
