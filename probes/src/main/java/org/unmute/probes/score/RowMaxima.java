package org.unmute.probes.score;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Sliding maximum of each entry over a window of rows that moves forward. Each row is compared three times, whatever
 * the length of the window. A row first waits, then joins the newer part of the window, whose maximum is maintained.
 * When the older part is used up, the newer part replaces it, converted to the maxima from each of its rows on.
 */
final class RowMaxima {
    private final Deque<float[]> waiting = new ArrayDeque<>();
    private final Deque<float[]> newer = new ArrayDeque<>();
    /** From first to last: the max over all rows of the older part, over all but its first row, …, its last row. */
    private final Deque<float[]> older = new ArrayDeque<>();

    private float @Nullable [] newerMax;
    private long start;

    /** @param start number of the first row */
    RowMaxima(long start) {
        this.start = start;
    }

    /** Number of the next row to arrive. */
    long end() {
        return start + count();
    }

    /** Number of rows held. */
    int count() {
        return older.size() + newer.size() + waiting.size();
    }

    /** Adds the next row, which may be modified. */
    void add(float[] row) {
        waiting.add(row);
    }

    /**
     * The maxima over a range of rows.
     *
     * @param from first row, not before that of an earlier call
     * @param to row after the last, not before that of an earlier call; above {@code from}
     */
    float[] of(long from, long to) {
        dropBefore(from);
        while (start + older.size() + newer.size() < to) {
            float[] row = waiting.remove();
            newer.add(row);
            newerMax = newerMax == null ? row.clone() : max(newerMax, row);
        }
        float[] all = older.isEmpty() ? newerMax.clone() : older.getFirst().clone();
        return older.isEmpty() || newerMax == null ? all : max(all, newerMax);
    }

    /** Drops the rows before this one that have arrived. */
    void dropBefore(long row) {
        while (start < row && count() > 0) {
            if (older.isEmpty()) {
                turn();
            }
            (older.isEmpty() ? waiting : older).remove();
            start++;
        }
    }

    private void turn() {
        float[] after = null;
        for (Iterator<float[]> rows = newer.descendingIterator(); rows.hasNext(); ) {
            float[] row = rows.next();
            after = after == null ? row : max(row, after);
            older.addFirst(after);
        }
        newer.clear();
        newerMax = null;
    }

    /** The result is stored in {@code to}. */
    private static float[] max(float[] to, float[] other) {
        for (int i = 0; i < to.length; i++) {
            to[i] = Math.max(to[i], other[i]);
        }
        return to;
    }
}
