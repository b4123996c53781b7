package org.unmute.models.frontend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.audio.ClipTooShortException;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.op.ProductOps.EmbedPatches;
import org.unmute.tensor.op.SlidingWindow;

/**
 * The front end of M2D: the log mel spectrogram of nnAudio with librosa's bands. Frames of 25 ms every 10 ms, centred
 * on multiples of the hop, the recording mirrored at its ends; periodic Hann window; the power spectrum of a transform
 * as long as the frame, which is no power of two and is computed as a product with a matrix, as nnAudio does; Slaney's
 * bands of area 1; {@code ln(x + 2^-23)}, {@code (x - mean) / std}. It takes a recording in one piece. Computed in
 * float32: log energies of two such transforms differ by up to 2e-4 where it is quiet.
 */
public final class SlaneyFrontEnd implements FrontEnd {
    private static final double OFFSET = 0x1p-23;
    /** Frames that are transformed together. */
    private static final int TOGETHER = 1024;

    private final int sampleRate;
    private final int size;
    private final int hop;
    private final int bins;
    private final double low;
    private final double high;
    private final double mean;
    private final double std;
    private final int minFrames;
    /** {@code [2 · bins of the transform, size]}: the window times cosines, then times sines. */
    private final Tensor transform;
    /** {@code [mel, bins of the transform]} */
    private final Tensor mel;

    /**
     * @param sampleRate Hz; a multiple of 200
     * @param bins mel bands
     * @param low lower edge of the first band in Hz
     * @param mean of the log energies
     * @param std of the log energies, which are divided by this
     * @param minFrames min frames of the network's input
     */
    public SlaneyFrontEnd(int sampleRate, int bins, double low, double mean, double std, int minFrames) {
        if (sampleRate < 200 || sampleRate % 200 != 0 || bins < 1 || minFrames < 1 || !(std > 0)) {
            throw new IllegalArgumentException("front end: " + sampleRate + " Hz, " + bins + " bands, " + minFrames
                    + " frames, standard deviation " + std
                    + ": the rate must be a multiple of 200, all else positive");
        }
        this.sampleRate = sampleRate;
        this.size = sampleRate / 40;
        this.hop = sampleRate / 100;
        this.bins = bins;
        this.low = low;
        this.high = sampleRate / 2.0;
        this.mean = mean;
        this.std = std;
        this.minFrames = minFrames;
        int half = size / 2 + 1;
        double[] window = MelSpectrogram.periodicHann(size);
        float[] waves = new float[2 * half * size];
        for (int k = 0; k < half; k++) {
            for (int n = 0; n < size; n++) {
                double angle = 2 * Math.PI * (k * (long) n % size) / size;
                waves[k * size + n] = (float) (window[n] * Math.cos(angle));
                waves[(half + k) * size + n] = (float) (window[n] * Math.sin(angle));
            }
        }
        transform = Tensor.owning(waves, 2L * half, size).freeze();
        MelFilterBank bank = MelFilterBank.slaney(bins, size, sampleRate, low, high);
        float[] weights = new float[bins * half];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = bank.weight(i / half, i % half);
        }
        mel = Tensor.owning(weights, bins, half).freeze();
    }

    /** The mel bands' weights, {@code [bands, size / 2 + 1]}, row-major, as librosa gives them. */
    public float[] weights() {
        return mel.toFloats();
    }

    @Override
    public Spectrogram apply(float[] samples) {
        requireFrames(samples.length);
        int frames = 1 + samples.length / hop;
        float[] all = new float[Math.multiplyExact(frames, bins)];
        for (int at = 0; at < frames; at += TOGETHER) {
            int own = Math.min(TOGETHER, frames - at);
            float[] part = new float[(own - 1) * hop + size];
            for (int i = 0; i < part.length; i++) {
                part[i] = samples[mirrored((long) at * hop + i - size / 2, samples.length)];
            }
            int to = at * bins;
            try (TensorScope _ = new TensorScope()) {
                float[] x = Grad.withoutRecording(() -> normalized(Tensor.owning(part, 1, part.length)))
                        .toFloats();
                System.arraycopy(x, 0, all, to, x.length);
            }
        }
        return new Spectrogram(frames, bins, all);
    }

    /** {@inheritDoc} Everything, the mirroring included. */
    @Override
    public Tensor onDevice(List<float[]> windows) {
        return mirroredAndNormalized(Spectrogram.rows(windows));
    }

    @Override
    public Optional<Tensor> ofSamples(Tensor samples) {
        return Optional.of(mirroredAndNormalized(samples));
    }

    private Tensor mirroredAndNormalized(Tensor x) {
        int samples = x.shape().dim(1);
        requireFrames(samples);
        long pad = size / 2;
        Tensor before = x.slice(1, 1, pad).flip(1);
        Tensor after = x.slice(1, samples - 1 - pad, pad).flip(1);
        Tensor all = Tensor.concat(1, before, x, after);
        int frames = 1 + samples / hop;
        List<Tensor> parts = new ArrayList<>();
        for (int at = 0; at < frames; at += TOGETHER) {
            int own = Math.min(TOGETHER, frames - at);
            parts.add(normalized(all.slice(1, (long) at * hop, (own - 1L) * hop + size)));
        }
        return parts.size() == 1 ? parts.getFirst() : Tensor.concat(1, parts.toArray(Tensor[]::new));
    }

    private static int mirrored(long index, int length) {
        long inside = Math.abs(index);
        return (int) (inside < length ? inside : 2L * (length - 1) - inside);
    }

    /** {@code [clips, samples]} of frames that lie within them to {@code [clips, frames, bins]}. */
    private Tensor normalized(Tensor samples) {
        Tensor waves =
                Tensor.run(new EmbedPatches(samples.insert(1), transform, null, SlidingWindow.of(1, size, 1, hop)));
        long half = size / 2 + 1L;
        Tensor re = waves.slice(2, 0, half);
        Tensor im = waves.slice(2, half, half);
        return re.times(re)
                .plus(im.times(im))
                .linear(mel, null)
                .plus(OFFSET)
                .log()
                .affine(1 / std, -mean / std);
    }

    private void requireFrames(int samples) {
        if (samples < frameSamples()) {
            throw new ClipTooShortException("mel spectrogram", samples, frameSamples(), sampleRate);
        }
    }

    @Override
    public int sampleRate() {
        return sampleRate;
    }

    @Override
    public int windowSamples() {
        return WHOLE_RECORDING;
    }

    @Override
    public int frameSamples() {
        return Math.max(size / 2 + 1, (minFrames - 1) * hop);
    }

    @Override
    public int frameShift() {
        return hop;
    }

    @Override
    public MelBands bands() {
        return new MelBands(bins, low, high, MelScale.SLANEY);
    }

    @Override
    public String describe() {
        return "log mel spectrogram at " + sampleRate + " Hz, " + bins + " Slaney bins of area 1 from " + low + " to "
                + high + " Hz, periodic Hann window, frames of " + size + " samples every " + hop
                + ", mirrored at the ends, ln(x + 2^-23), (x - " + mean + ") / " + std;
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", "slaney-mel");
        all.put("sampleRate", sampleRate);
        all.put("melBins", bins);
        all.put("lowFreq", low);
        all.put("highFreq", high);
        all.put("mean", mean);
        all.put("std", std);
        return all;
    }
}
