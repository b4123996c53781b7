package org.unmute.models.frontend;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.Backends;

/** Turns a window of samples into the input of an encoder network. Thread-safe. */
public interface FrontEnd {
    /** The value of {@link #windowSamples} for a front end that takes a recording of any length in one piece. */
    int WHOLE_RECORDING = Integer.MAX_VALUE;

    /**
     * Computes the network input for one window.
     *
     * @param samples mono, [-1, 1], at {@link #sampleRate}; samples beyond {@link #windowSamples} are ignored
     * @throws org.unmute.audio.ClipTooShortException if there are fewer than {@link #frameSamples} samples
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
     * Computes the input on the current backend if it is a device. Front ends that can run there override this method,
     * so that only samples are copied to the device.
     *
     * @param windows at least one, all of the same length of at least {@link #frameSamples}
     * @return null to compute on the processor
     */
    default @Nullable Tensor onDevice(List<float[]> windows) {
        return null;
    }

    /**
     * {@link #apply(float[])} as ops of a tensor, which the engine can record, for front ends that consist of ops
     * alone.
     *
     * @param samples {@code [clips, samples]}, at least {@link #frameSamples}
     * @return {@code [clips, frames, bins]}; empty, as here, for other front ends
     */
    default Optional<Tensor> ofSamples(Tensor samples) {
        return Optional.empty();
    }

    /** Sample rate in Hz. */
    int sampleRate();

    /** Number of samples in a full window, or {@link #WHOLE_RECORDING}. */
    int windowSamples();

    /** Minimum number of samples in a clip. */
    int frameSamples();

    /** Samples from one frame to the next. */
    int frameShift();

    /** The mel bands of a frame, or null if frames are not mel spectra. */
    @Nullable
    MelBands bands();

    /** Every setting as text; part of the cache key. */
    String describe();

    /** Every setting by name, for the record of a run. */
    Map<String, Object> settings();
}
