package org.unmute.tensor.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.tensor.RandomNumbers;

/**
 * Batches of the rows of arrays, in another random order each epoch. The order is a function of seed and epoch, so a
 * run that continues from a later epoch sees the same batches.
 *
 * @param rows number of rows
 * @param size rows in a batch; the last batch of an epoch may have fewer
 * @param seed of the order
 */
public record Batches(int rows, int size, long seed) {
    /** Checks the ranges. */
    public Batches {
        if (rows < 0 || size < 1) {
            throw new IllegalArgumentException(
                    "batches: rows must be at least 0 and the size at least 1: " + rows + ", " + size);
        }
    }

    /** The indices of all rows in the order of an epoch, from 0. */
    public int[] order(int epoch) {
        return RandomNumbers.order(RandomNumbers.stream(seed, 0, epoch), rows);
    }

    /** The batches of an epoch, from 0, as indices of rows. */
    public List<int[]> epoch(int epoch) {
        int[] order = order(epoch);
        List<int[]> batches = new ArrayList<>();
        for (int from = 0; from < rows; from += size) {
            batches.add(Arrays.copyOfRange(order, from, Math.min(rows, from + size)));
        }
        return batches;
    }
}
