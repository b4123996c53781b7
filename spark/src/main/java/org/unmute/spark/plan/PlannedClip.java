package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * A clip to embed, as the driver plans it.
 *
 * @param clip its id, as {@code unmute embed} gives it: the path below the root, of a part with '#' and its seconds
 * @param file id of its file: the path below the root, with '/'
 * @param uri where Hadoop finds the file
 * @param start where the clip begins in the file, in seconds, from 0
 * @param end where it ends, in seconds; infinite: at the end of the file
 * @param seconds its length; NaN if unknown
 * @param labels as its manifest has them, joined by ';'; null without
 * @param split as its manifest has it; null without
 * @param stamp what changes when the file does: length and modification time, or an ETag
 */
public record PlannedClip(
        String clip,
        String file,
        String uri,
        double start,
        double end,
        double seconds,
        String labels,
        String split,
        String stamp)
        implements Serializable {
    private static final Pattern TOP = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?");

    /** The folder that {@link #file} is relative to, with its scheme; null if that says itself where the file is. */
    public String root() {
        if (uri == null || !uri.endsWith("/" + file)) {
            return null;
        }
        String folder = uri.substring(0, uri.length() - file.length() - 1);
        return TOP.matcher(folder).matches() ? folder + "/" : folder;
    }

    /** What the index says of it before it is embedded. */
    public ClipOrigin origin() {
        return new ClipOrigin(clip, file, root(), start, end, labels, split, stamp);
    }

    /** Whether the clip is its whole file. */
    public boolean whole() {
        return start == 0 && end == Double.POSITIVE_INFINITY;
    }
}
