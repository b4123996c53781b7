package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one task does: its clips become one shard.
 *
 * @param number of the shard, from 0
 * @param clips in the order of the plan; clips of a file follow each other
 * @param sha256 of the files of which other shares have clips, too, by {@link PlannedClip#uri}, lower-case hexadecimal;
 *     other files are hashed by the task that reads them. A file that could not be read is not there
 */
public record TaskShare(int number, List<PlannedClip> clips, Map<String, String> sha256) implements Serializable {
    public TaskShare {
        clips = List.copyOf(clips);
        sha256 = new TreeMap<>(sha256);
    }

    /** A share of which every file is hashed by its task. */
    public TaskShare(int number, List<PlannedClip> clips) {
        this(number, clips, Map.of());
    }
}
