package org.unmute.models.encoder;

import java.util.Arrays;
import java.util.Locale;
import org.unmute.models.audio.FbankOptions;
import org.unmute.models.audio.KaldiFbank;

/**
 * The front end that EAT, SSLAM, Audio-MAE, AST and our small encoder share (specs of the original preprocessing): remove
 * the waveform's mean, kaldi fbank, pad with zeros at the end or cut to a fixed number of frames, then
 * {@code (x - mean) / (2 std)}. A padded cell becomes {@code -mean / (2 std)}, not 0.
 *
 * @param fbank the filter bank
 * @param frames frames of a window after padding
 * @param mean of the log energies in the pre-training data
 * @param std of the log energies in the pre-training data
 */
public record FbankFrontEnd(KaldiFbank fbank, int frames, double mean, double std) {
    /** Checks the ranges. */
    public FbankFrontEnd {
        if (frames < 1 || !(std > 0)) {
            throw new IllegalArgumentException("front end: frames must be positive and std above 0: " + frames + ", " + std);
        }
    }

    /** Samples that fill the window exactly. */
    public int windowSamples() {
        return (frames - 1) * fbank.options().frameShift() + fbank.options().frameLength();
    }

    /** Log mel energies before padding and normalisation: {@code [frames, mel]}. */
    public float[] raw(float[] samples) {
        double sum = 0;
        for (float s : samples) {
            sum += s;
        }
        float mean = (float) (sum / samples.length);
        float[] centred = new float[samples.length];
        for (int i = 0; i < samples.length; i++) {
            centred[i] = samples[i] - mean;
        }
        return fbank.compute(centred);
    }

    /** What enters the network: {@code [frames, mel]}. */
    public Spectrogram apply(float[] samples) {
        float[] x = Arrays.copyOf(raw(samples), frames * fbank.options().melBins());
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) ((x[i] - mean) / (2 * std));
        }
        return new Spectrogram(frames, fbank.options().melBins(), x);
    }

    /** Every setting in words, as part of the cache key. */
    public String describe() {
        FbankOptions o = fbank.options();
        return "kaldi fbank at " + o.sampleRate() + " Hz, " + o.melBins() + " bins from " + o.lowFreq() + " to " + o.upperEdge()
                + " Hz, " + o.window().name().toLowerCase(Locale.ROOT) + " window, " + o.frameLengthMs() + " ms every "
                + o.frameShiftMs() + " ms, pre-emphasis " + o.preemphasis() + ", mean of the waveform removed, " + frames + " frames (zeros at the end), (x - " + mean
                + ") / (2 * " + std + ")";
    }
}
