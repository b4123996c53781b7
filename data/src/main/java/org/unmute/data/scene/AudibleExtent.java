package org.unmute.data.scene;

/**
 * A stretch of a recording.
 *
 * @param from its first sample
 * @param to the sample after its last
 */
record AudibleExtent(int from, int to) {
    /**
     * Samples below this fraction of the peak (-60 dB) at the ends of a recording are padding, not part of the event.
     */
    private static final float SILENCE = 1e-3f;

    /** The level below which samples of a recording are silent; 0 if the recording is all zeros. */
    static float silence(float[] x) {
        float peak = 0;
        for (float v : x) {
            peak = Math.max(peak, Math.abs(v));
        }
        return SILENCE * peak;
    }

    /** The stretch without the samples below this level at both ends; the whole stretch if all samples are below it. */
    AudibleExtent audible(float[] x, float level) {
        int first = from;
        while (first < to && Math.abs(x[first]) < level) {
            first++;
        }
        if (first == to) {
            return this;
        }
        int last = to;
        while (Math.abs(x[last - 1]) < level) {
            last--;
        }
        return new AudibleExtent(first, last);
    }
}
