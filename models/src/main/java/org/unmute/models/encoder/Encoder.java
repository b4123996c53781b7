package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * A frozen audio encoder: waveform in, {@link TokenMap} out. Thread-safe: one loaded encoder serves many threads.
 *
 * <p>An implementation is three steps, {@link #spectrogram}, {@link #forward} and {@link #classify}; everything else
 * follows from them.
 */
public interface Encoder {
    /** What this encoder is. */
    EncoderSpec describe();

    /**
     * The front end: one window of samples to what enters the network.
     *
     * @param samples mono, [-1, 1], at the encoder's rate, at most one window
     * @return {@code [frames, bins]}
     * @throws IllegalArgumentException if there are fewer samples than one frame
     */
    Spectrogram spectrogram(float[] samples);

    /**
     * The network.
     *
     * @param input {@code [batch, frames, bins]}, as {@link #spectrogram} made them
     * @param trace told every intermediate tensor by name ({@code patch_embed}, {@code block.0}, …)
     * @return {@code [batch, cls + tokens, dim]}; the cls token, where there is one, first
     */
    Tensor forward(Tensor input, BiConsumer<String, Tensor> trace);

    /**
     * Logits of the encoder's own head.
     *
     * @param tokens as {@link #forward} gave them
     * @return {@code [batch, classes]}
     * @throws UnsupportedOperationException if the checkpoint has no head
     */
    Tensor classify(Tensor tokens);

    /**
     * The token map of a recording of any length. Longer ones are cut into consecutive windows whose maps are joined in
     * time. What is left for the last window is padded as the authors pad a short clip, and contributes the full grid of a
     * window: tokens of its end stand for padding, not for sound. A remainder of less than a hundredth of a window or less
     * than a frame is left out. The cls token is the mean over the windows, which all weigh the same.
     *
     * @param samples mono, [-1, 1], at {@link EncoderSpec#sampleRate()}
     * @throws IllegalArgumentException if there are fewer samples than one frame
     */
    default TokenMap encode(float[] samples) {
        return encode(List.of(samples)).getFirst();
    }

    /** {@link #encode(float[])} for several recordings at once, which is faster for small encoders; the same numbers. */
    default List<TokenMap> encode(List<float[]> recordings) {
        EncoderSpec spec = describe();
        List<float[]> windows = new ArrayList<>();
        int[] counts = new int[recordings.size()];
        for (int i = 0; i < counts.length; i++) {
            List<float[]> own = Windows.cut(recordings.get(i), spec.windowSamples(), spec.frameSamples());
            counts[i] = own.size();
            windows.addAll(own);
        }
        List<TokenMap> all = new ArrayList<>();
        int group = Windows.atOnce(spec);
        for (int at = 0; at < windows.size(); at += group) {
            all.addAll(encodeWindows(windows.subList(at, Math.min(windows.size(), at + group))));
        }
        List<TokenMap> maps = new ArrayList<>();
        int window = 0;
        for (int count : counts) {
            maps.add(TokenMap.join(all.subList(window, window + count)));
            window += count;
        }
        return maps;
    }

    private List<TokenMap> encodeWindows(List<float[]> windows) {
        EncoderSpec spec = describe();
        try (TensorScope _ = new TensorScope()) {
            Tensor y = Grad.withoutRecording(() -> forward(input(windows), (name, tensor) -> {}));
            int tokens = y.shape().dim(1);
            float[] out = y.toFloats();
            List<TokenMap> maps = new ArrayList<>();
            for (int w = 0; w < windows.size(); w++) {
                maps.add(map(spec, out, w * tokens * spec.dim(), tokens));
            }
            return maps;
        }
    }

    /** What enters the network for some windows: {@code [windows, frames, bins]}. */
    private Tensor input(List<float[]> windows) {
        List<Spectrogram> inputs = windows.stream().parallel().map(this::spectrogram).toList();
        int frames = inputs.getFirst().frames();
        int bins = inputs.getFirst().bins();
        float[] all = new float[Math.multiplyExact(windows.size(), frames * bins)];
        for (int i = 0; i < inputs.size(); i++) {
            System.arraycopy(inputs.get(i).values(), 0, all, i * frames * bins, frames * bins);
        }
        return Tensor.of(all, windows.size(), frames, bins);
    }

    private static TokenMap map(EncoderSpec spec, float[] all, int at, int tokens) {
        int skip = spec.hasCls() ? 1 : 0;
        int dim = spec.dim();
        float[] cls = spec.hasCls() ? Arrays.copyOfRange(all, at, at + dim) : null;
        float[] own = Arrays.copyOfRange(all, at + skip * dim, at + tokens * dim);
        return new TokenMap((tokens - skip) / spec.freq(), spec.freq(), dim, own, cls);
    }

    /** Logits of the encoder's own head, averaged over windows of equal weight, one for each of {@link EncoderSpec#classes()}. */
    default float[] scores(float[] samples) {
        List<float[]> windows = Windows.cut(samples, describe().windowSamples(), describe().frameSamples());
        double[] sum = new double[describe().classes().size()];
        for (float[] window : windows) {
            try (TensorScope _ = new TensorScope()) {
                float[] logits = Grad.withoutRecording(
                        () -> classify(forward(input(List.of(window)), (name, tensor) -> {}))).toFloats();
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += logits[i];
                }
            }
        }
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / windows.size());
        }
        return mean;
    }
}
