package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides when a detection counts as correct. */
public sealed interface EventCriterion permits Collar, Intersection {
    /**
     * Creates a counter for one recording and class, to which detections can be added and from which they can be
     * removed.
     *
     * @param references events of the class in the recording, by onset
     * @param others     events of each of the other classes in the recording, by onset
     */
    FileCounter counter(List<SoundEvent> references, List<List<SoundEvent>> others);

    /** As {@link #counter(List, List)}, for a recording and the class at an index. */
    default FileCounter counter(EventReference reference, String file, int c) {
        List<List<SoundEvent>> others = new ArrayList<>();
        for (String label : reference.classes()) {
            if (!label.equals(reference.classes().get(c))) {
                others.add(reference.events(file, label));
            }
        }
        return counter(reference.events(file, reference.classes().get(c)), others);
    }

    /** Counts of one recording and class, kept up to date while detections are added and removed. */
    interface FileCounter {
        /** Adds a detection under an id that no present detection has. */
        void add(int id, double onset, double offset);

        /** Removes the detection with this id. */
        void remove(int id);

        /** Number of references found. */
        int truePositives();

        /** Number of wrong detections. */
        int falsePositives();

        /**
         * Number of wrong detections that lie on an event of another class, for each other class; null if not counted.
         */
        int @Nullable [] crossTriggers();
    }
}
