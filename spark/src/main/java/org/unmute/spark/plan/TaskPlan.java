package org.unmute.spark.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.data.provenance.Units;

/**
 * Clips in groups of about equal cost, one for each task, with totals. The clips of a task become one shard; if the
 * task fails, all of them are done again, so a group is at most an hour of sound.
 *
 * @param tasks all clips, in their order; clips of one file are adjacent
 * @param files number of files that the clips belong to
 * @param clips number of clips
 * @param seconds total length of all clips of known length
 * @param unknown number of clips of unknown length
 * @param windows number of windows that the encoder computes, if it uses windows
 * @param bytes size of the tokens, estimated from lengths
 */
public record TaskPlan(
        List<List<PlannedClip>> tasks, int files, int clips, double seconds, int unknown, long windows, long bytes) {
    /** Seconds of sound of a task: starting a shorter one would cost more than computing it. */
    private static final double SHORTEST = 30;

    private static final double LONGEST = 3600;
    /** Several tasks for each that runs at a time, so that all end at about the same time. */
    private static final int TASKS_A_SLOT = 3;
    /** Max clips of a task, so that its input fits into a message. */
    private static final int MAX_CLIPS = 10_000;

    public TaskPlan {
        tasks = List.copyOf(tasks);
    }

    /**
     * Divides clips among tasks.
     *
     * @param clips in the order in which they are to be read; clips of one file are adjacent
     * @param shardBytes max bytes of a task's tokens; a larger clip is a task by itself
     * @param slots how many tasks run at a time
     */
    public static TaskPlan of(List<PlannedClip> clips, ClipSize size, long shardBytes, int slots) {
        double cost = clips.stream().mapToDouble(size::cost).sum();
        double each = Math.clamp(cost / (TASKS_A_SLOT * Math.max(1, slots)), SHORTEST, LONGEST);
        List<List<PlannedClip>> tasks = new ArrayList<>();
        double held = 0;
        long heldBytes = 0;
        int from = 0;
        int files = 0;
        double seconds = 0;
        int unknown = 0;
        long windows = 0;
        long bytes = 0;
        for (int i = 0; i < clips.size(); i++) {
            PlannedClip clip = clips.get(i);
            double own = size.cost(clip);
            long ownBytes = size.bytes(clip);
            boolean full = held + own / 2 > each || heldBytes + ownBytes > shardBytes || i - from == MAX_CLIPS;
            if (i > from && full) {
                tasks.add(List.copyOf(clips.subList(from, i)));
                from = i;
                held = 0;
                heldBytes = 0;
            }
            held += own;
            heldBytes += ownBytes;
            files += i == 0 || !clip.uri().equals(clips.get(i - 1).uri()) ? 1 : 0;
            seconds += Double.isNaN(clip.seconds()) ? 0 : clip.seconds();
            unknown += Double.isNaN(clip.seconds()) ? 1 : 0;
            windows += size.windows(clip);
            bytes = Math.addExact(bytes, ownBytes);
        }
        if (from < clips.size()) {
            tasks.add(List.copyOf(clips.subList(from, clips.size())));
        }
        return new TaskPlan(tasks, files, clips.size(), seconds, unknown, windows, bytes);
    }

    /** URIs of files whose clips several tasks have. They are hashed in advance, so that each is hashed only once. */
    public Set<String> spanning() {
        Set<String> spanning = new TreeSet<>();
        for (int i = 1; i < tasks.size(); i++) {
            String first = tasks.get(i).getFirst().uri();
            if (first.equals(tasks.get(i - 1).getLast().uri())) {
                spanning.add(first);
            }
        }
        return spanning;
    }

    /** A summary of the planned work for the user: clips, sound, windows, tasks and bytes. */
    public String statement() {
        return Units.count(files, "recording")
                + (files == clips ? "" : " in " + Units.count(clips, "clip"))
                + ", " + Units.duration(seconds) + " of sound"
                + (unknown == 0 ? "" : " and " + Units.count(unknown, "clip") + " of unknown length")
                + (windows > clips ? ", " + Units.count(windows, "window") : "")
                + "; " + Units.count(tasks.size(), "task")
                + (tasks.size() < 2 ? "" : " of about " + Units.duration(seconds / tasks.size()))
                + (bytes == 0 ? "; no tokens are kept" : "; tokens take about " + Units.bytes(bytes));
    }
}
