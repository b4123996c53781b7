package org.unmute.probes.vector;

import java.util.Arrays;
import org.unmute.models.encoder.RowTimes;

/** Divides the rows of a token map into stretches of equal length, from its start on. */
public final class RowStretches {
    private RowStretches() {}

    /**
     * The borders of the stretches: stretch i has the rows from {@code [i]} to before {@code [i + 1]}. A row belongs to
     * the stretch in which it begins; a stretch in which no row begins does not exist.
     *
     * @param times of the rows
     * @param rows that are sound, at least 1
     * @param seconds length of a stretch, above 0
     */
    public static int[] borders(RowTimes times, int rows, double seconds) {
        int[] borders = new int[rows + 1];
        int count = 0;
        long before = -1;
        for (int row = 0; row < rows; row++) {
            // The tolerance keeps a row that begins on a border in the later stretch.
            long stretch = (long) Math.floor(times.seconds(row) / seconds + 1e-9);
            if (stretch != before) {
                borders[count++] = row;
            }
            before = stretch;
        }
        borders[count] = rows;
        return Arrays.copyOf(borders, count + 1);
    }
}
