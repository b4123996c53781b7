package org.unmute.metrics.event;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts by intersection. Adding or removing a detection only updates the references that it overlaps. */
final class IntersectionCounter implements EventCriterion.FileCounter {
    private final Intersection criterion;
    private final EventsByTime references;
    private final List<EventsByTime> others;
    private final Map<Integer, Detection> detections = new HashMap<>();
    /** Relevant detections of each reference. */
    private final List<List<Detection>> relevant = new ArrayList<>();

    private final boolean[] found;
    private final boolean[] changed;
    private final List<Integer> pending = new ArrayList<>();
    private int truePositives;
    private int falsePositives;
    private final int @Nullable [] crossTriggers;

    private record Detection(SoundEvent event, boolean isRelevant, boolean @Nullable [] crossTriggers) {}

    IntersectionCounter(Intersection criterion, List<SoundEvent> references, List<List<SoundEvent>> others) {
        this.criterion = criterion;
        this.references = new EventsByTime(references);
        boolean cross = !Double.isNaN(criterion.crossTriggerTolerance());
        this.others = cross ? others.stream().map(EventsByTime::new).toList() : List.of();
        crossTriggers = cross ? new int[others.size()] : null;
        found = new boolean[references.size()];
        changed = new boolean[references.size()];
        for (int g = 0; g < references.size(); g++) {
            relevant.add(new ArrayList<>());
            // A reference of zero length is found without any detection.
            touch(g);
        }
    }

    private void touch(int g) {
        if (!changed[g]) {
            changed[g] = true;
            pending.add(g);
        }
    }

    private static boolean covers(double seconds, double share, double length) {
        return SoundEvent.rounded(seconds) >= SoundEvent.rounded(share * length);
    }

    @Override
    public void add(int id, double onset, double offset) {
        SoundEvent event = new SoundEvent("", onset, offset, "");
        boolean isRelevant = covers(references.overlap(event), criterion.detectionTolerance(), event.length());
        boolean[] triggers = null;
        if (!isRelevant) {
            falsePositives++;
            triggers = new boolean[others.size()];
            for (int c = 0; c < triggers.length; c++) {
                // A class without an event in the recording is not triggered, however short the detection is.
                triggers[c] = !others.get(c).isEmpty()
                        && covers(others.get(c).overlap(event), criterion.crossTriggerTolerance(), event.length());
                crossTriggers[c] += triggers[c] ? 1 : 0;
            }
        }
        Detection detection = new Detection(event, isRelevant, triggers);
        detections.put(id, detection);
        if (isRelevant) {
            references.forEachOverlapping(event, g -> {
                relevant.get(g).add(detection);
                touch(g);
            });
        }
    }

    @Override
    public void remove(int id) {
        Detection detection = detections.remove(id);
        if (detection.isRelevant) {
            references.forEachOverlapping(detection.event, g -> {
                relevant.get(g).remove(detection);
                touch(g);
            });
        } else {
            falsePositives--;
            for (int c = 0; c < detection.crossTriggers.length; c++) {
                crossTriggers[c] -= detection.crossTriggers[c] ? 1 : 0;
            }
        }
    }

    @Override
    public int truePositives() {
        for (int g : pending) {
            SoundEvent reference = references.get(g);
            double covered = 0;
            for (Detection d : relevant.get(g)) {
                covered += reference.overlap(d.event);
            }
            boolean now = covers(covered, criterion.referenceTolerance(), reference.length());
            truePositives += (now ? 1 : 0) - (found[g] ? 1 : 0);
            found[g] = now;
            changed[g] = false;
        }
        pending.clear();
        return truePositives;
    }

    @Override
    public int falsePositives() {
        return falsePositives;
    }

    @Override
    public int @Nullable [] crossTriggers() {
        return crossTriggers;
    }
}
