package org.unmute.models.frontend;

import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.Tensor;

/**
 * The output of a front end for one window.
 *
 * @param frames rows, in time order
 * @param bins values per frame
 * @param values {@code [frames, bins]}, row-major
 */
public record Spectrogram(int frames, int bins, float[] values) {
    /** @throws IllegalArgumentException if the array has another length */
    public Spectrogram {
        if (values.length != Math.multiplyExact(frames, bins)) {
            throw new IllegalArgumentException(
                    "spectrogram: " + values.length + " values for [" + frames + ", " + bins + "]");
        }
    }

    /**
     * Stacks spectrograms of the same shape into one tensor on the current backend: {@code [spectrograms, frames,
     * bins]}.
     */
    public static Tensor batch(List<Spectrogram> spectrograms) {
        Spectrogram first = spectrograms.getFirst();
        List<float[]> values = spectrograms.stream().map(Spectrogram::values).toList();
        return Tensor.of(joined(values), values.size(), first.frames, first.bins);
    }

    /** Stacks arrays of the same length into one tensor on the current backend: {@code [arrays, length]}. */
    public static Tensor rows(List<float[]> arrays) {
        return Tensor.of(joined(arrays), arrays.size(), arrays.getFirst().length);
    }

    private static float[] joined(List<float[]> arrays) {
        int length = arrays.getFirst().length;
        float[] all = new float[Math.multiplyExact(arrays.size(), length)];
        for (int i = 0; i < arrays.size(); i++) {
            System.arraycopy(arrays.get(i), 0, all, i * length, length);
        }
        return all;
    }

    /**
     * Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN.
     * Reads all values, as {@link #hashCode} does.
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Spectrogram that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {frames, bins, values};
    }

    @Override
    public String toString() {
        return "Spectrogram[" + frames + ", " + bins + "], begins "
                + Arrays.toString(Arrays.copyOf(values, Math.min(4, values.length)));
    }
}
