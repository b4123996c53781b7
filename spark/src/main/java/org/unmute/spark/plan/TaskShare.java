package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.List;

/**
 * What one task does: its clips become one shard.
 *
 * @param number of the shard, from 0
 * @param clips in the order of the plan; clips of a file follow each other
 */
public record TaskShare(int number, List<PlannedClip> clips) implements Serializable {
    public TaskShare {
        clips = List.copyOf(clips);
    }

    /** Sound in seconds; clips of unknown length count nothing. */
    public double seconds() {
        return clips.stream()
                .mapToDouble(PlannedClip::seconds)
                .filter(s -> s > 0)
                .sum();
    }
}
