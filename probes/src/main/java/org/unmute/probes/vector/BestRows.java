package org.unmute.probes.vector;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The rows with the highest scores so far, at most a given number. Equal scores: the smaller row. Not thread-safe. */
final class BestRows {
    private static final Comparator<ScoredRow> WORST_FIRST = Comparator.comparingDouble(ScoredRow::score)
            .thenComparing(Comparator.comparingLong(ScoredRow::row).reversed());

    private final int max;
    private final PriorityQueue<ScoredRow> heap = new PriorityQueue<>(WORST_FIRST);

    /** @param max number of rows to keep, at least 1 */
    BestRows(int max) {
        this.max = max;
    }

    /** Whether a row would be kept. */
    boolean takes(float score, long row) {
        ScoredRow worst = heap.size() < max ? null : heap.peek();
        return worst == null || score > worst.score() || score == worst.score() && row < worst.row();
    }

    /** Adds a row, which pushes the worst one out if there are too many. */
    void add(ScoredRow one) {
        if (!takes(one.score(), one.row())) {
            return;
        }
        if (heap.size() == max) {
            heap.remove();
        }
        heap.add(one);
    }

    /** The rows, best first. */
    List<ScoredRow> ranked() {
        List<ScoredRow> all = new ArrayList<>(heap);
        all.sort(WORST_FIRST.reversed());
        return all;
    }
}
