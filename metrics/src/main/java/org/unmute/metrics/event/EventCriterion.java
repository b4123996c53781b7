package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.List;

/** When a detection counts as right. */
public sealed interface EventCriterion permits Collar, Intersection {
    /**
     * Counts for one recording and class, as detections come and go.
     *
     * @param references events of the class in the recording, by onset
     * @param others     events of each of the other classes in the recording, by onset
     */
    FileCounter counter(List<SoundEvent> references, List<List<SoundEvent>> others);

    /** {@link #counter(List, List)} of a recording and the class at an index. */
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
        /** Adds a detection under a number that no other present one has. */
        void add(int id, double onset, double offset);

        /** Removes the detection of this number. */
        void remove(int id);

        /** References found. */
        int truePositives();

        /** Wrong detections. */
        int falsePositives();

        /** Wrong detections that lie on an event of another class, for each of the others; null where not counted. */
        int[] crossTriggers();
    }
}
