package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The work of one task: its clips become one shard.
 *
 * @param number number of the shard, from 0
 * @param clips in the order of the plan; clips of one file are adjacent
 * @param sha256 digests of files that other shares also have clips of, by {@link PlannedClip#uri}, in lower-case
 *     hexadecimal, without files that could not be read; other files are hashed by the task that reads them
 */
public record TaskShare(int number, List<PlannedClip> clips, Map<String, String> sha256) implements Serializable {
    public TaskShare {
        clips = List.copyOf(clips);
        sha256 = new TreeMap<>(sha256);
    }

    /** A share whose task hashes every file itself. */
    public TaskShare(int number, List<PlannedClip> clips) {
        this(number, clips, Map.of());
    }
}
