package org.unmute.models.frontend;

import java.util.List;
import java.util.Map;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backends;

/** Turns a window of samples into the input of an encoder's network. Thread-safe. */
public interface FrontEnd {
    /** {@link #windowSamples} of a front end that takes a recording of any length in one piece. */
    int WHOLE_RECORDING = Integer.MAX_VALUE;

    /**
     * The network's input for one window.
     *
     * @param samples mono, [-1, 1], at {@link #sampleRate}; samples beyond {@link #windowSamples} are ignored
     * @throws org.unmute.audio.ClipTooShortException if there are fewer than {@link #frameSamples}
     */
    Spectrogram apply(float[] samples);

    /**
     * {@link #apply(float[])} for a batch of windows, on the current backend.
     *
     * @param windows at least one, all of the same length
     * @return {@code [windows, frames, bins]}
     */
    default Tensor apply(List<float[]> windows) {
        Tensor onDevice =
                Backends.current().isDevice() && windows.getFirst().length >= frameSamples() ? onDevice(windows) : null;
        return onDevice == null
                ? Spectrogram.batch(windows.stream().parallel().map(this::apply).toList())
                : onDevice;
    }

    /**
     * The same where the current backend is a device. A front end that can run there overrides this, so that only
     * samples are copied to it.
     *
     * @param windows at least one, all of the same length, at least {@link #frameSamples} long
     * @return null to compute on the processor
     */
    default Tensor onDevice(List<float[]> windows) {
        return null;
    }

    /** In Hz. */
    int sampleRate();

    /** Samples of a full window, or {@link #WHOLE_RECORDING}. */
    int windowSamples();

    /** Min samples of a clip. */
    int frameSamples();

    /** Samples from one frame to the next. */
    int frameShift();

    /** The mel bands of a frame, or null where a frame is no mel spectrum. */
    MelBands bands();

    /** Every setting in words; part of the cache key. */
    String describe();

    /** Every setting by name, for the record of a run. */
    Map<String, Object> settings();
}
