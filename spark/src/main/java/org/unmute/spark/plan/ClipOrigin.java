package org.unmute.spark.plan;

import java.io.Serializable;

/**
 * The location of a clip's sound, and the clip's entries in its manifest.
 *
 * @param clip id of the clip
 * @param path path of its file, as planned ({@code PlannedClip.file})
 * @param root folder that the path is relative to, with its scheme; null if the path alone locates the file, or in rows
 *     of earlier versions
 * @param start where the clip begins in the file, in seconds
 * @param end where the clip ends, in seconds; infinite for the end of the file
 * @param labels as given in the manifest; null if there are none
 * @param split as given in the manifest; null if there is none
 * @param stamp stamp of the file when it was planned
 */
public record ClipOrigin(
        String clip, String path, String root, double start, double end, String labels, String split, String stamp)
        implements Serializable {
    /**
     * Returns a copy with the root and stamp of a plan, and with its labels and split if the plan has them.
     *
     * @param plan the plan; null to change nothing
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
