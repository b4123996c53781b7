package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.List;
import org.unmute.models.audio.Recording;
import org.unmute.models.audio.Resampler;
import org.unmute.models.vit.Trace;
import org.unmute.models.vit.WarmUp;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backends;

/**
 * A frozen audio encoder: waveform in, {@link TokenMap} out. Thread-safe: one loaded encoder serves many threads.
 *
 * <p>An implementation is three steps, {@link #spectrogram}, {@link #forward} and {@link #classify}; everything else
 * follows from them. What a clip becomes does not depend on the clips beside it, to the last bit.
 *
 * <p>An encoder holds arrays on the heap and nothing else: no file, no thread, no memory outside the heap. There is
 * nothing to close; the garbage collector takes it. Threads belong to the backend, see {@link
 * org.unmute.tensor.backend.Backends#close()}.
 */
public interface Encoder {
    /** What this encoder is. */
    EncoderSpec describe();

    /**
     * The front end: one window of samples to what enters the network.
     *
     * @param samples mono, [-1, 1], at the encoder's rate; what is beyond one window is cut off
     * @return {@code [frames, bins]}
     * @throws IllegalArgumentException if there are fewer samples than one frame
     */
    Spectrogram spectrogram(float[] samples);

    /**
     * {@link #spectrogram} for several windows of one length, on the current backend; a device makes them itself where
     * it can.
     *
     * @return {@code [windows, frames, bins]}, for {@link #forward}
     */
    default Tensor inputs(List<float[]> windows) {
        return WindowReader.batch(
                windows.stream().parallel().map(this::spectrogram).toList());
    }

    /**
     * The network.
     *
     * @param input {@code [batch, frames, bins]}, as {@link #spectrogram} made them
     * @param trace told every intermediate tensor by name ({@code patch_embed}, {@code block.0}, …)
     * @return {@code [batch, extra + tokens, dim]}; the class token, where there is one, first
     */
    Tensor forward(Tensor input, Trace trace);

    /**
     * Logits of the encoder's own head.
     *
     * @param tokens as {@link #forward} gave them
     * @return {@code [batch, classes]}
     * @throws UnsupportedOperationException if the checkpoint has no head
     */
    Tensor classify(Tensor tokens);

    /**
     * A recording as this encoder takes it: at its rate, converted with torchaudio's filter ({@link
     * Resampler.Kernel#HANN}), which is also what {@code unmute embed} uses unless told otherwise.
     *
     * @return samples for {@link #encode(float[])} and {@link #features}; the recording's own array if it has that rate
     *     already
     */
    default float[] samples(Recording recording) {
        return recording
                .resampled(describe().sampleRate(), Resampler.Kernel.HANN)
                .samples();
    }

    /**
     * The token map of a recording at any rate: {@link #samples} and {@link #encode(float[])}.
     *
     * @throws IllegalArgumentException if it is shorter than one frame, or a sample is NaN or infinite
     */
    default TokenMap encode(Recording recording) {
        return encode(samples(recording));
    }

    /**
     * The token map of a recording of any length. Longer ones are cut into windows whose maps are joined in time; where
     * windows overlap, a token is the mean of theirs. What is left for the last window is treated as the authors treat
     * a short clip: where they pad, it contributes the full grid of a window, and tokens of its end stand for padding,
     * not for sound. A remainder of less than a hundredth of a window or less than a frame is left out. The cls token
     * is the mean over the windows, which all weigh the same.
     *
     * @param samples mono, [-1, 1], at {@link EncoderSpec#sampleRate()}
     * @throws IllegalArgumentException if there are fewer samples than one frame, or one is NaN or infinite
     */
    default TokenMap encode(float[] samples) {
        return encode(List.of(samples)).getFirst();
    }

    /**
     * {@link #encode(float[])} for several recordings at once, which is faster for small encoders; the same numbers.
     */
    default List<TokenMap> encode(List<float[]> recordings) {
        return features(recordings, Features.Wanted.TOKENS).stream()
                .map(Features::tokens)
                .toList();
    }

    /** {@link #features(List, Features.Wanted)} for one recording. */
    default Features features(float[] samples, Features.Wanted wanted) {
        return features(List.of(samples), wanted).getFirst();
    }

    /**
     * Token maps with tokens of chosen layers and the class token's attention.
     *
     * @throws IllegalArgumentException if a recording has fewer samples than one frame, or one that is NaN or infinite,
     *     or there is no such layer
     * @throws UnsupportedOperationException if attention is wanted and there is no class token
     */
    default List<Features> features(List<float[]> recordings, Features.Wanted wanted) {
        EncoderSpec spec = describe();
        WindowReader.check(spec, wanted);
        List<float[]> windows = new ArrayList<>();
        int[] counts = new int[recordings.size()];
        for (int i = 0; i < counts.length; i++) {
            List<float[]> own = Windows.cut(recordings.get(i), spec.input());
            counts[i] = own.size();
            windows.addAll(own);
        }
        List<Features> all = new ArrayList<>();
        List<Spectrogram> group = new ArrayList<>();
        int most = Windows.atOnce(spec);
        for (int at = 0; at < windows.size() && Backends.current().isDevice(); at += most) {
            all.addAll(
                    WindowReader.readOnDevice(this, windows.subList(at, Math.min(windows.size(), at + most)), wanted));
        }
        for (int at = 0; at < windows.size() && !Backends.current().isDevice(); at += most) {
            List<Spectrogram> inputs = windows.subList(at, Math.min(windows.size(), at + most)).stream()
                    .parallel()
                    .map(this::spectrogram)
                    .toList();
            WarmUp.await();
            for (Spectrogram input : inputs) {
                // Only inputs of one length can share a batch.
                if (!group.isEmpty() && group.getFirst().frames() != input.frames()) {
                    all.addAll(WindowReader.read(this, group, wanted));
                    group.clear();
                }
                group.add(input);
            }
            all.addAll(WindowReader.read(this, group, wanted));
            group.clear();
        }
        List<Features> joined = new ArrayList<>();
        int window = 0;
        for (int count : counts) {
            joined.add(WindowReader.join(spec, all.subList(window, window + count)));
            window += count;
        }
        return joined;
    }

    /** {@link #scores(float[])} of a recording at any rate. */
    default float[] scores(Recording recording) {
        return scores(samples(recording));
    }

    /**
     * Logits of the encoder's own head, averaged over windows of equal weight, one for each of {@link
     * EncoderSpec#classes()}.
     *
     * @throws IllegalArgumentException if there are fewer samples than one frame, or one is NaN or infinite
     * @throws UnsupportedOperationException if the checkpoint has no head
     */
    default float[] scores(float[] samples) {
        List<float[]> windows = Windows.cut(samples, describe().input());
        double[] sum = new double[describe().classes().size()];
        for (float[] window : windows) {
            try (TensorScope _ = new TensorScope()) {
                Tensor input = inputs(List.of(window));
                WarmUp.await();
                float[] logits = Grad.withoutRecording(() -> classify(forward(input, Trace.NONE)))
                        .toFloats();
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
