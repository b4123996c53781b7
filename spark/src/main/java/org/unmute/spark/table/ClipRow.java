package org.unmute.spark.table;

import java.io.Serializable;
import org.unmute.spark.plan.PlannedClip;

/**
 * What the index says of a clip.
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
 * @param sha256 of the file's bytes, lower-case hexadecimal; null if it could not be read
 * @param shard name of the file with its tokens, {@code shard-NNNNN.tok}; null if no tokens are kept
 * @param offset of its record in the shard, in bytes; -1 without
 * @param time rows of its token map; 0 with an error
 * @param freq columns of the map; 0 with an error
 * @param dim of a token; 0 with an error
 * @param cls whether the encoder gave a class token
 * @param pooled its pooled tokens, {@code [dim]}; null if not kept
 * @param scores of the probe, or of the encoder's own head; null if not kept
 * @param error why it could not be used; null if it could
 */
public record ClipRow(
        String clip,
        String path,
        String root,
        double start,
        double end,
        String labels,
        String split,
        String stamp,
        String sha256,
        String shard,
        long offset,
        int time,
        int freq,
        int dim,
        boolean cls,
        float[] pooled,
        ScoreVectors scores,
        String error)
        implements Serializable {
    /** The same with the place and the shape of its tokens. */
    public ClipRow at(String file, long record, int rows, int columns, int numbers, boolean token) {
        return new ClipRow(
                clip, path, root, start, end, labels, split, stamp, sha256, file, record, rows, columns, numbers, token,
                pooled, scores, error);
    }

    /** The same without results. */
    public ClipRow failed(String reason) {
        return new ClipRow(
                clip, path, root, start, end, labels, split, stamp, sha256, null, -1, 0, 0, 0, false, null, null,
                reason);
    }

    /** The same without the place of its tokens, which are gone, or with events that are. */
    public ClipRow lost(String reason) {
        return new ClipRow(
                clip, path, root, start, end, labels, split, stamp, sha256, null, -1, time, freq, dim, cls, pooled,
                scores, reason);
    }

    /**
     * The same with root and stamp of a plan, and with its labels and split if it states them.
     *
     * @param plan null for none
     */
    public ClipRow revised(PlannedClip plan) {
        if (plan == null) {
            return this;
        }
        return new ClipRow(
                clip,
                path,
                plan.root(),
                start,
                end,
                plan.labels() == null ? labels : plan.labels(),
                plan.split() == null ? split : plan.split(),
                plan.stamp(),
                sha256,
                shard,
                offset,
                time,
                freq,
                dim,
                cls,
                pooled,
                scores,
                error);
    }
}
