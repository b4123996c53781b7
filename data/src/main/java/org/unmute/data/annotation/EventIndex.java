package org.unmute.data.annotation;

import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** The events of a recording, sorted by onset. */
final class EventIndex {
    private final List<Annotation> events;
    private final double longest;

    EventIndex(List<Annotation> events) {
        this.events = events.stream()
                .sorted(Comparator.comparingDouble(Annotation::onset))
                .toList();
        longest = events.stream().mapToDouble(e -> e.offset() - e.onset()).max().orElse(0);
    }

    /** Passes on the events that overlap a stretch; times in seconds. */
    void within(double start, double end, Consumer<Annotation> consumer) {
        for (int i = firstFrom(start - longest); i < events.size(); i++) {
            Annotation event = events.get(i);
            if (event.onset() >= end) {
                return;
            }
            if (ShareRule.touches(start, end, event)) {
                consumer.accept(event);
            }
        }
    }

    /** Whether an event overlaps a stretch. */
    boolean touches(double start, double end) {
        boolean[] found = {false};
        within(start, end, _ -> found[0] = true);
        return found[0];
    }

    /**
     * The index of the first event with an onset of at least {@code time}, or slightly earlier to allow for rounding.
     */
    private int firstFrom(double time) {
        int low = 0;
        int high = events.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (events.get(middle).onset() < time - 1e-6) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
