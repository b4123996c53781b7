package org.unmute.report.event;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Keeps the first {@code max} of the elements added, by the given order. */
final class BoundedHeap<T> {
    private final Comparator<T> order;
    private final int max;
    /** The heap, with the last element of the order on top. */
    private final PriorityQueue<T> heap;

    BoundedHeap(Comparator<T> order, int max) {
        this.order = order;
        this.max = max;
        heap = new PriorityQueue<>(order.reversed());
    }

    void add(T element) {
        if (heap.size() < max) {
            heap.add(element);
        } else if (max > 0 && order.compare(element, heap.peek()) < 0) {
            heap.poll();
            heap.add(element);
        }
    }

    int size() {
        return heap.size();
    }

    void dropLast() {
        heap.poll();
    }

    /** The elements in sorted order. */
    List<T> inOrder() {
        return heap.stream().sorted(order).toList();
    }
}
