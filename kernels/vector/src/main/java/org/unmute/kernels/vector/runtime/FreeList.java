package org.unmute.kernels.vector.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Working memory that nobody uses now. A thread gets what it gave back itself, if there is such: that is in its own
 * cache, while to write to lines that another core has written takes up to three times as long, or 25 times if both
 * have read them (experiment 100).
 *
 * @param <T> what lies here
 */
final class FreeList<T> {
    private record Item<T>(T what, int length, long thread) {}

    private final int most;
    private final long longest;
    /** The one that was given back last is last. */
    private final List<Item<T>> items = new ArrayList<>();

    private long total;

    /**
     * @param most how many may lie here
     * @param longest how long they may be together
     */
    FreeList(int most, long longest) {
        this.most = most;
        this.longest = longest;
    }

    /**
     * The shortest of at least this length, if possible one that this thread gave back and that is not more than twice
     * as long; null if there is none.
     */
    synchronized T take(int length) {
        long thread = Thread.currentThread().threadId();
        int any = -1;
        int own = -1;
        for (int i = items.size() - 1; i >= 0; i--) {
            Item<T> item = items.get(i);
            if (item.length >= length) {
                any = shorter(i, any);
                own = item.thread == thread && item.length / 2 <= length ? shorter(i, own) : own;
            }
        }
        return any < 0 ? null : remove(own < 0 ? any : own).what;
    }

    private int shorter(int i, int than) {
        return than < 0 || items.get(i).length < items.get(than).length ? i : than;
    }

    private Item<T> remove(int i) {
        Item<T> item = items.remove(i);
        total -= item.length;
        return item;
    }

    /** Takes something back; what has lain here for longest is let go of if there is no room. */
    synchronized void give(T what, int length) {
        if (length > longest) {
            return;
        }
        while (items.size() >= most || total + length > longest) {
            remove(0);
        }
        items.add(new Item<>(what, length, Thread.currentThread().threadId()));
        total += length;
    }
}
