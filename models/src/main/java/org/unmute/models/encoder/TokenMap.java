package org.unmute.models.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a recording: one for each patch of the time-frequency grid.
 *
 * @param time grid rows, in time order
 * @param freq grid columns, low to high frequency; 1 for encoders whose patches span all frequencies
 * @param dim channels of a token
 * @param tokens {@code [time, freq, dim]}, row-major
 * @param cls {@code [dim]}, or null if the model has no class token
 * @param padding number of last rows that begin after the end of the recording and stand for padding, less than {@code
 *     time}; {@link #UNKNOWN} if that is not known
 */
public record TokenMap(int time, int freq, int dim, float[] tokens, float @Nullable [] cls, int padding) {
    /** The {@link #padding} of a map if the length of its recording is not known. */
    public static final int UNKNOWN = -1;

    /** @throws IllegalArgumentException if the arrays or the padding do not fit the sizes */
    public TokenMap {
        if (time < 1 || freq < 1 || dim < 1 || tokens.length != (double) time * freq * dim) {
            throw new IllegalArgumentException(
                    "token map: [" + time + ", " + freq + ", " + dim + "] does not have " + tokens.length + " values");
        }
        if (cls != null && cls.length != dim) {
            throw new IllegalArgumentException("token map: cls has " + cls.length + " values, tokens have dim " + dim);
        }
        if (padding < UNKNOWN || padding >= time) {
            throw new IllegalArgumentException("token map: " + padding + " of " + time
                    + " rows are padding: at least one must be sound, and " + UNKNOWN + " says that it is not known");
        }
    }

    /**
     * A map in which all rows count as sound.
     *
     * @throws IllegalArgumentException if the arrays do not fit the sizes
     */
    public TokenMap(int time, int freq, int dim, float[] tokens, float @Nullable [] cls) {
        this(time, freq, dim, tokens, cls, UNKNOWN);
    }

    /** Number of leading rows that hold sound: at least 1, and all rows if the padding is not known. */
    public int sound() {
        return time - Math.max(0, padding);
    }

    /** Whether it is known which rows are padding. */
    public boolean isSoundKnown() {
        return padding != UNKNOWN;
    }

    /**
     * The same tokens, with sound in the first {@code rows} rows.
     *
     * @param rows 1 to {@link #time}
     * @throws IndexOutOfBoundsException if there are fewer rows
     */
    public TokenMap withSound(int rows) {
        Objects.checkFromToIndex(1, rows, time);
        return new TokenMap(time, freq, dim, tokens, cls, time - rows);
    }

    /** The rows that hold sound, with the same cls token; this map if no row is padding. */
    public TokenMap soundOnly() {
        return padding > 0 ? rows(0, sound()) : this;
    }

    /** The sizes as text, for messages: {@code [time, freq, dim] with cls}. */
    public String sizes() {
        return "[" + time + ", " + freq + ", " + dim + "]" + (cls == null ? " without cls" : " with cls");
    }

    /** Number of patch tokens. */
    public int count() {
        return time * freq;
    }

    /**
     * A range of rows, with the same cls token. If all of them are padding, the first counts as sound.
     *
     * @param from first row
     * @param to   row after the last
     * @throws IndexOutOfBoundsException if there are no such rows
     */
    public TokenMap rows(int from, int to) {
        Objects.checkFromToIndex(from, to, time);
        int row = freq * dim;
        float[] some = Arrays.copyOfRange(tokens, from * row, to * row);
        return new TokenMap(to - from, freq, dim, some, cls, padding(to - from, sound() - from));
    }

    /**
     * Number of padding rows among {@code rows} rows, the first {@code sound} of which are sound; {@link #UNKNOWN} if
     * this map's padding is not known.
     */
    private int padding(int rows, int sound) {
        return isSoundKnown() ? rows - Math.clamp(sound, 1, rows) : UNKNOWN;
    }

    /**
     * Joins the maps of windows that start {@code hop} rows apart. Where windows overlap, a token is the mean of the
     * tokens at that place. The cls token is the mean over the windows with equal weights, including a padded last
     * window. A row holds sound if it does in one of the windows; this is known only if it is known for all of them.
     *
     * @param hop rows from the start of one window to the next, 1 to the rows of a window
     * @throws IllegalArgumentException if the list is empty, grids differ in freq or dim, or the hop leaves a gap
     */
    public static TokenMap join(List<TokenMap> windows, int hop) {
        if (windows.isEmpty()) {
            throw new IllegalArgumentException("token map: nothing to join");
        }
        TokenMap first = windows.getFirst();
        if (windows.size() == 1) {
            return first;
        }
        int rows = 0;
        int sound = 0;
        for (int w = 0; w < windows.size(); w++) {
            TokenMap map = windows.get(w);
            if (map.freq != first.freq || map.dim != first.dim || (map.cls == null) != (first.cls == null)) {
                throw new IllegalArgumentException(
                        "token map: windows differ: " + first.sizes() + " and " + map.sizes());
            }
            if (hop < 1 || w > 0 && w * hop > rows) {
                throw new IllegalArgumentException(
                        "token map: windows of " + first.time + " rows that start " + hop + " rows apart leave a gap");
            }
            rows = Math.max(rows, Math.addExact(Math.multiplyExact(w, hop), map.time));
            sound = Math.max(sound, w * hop + map.sound());
        }
        int row = first.freq * first.dim;
        double[] sums = new double[Math.multiplyExact(rows, row)];
        int[] covered = new int[rows];
        for (int w = 0; w < windows.size(); w++) {
            TokenMap map = windows.get(w);
            for (int i = 0; i < map.tokens.length; i++) {
                sums[w * hop * row + i] += map.tokens[i];
            }
            for (int t = 0; t < map.time; t++) {
                covered[w * hop + t]++;
            }
        }
        float[] all = new float[sums.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) (sums[i] / covered[i / row]);
        }
        return new TokenMap(
                rows,
                first.freq,
                first.dim,
                all,
                first.cls == null
                        ? null
                        : mean(windows.stream().map(TokenMap::cls).toList()),
                windows.stream().allMatch(TokenMap::isSoundKnown) ? rows - sound : UNKNOWN);
    }

    /** The mean of arrays of the same length. */
    static float[] mean(List<float[]> arrays) {
        double[] sum = new double[arrays.getFirst().length];
        for (float[] values : arrays) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += values[i];
            }
        }
        float[] mean = new float[sum.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / arrays.size());
        }
        return mean;
    }

    /**
     * Whether the other has the same content. Numbers are compared by their bits: NaN equals NaN.
     * Reads all tokens, as {@link #hashCode} does: the name of the clip is a better key of a map.
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof TokenMap that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(content());
    }

    private Object[] content() {
        return new Object[] {time, freq, dim, padding, cls, tokens};
    }

    @Override
    public String toString() {
        return "TokenMap" + sizes() + (padding > 0 ? ", rows of padding: " + padding : "") + ", begins "
                + Arrays.toString(Arrays.copyOf(tokens, Math.min(4, tokens.length)));
    }
}
