package org.unmute.models.graph;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.ClipTooShortException;
import org.unmute.models.frontend.FrontEnd;
import org.unmute.models.frontend.MelBands;
import org.unmute.models.frontend.Spectrogram;

/**
 * Samples as they are, for graphs that hold their own front end: one frame of all samples of a window, with a short one
 * filled up with silence.
 *
 * @param sampleRate Hz
 * @param windowSamples of every window
 * @param scale by which samples are multiplied; 32768 for graphs that take 16-bit integers
 */
record SampleFrontEnd(int sampleRate, int windowSamples, double scale) implements FrontEnd {
    @Override
    public Spectrogram apply(float[] samples) {
        if (samples.length < frameSamples()) {
            throw new ClipTooShortException("front end", samples.length, frameSamples(), sampleRate);
        }
        float[] window = Arrays.copyOf(samples, windowSamples);
        for (int i = 0; scale != 1 && i < window.length; i++) {
            window[i] = (float) (window[i] * scale);
        }
        return new Spectrogram(1, windowSamples, window);
    }

    /** 10 ms, the frames in which windows are counted. */
    @Override
    public int frameSamples() {
        return Math.max(1, Math.min(windowSamples, sampleRate / 100));
    }

    @Override
    public int frameShift() {
        return 1;
    }

    @Override
    public @Nullable MelBands bands() {
        return null;
    }

    @Override
    public String describe() {
        return "samples at " + sampleRate + " Hz" + (scale == 1 ? "" : " times " + scale) + ", windows of "
                + (double) windowSamples / sampleRate + " s filled up with silence";
    }

    @Override
    public Map<String, Object> settings() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("kind", "samples");
        all.put("sampleRate", sampleRate);
        all.put("windowSamples", windowSamples);
        all.put("scale", scale);
        return all;
    }
}
