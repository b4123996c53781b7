package org.unmute.models.encoder;

import java.util.List;
import java.util.Map;
import org.unmute.models.audio.MelBands;
import org.unmute.tensor.Tensor;

/** What turns a window of samples into what enters the network. */
public interface FrontEnd {
    /**
     * The network's input for one window.
     *
     * @param samples mono, [-1, 1], at {@link #sampleRate}, at most {@link #windowSamples}
     * @throws org.unmute.models.audio.ClipTooShortException if there are fewer samples than one frame
     */
    Spectrogram apply(float[] samples);

    /**
     * {@link #apply(float[])} for several windows of one length, on the current backend: computed there if it is a
     * device, so that nothing but samples is copied to it.
     *
     * @param windows at least one, all of one length
     * @return {@code [windows, frames, bins]}
     */
    default Tensor apply(List<float[]> windows) {
        return WindowReader.batch(windows.stream().parallel().map(this::apply).toList());
    }

    /** Hz. */
    int sampleRate();

    /** Samples that fill a window; {@link EncoderSpec#WHOLE_RECORDING} if there are no windows. */
    int windowSamples();

    /** Samples that a clip needs at least. */
    int frameSamples();

    /** Samples from one frame to the next. */
    int frameShift();

    /** The bands of a frame. */
    MelBands bands();

    /** Every setting in words, as part of the cache key. */
    String describe();

    /** Every setting by name, for the record of a run. */
    Map<String, Object> settings();
}
