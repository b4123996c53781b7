package org.unmute.events.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The moments with the highest scores so far, at most a given number. Not thread-safe. */
final class BestMoments {
    private static final Comparator<Moment> WORST_FIRST = Comparator.comparingDouble(Moment::score)
            .thenComparing(Comparator.comparingLong(Moment::order).reversed());

    private final int max;
    private final PriorityQueue<Moment> heap = new PriorityQueue<>(WORST_FIRST);

    BestMoments(int max) {
        this.max = max;
    }

    void add(Moment one) {
        if (heap.size() == max) {
            if (WORST_FIRST.compare(one, heap.peek()) <= 0) {
                return;
            }
            heap.remove();
        }
        heap.add(one);
    }

    /** The moments, best first. */
    List<Moment> ranked() {
        List<Moment> all = new ArrayList<>(heap);
        all.sort(WORST_FIRST.reversed());
        return all;
    }
}
