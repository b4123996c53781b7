package org.unmute.models.zoo;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.MelBands;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.SlidingWindow;
import org.unmute.tensor.op.UnfoldingOps.Im2Col;

/**
 * Mel-frequency cepstral coefficients of one second of sound, computed with the matrices in KWT's checkpoint.
 *
 * @param frames per window
 * @param window {@code [480]}
 * @param dftCos {@code [bins, 480]}
 * @param dftSin {@code [bins, 480]}
 * @param mel {@code [mel bins, bins]}
 * @param dct {@code [coefficients, mel bins]}
 */
record KwtFrontEnd(int frames, Tensor window, Tensor dftCos, Tensor dftSin, Tensor mel, Tensor dct)
        implements FrontEnd {
    static final int RATE = 16_000;
    private static final int FRAME = 480;
    private static final int HOP = 160;
    /** Number of frames in one second. */
    static final int MAX_FRAMES = (RATE - FRAME) / HOP + 1;

    private static final double LOG_FLOOR = 1e-12;

    static KwtFrontEnd read(CheckpointWeights w, int frames) {
        int bins = w.size("front_end.dft_cos", 2, 0);
        int melBins = w.size("front_end.mel", 2, 0);
        int coefficients = w.size("front_end.dct", 2, 0);
        return new KwtFrontEnd(
                frames,
                w.tensor("front_end.window", FRAME),
                w.tensor("front_end.dft_cos", bins, FRAME),
                w.tensor("front_end.dft_sin", bins, FRAME),
                w.tensor("front_end.mel", melBins, bins),
                w.tensor("front_end.dct", coefficients, melBins));
    }

    int coefficients() {
        return dct.shape().dim(0);
    }

    /** Number of samples that the frames cover; the rest of the second is not used. */
    private int covered() {
        return (frames - 1) * HOP + FRAME;
    }

    @Override
    public Spectrogram apply(float[] samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("kwt: the clip has no samples");
        }
        float[] padded = Arrays.copyOf(samples, covered());
        float[] framed = new float[frames * FRAME];
        for (int i = 0; i < frames; i++) {
            System.arraycopy(padded, i * HOP, framed, i * FRAME, FRAME);
        }
        try (TensorScope _ = new TensorScope()) {
            return Grad.withoutRecording(() -> new Spectrogram(
                    frames,
                    coefficients(),
                    mfcc(Tensor.of(framed, frames, FRAME)).toFloats()));
        }
    }

    /** {@inheritDoc} Everything from the framing on runs on the device. */
    @Override
    public Tensor onDevice(List<float[]> windows) {
        int own = Math.min(windows.getFirst().length, covered());
        return mfccOfSamples(Spectrogram.rows(
                windows.stream().map(w -> Arrays.copyOf(w, own)).toList()));
    }

    @Override
    public Optional<Tensor> ofSamples(Tensor samples) {
        return Optional.of(mfccOfSamples(samples.slice(1, 0, Math.min(samples.size(1), covered()))));
    }

    private Tensor mfccOfSamples(Tensor samples) {
        Tensor filled = samples.pad(1, 0, covered() - samples.size(1), 0);
        Tensor columns = Tensor.run(new Im2Col(filled.insert(1).insert(1), SlidingWindow.of(1, FRAME, 1, HOP)));
        return mfcc(columns.reshape(samples.size(0), FRAME, frames).transpose(1, 2));
    }

    /** Maps {@code [.., frames, 480]} to {@code [.., frames, coefficients]}. */
    private Tensor mfcc(Tensor framed) {
        Tensor x = framed.times(window);
        Tensor re = x.linear(dftCos, null);
        Tensor im = x.linear(dftSin, null);
        Tensor magnitude = re.times(re).plus(im.times(im)).sqrt();
        Tensor energies = magnitude
                .linear(mel, null)
                .clamp(LOG_FLOOR, Double.POSITIVE_INFINITY)
                .log();
        return energies.linear(dct, null);
    }

    @Override
    public int sampleRate() {
        return RATE;
    }

    @Override
    public int windowSamples() {
        return RATE;
    }

    @Override
    public int frameSamples() {
        return 1;
    }

    @Override
    public int frameShift() {
        return HOP;
    }

    @Override
    public @Nullable MelBands bands() {
        return null;
    }

    @Override
    public String describe() {
        return "frames of 480 samples, hop 160, Hann window, DFT magnitude, " + mel.size(0)
                + " mel bins, ln(max(1e-12, x)), " + coefficients() + " cepstral coefficients, " + covered()
                + " of 16000 samples, zeros at the end";
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", "mfcc");
        all.put("sampleRate", RATE);
        all.put("frames", frames);
        return all;
    }
}
