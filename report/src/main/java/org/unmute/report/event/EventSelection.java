package org.unmute.report.event;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects what the page needs from all events in one pass, with memory bounded by the limits: counts, the events to
 * list, and the events to draw. If not all can be listed, each class keeps its best events, and the classes with the
 * most events are reduced first.
 */
final class EventSelection {
    private static final Comparator<Chosen> BEST =
            Comparator.comparingDouble((Chosen c) -> -c.event().score()).thenComparingLong(Chosen::number);

    /**
     * An event with its position in the order of arrival, which breaks ties.
     *
     * @param number index of the event in order of arrival, from 0
     * @param label  index of its class
     * @param file   index of its recording
     */
    record Chosen(long number, PageEvent event, int label, int file) {}

    /** The events of one class. */
    static final class OfClass {
        private final int index;
        private final EventClass type;
        private final BoundedHeap<Chosen> listed;
        private final BoundedHeap<Chosen> best;
        private final BoundedHeap<Chosen> doubtful;
        private final BitSet files = new BitSet();
        private final int maxDoubtful;
        private long events;
        private double seconds;
        private double bestScore = Double.NaN;

        private OfClass(int index, EventClass type, EventPageLimits limits) {
            this.index = index;
            this.type = type;
            maxDoubtful = limits.doubtful();
            listed = new BoundedHeap<>(BEST, limits.listed());
            best = new BoundedHeap<>(BEST, limits.best());
            // The best events may be among the doubtful ones; they are removed at the end.
            doubtful = new BoundedHeap<>(
                    Comparator.comparingDouble((Chosen c) -> distance(c)).thenComparingLong(Chosen::number),
                    limits.best() + maxDoubtful);
        }

        private double distance(Chosen c) {
            double score = c.event().score();
            return Double.isNaN(type.threshold()) ? score : Math.abs(score - type.threshold());
        }

        private void add(Chosen c) {
            events++;
            seconds += c.event().seconds();
            double score = c.event().score();
            bestScore = bestScore >= score || Double.isNaN(score) ? bestScore : score;
            files.set(c.file());
            listed.add(c);
            best.add(c);
            doubtful.add(c);
        }

        int index() {
            return index;
        }

        EventClass type() {
            return type;
        }

        /** Number of events of the class. */
        long events() {
            return events;
        }

        /** Total length of the events in seconds. */
        double seconds() {
            return seconds;
        }

        double bestScore() {
            return bestScore;
        }

        /** Number of recordings with events of the class. */
        int files() {
            return files.cardinality();
        }

        int listed() {
            return listed.size();
        }

        List<Chosen> best() {
            return best.inOrder();
        }

        /** The events nearest to the threshold, except the best. */
        List<Chosen> doubtful() {
            Set<Long> taken = new HashSet<>();
            best().forEach(c -> taken.add(c.number()));
            return doubtful.inOrder().stream()
                    .filter(c -> !taken.contains(c.number()))
                    .limit(maxDoubtful)
                    .toList();
        }
    }

    private final List<OfClass> classes = new ArrayList<>();
    private final Map<String, Integer> classIndex = new HashMap<>();
    private final Map<String, Integer> fileIndex = new HashMap<>();
    private final EventPageLimits limits;
    private final Timeline timeline;
    private long events;
    private int listed;

    /** @throws IllegalArgumentException if a class or a recording is given twice */
    EventSelection(List<EventClass> types, List<SoundFile> files, EventPageLimits limits, Timeline timeline) {
        this.limits = limits;
        this.timeline = timeline;
        for (EventClass type : types) {
            if (classIndex.put(type.name(), classes.size()) != null) {
                throw new IllegalArgumentException("event page: two classes are named '" + type.name() + "'");
            }
            classes.add(new OfClass(classes.size(), type, limits));
        }
        for (SoundFile file : files) {
            if (fileIndex.put(file.name(), fileIndex.size()) != null) {
                throw new IllegalArgumentException("event page: two recordings are named '" + file.name() + "'");
            }
        }
    }

    /** @throws IllegalArgumentException if the class or recording of the event is unknown */
    void add(PageEvent event) {
        Integer label = classIndex.get(event.label());
        Integer file = fileIndex.get(event.file());
        if (label == null || file == null) {
            throw new IllegalArgumentException("event page: an event of class '" + event.label() + "' in '"
                    + event.file() + "', but there is no such " + (label == null ? "class" : "recording"));
        }
        OfClass own = classes.get(label);
        int before = own.listed();
        own.add(new Chosen(events++, event, label, file));
        listed += own.listed() - before;
        timeline.add(label, file, event.onset());
        if (listed > limits.listed()) {
            reduceTo(limits.listed());
        }
    }

    /** Removes events from the list, each time the last event of a class with the most events. */
    void reduceTo(int max) {
        while (listed > max) {
            OfClass largest = classes.getFirst();
            for (OfClass c : classes) {
                largest = c.listed() > largest.listed() ? c : largest;
            }
            largest.listed.dropLast();
            listed--;
        }
    }

    /** All classes, in the order given. */
    List<OfClass> classes() {
        return classes;
    }

    /** Number of all events. */
    long events() {
        return events;
    }

    /** Number of listed events. */
    int listed() {
        return listed;
    }

    /** The listed events, highest score first. */
    List<Chosen> list() {
        List<Chosen> all = new ArrayList<>(listed);
        classes.forEach(c -> all.addAll(c.listed.inOrder()));
        all.sort(BEST);
        return all;
    }
}
