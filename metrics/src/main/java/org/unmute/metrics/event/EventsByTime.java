package org.unmute.metrics.event;

import java.util.List;
import java.util.function.IntConsumer;

/** Events of one class in one recording, by onset, so that those that overlap a stretch of time are found quickly. */
final class EventsByTime {
    private final List<SoundEvent> events;
    /** Latest offset of the events up to each. */
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

    /** Sum of the seconds that an event shares with each of these; overlapping ones count twice. */
    double overlap(SoundEvent event) {
        double sum = 0;
        for (int i = first(event); i < latest.length && events.get(i).onset() < event.offset(); i++) {
            sum += events.get(i).overlap(event);
        }
        return sum;
    }

    /** Calls for each event that shares time with this one, by onset. */
    void forEachOverlapping(SoundEvent event, IntConsumer action) {
        for (int i = first(event); i < latest.length && events.get(i).onset() < event.offset(); i++) {
            if (events.get(i).overlap(event) > 0) {
                action.accept(i);
            }
        }
    }

    /** The first event before whose end the other begins. */
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
