package org.unmute.kernels.vector.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * A free list of working memory. A thread preferably gets an item it released itself, because that item is in its own
 * cache: writing cache lines that another core has written takes up to three times as long, or 25 times if both have
 * read them (experiment 100).
 *
 * @param <T> the item
 */
public final class FreeList<T> {
    private record Item<T>(T value, int length, long thread) {}

    private final int maxItems;
    private final long maxLength;
    /** In order of release. */
    private final List<Item<T>> items = new ArrayList<>();

    private long total;

    /**
     * @param maxItems maximum number of items kept
     * @param maxLength maximum total length kept
     */
    public FreeList(int maxItems, long maxLength) {
        this.maxItems = maxItems;
        this.maxLength = maxLength;
    }

    /**
     * Removes the shortest item of at least this length, preferably one that this thread released and that is at most
     * twice as long; null if there is none.
     */
    public synchronized T acquire(int length) {
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
        return any < 0 ? null : remove(own < 0 ? any : own).value;
    }

    private int shorter(int i, int than) {
        return than < 0 || items.get(i).length < items.get(than).length ? i : than;
    }

    private Item<T> remove(int i) {
        Item<T> item = items.remove(i);
        total -= item.length;
        return item;
    }

    /** Adds an item; the oldest ones are dropped to stay within the limits. */
    public synchronized void release(T value, int length) {
        if (length > maxLength) {
            return;
        }
        while (items.size() >= maxItems || total + length > maxLength) {
            remove(0);
        }
        items.add(new Item<>(value, length, Thread.currentThread().threadId()));
        total += length;
    }
}
