package org.unmute.models.frontend;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.ClipTooShortException;
import org.unmute.tensor.Tensor;

/**
 * Another front end on windows of this many samples, with a short one padded with silence (zeros) first: what
 * PretrainedSED does with the last seconds of a recording.
 *
 * @param base makes the network's input
 * @param windowSamples of every window
 */
public record FilledFrontEnd(FrontEnd base, int windowSamples) implements FrontEnd {
    /** Samples of the shortest clip: a frame of 25 ms at 16 kHz. */
    private static final int MIN_SAMPLES = 400;

    @Override
    public Spectrogram apply(float[] samples) {
        return base.apply(filled(samples));
    }

    private float[] filled(float[] samples) {
        if (samples.length < MIN_SAMPLES) {
            throw new ClipTooShortException("front end", samples.length, MIN_SAMPLES, sampleRate());
        }
        return samples.length == windowSamples ? samples : Arrays.copyOf(samples, windowSamples);
    }

    @Override
    public @Nullable Tensor onDevice(List<float[]> windows) {
        return base.onDevice(windows.stream().map(this::filled).toList());
    }

    @Override
    public int sampleRate() {
        return base.sampleRate();
    }

    @Override
    public int frameSamples() {
        return MIN_SAMPLES;
    }

    @Override
    public int frameShift() {
        return base.frameShift();
    }

    @Override
    public @Nullable MelBands bands() {
        return base.bands();
    }

    @Override
    public String describe() {
        return base.describe() + ", windows of " + (double) windowSamples / sampleRate()
                + " s filled up with silence before";
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> all = new LinkedHashMap<>(base.settings());
        all.put("windowSamples", windowSamples);
        return all;
    }
}
