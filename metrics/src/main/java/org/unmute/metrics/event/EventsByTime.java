package org.unmute.metrics.event;

import java.util.List;
import java.util.function.IntConsumer;

/** Events of one class in one recording, sorted by onset, for fast search of the events that overlap a time span. */
final class EventsByTime {
    private final List<SoundEvent> events;
    /** Maximum offset of the events up to and including each. */
    private final double[] latest;

    EventsByTime(List<SoundEvent> events) {
        this.events = events;
        latest = new double[events.size()];
        double end = 0;
        for (int i = 0; i < latest.length; i++) {
            end = Math.max(end, events.get(i).offset());
            latest[i] = end;
        }
    }

    SoundEvent get(int i) {
        return events.get(i);
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /**
     * Total seconds that an event shares with these events; where these overlap each other, time counts several times.
     */
    double overlap(SoundEvent event) {
        double sum = 0;
        for (int i = first(event); i < latest.length && events.get(i).onset() < event.offset(); i++) {
            sum += events.get(i).overlap(event);
        }
        return sum;
    }

    /** Calls the action for each event that overlaps this one, in onset order. */
    void forEachOverlapping(SoundEvent event, IntConsumer action) {
        for (int i = first(event); i < latest.length && events.get(i).onset() < event.offset(); i++) {
            if (events.get(i).overlap(event) > 0) {
                action.accept(i);
            }
        }
    }

    /** Index of the first event that may overlap the given one: all earlier events end before it begins. */
    private int first(SoundEvent event) {
        int low = 0;
        int high = latest.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (latest[middle] <= event.onset()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
