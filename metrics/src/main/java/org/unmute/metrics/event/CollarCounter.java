package org.unmute.metrics.event;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts matched pairs. Only detections that match a reference are kept; they are matched again when one of them
 * changes.
 */
final class CollarCounter implements EventCriterion.FileCounter {
    private final Collar collar;
    private final List<SoundEvent> references;
    private final Map<Integer, SoundEvent> matching = new HashMap<>();
    private int detections;
    private int pairs;
    private boolean changed;

    CollarCounter(Collar collar, List<SoundEvent> references) {
        this.collar = collar;
        this.references = references;
    }

    @Override
    public void add(int id, double onset, double offset) {
        detections++;
        SoundEvent detection = new SoundEvent("", onset, offset, "");
        if (matchesAny(detection)) {
            matching.put(id, detection);
            changed = true;
        }
    }

    private boolean matchesAny(SoundEvent detection) {
        // References are sorted by onset: skip those that begin too early.
        int low = 0;
        int high = references.size();
        double earliest = detection.onset() - collar.seconds() - 1e-6;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (references.get(middle).onset() < earliest) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        double latest = detection.onset() + collar.seconds() + 1e-6;
        for (; low < references.size() && references.get(low).onset() <= latest; low++) {
            if (collar.matches(references.get(low), detection)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void remove(int id) {
        detections--;
        changed |= matching.remove(id) != null;
    }

    @Override
    public int truePositives() {
        if (changed) {
            pairs = 0;
            for (int match : collar.matching(references, List.copyOf(matching.values()))) {
                pairs += match >= 0 ? 1 : 0;
            }
            changed = false;
        }
        return pairs;
    }

    @Override
    public int falsePositives() {
        return detections - truePositives();
    }

    @Override
    public int @Nullable [] crossTriggers() {
        return null;
    }
}
