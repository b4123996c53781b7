package org.unmute.spark.plan;

import java.io.Serializable;

/**
 * Where the sound of a clip is, and what its manifest says of it.
 *
 * @param clip its id
 * @param path of its file, as planned ({@code PlannedClip.file})
 * @param root folder that the path is relative to, with its scheme; null if the path says itself where the file is, or
 *     in rows of earlier versions
 * @param start where it begins in the file, in seconds
 * @param end where it ends; infinite: at the end of the file
 * @param labels as its manifest has them; null without
 * @param split as its manifest has it; null without
 * @param stamp of the file when it was planned
 */
public record ClipOrigin(
        String clip, String path, String root, double start, double end, String labels, String split, String stamp)
        implements Serializable {
    /**
     * The same with root and stamp of a plan, and with its labels and split if it states them.
     *
     * @param plan null for none
     */
    public ClipOrigin revised(PlannedClip plan) {
        return plan == null
                ? this
                : new ClipOrigin(
                        clip,
                        path,
                        plan.root(),
                        start,
                        end,
                        plan.labels() == null ? labels : plan.labels(),
                        plan.split() == null ? split : plan.split(),
                        plan.stamp());
    }
}
