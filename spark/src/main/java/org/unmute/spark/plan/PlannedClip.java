package org.unmute.spark.plan;

import java.io.Serializable;
import java.util.regex.Pattern;
import org.unmute.audio.playback.Mixdown;
import org.unmute.data.ClipId;

/**
 * A clip to embed, as planned by the driver.
 *
 * @param clip id of the clip, as in {@code unmute embed}: the path below the root, with '#' and seconds if the clip is
 *     part of a file
 * @param file id of the clip's file: the path below the root, with '/'
 * @param uri where Hadoop finds the file
 * @param start where the clip begins in the file, in seconds, from 0
 * @param end where the clip ends, in seconds; infinite for the end of the file
 * @param seconds length of the clip; NaN if unknown
 * @param labels as given in the manifest, joined by ';'; null if there are none
 * @param split as given in the manifest; null if there is none
 * @param stamp changes when the file does: length and modification time, or an ETag
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

    /** The folder that {@link #file} is relative to, with its scheme; null if {@code file} alone locates the file. */
    public String root() {
        if (uri == null || !uri.endsWith("/" + file)) {
            return null;
        }
        String folder = uri.substring(0, uri.length() - file.length() - 1);
        return TOP.matcher(folder).matches() ? folder + "/" : folder;
    }

    /** Which channel of its file the clip is, from 1, as its id says; {@link Mixdown#MEAN} for the mean of all. */
    public int channel() {
        return clip == null || clip.equals(file) ? Mixdown.MEAN : ClipId.channel(clip);
    }

    /** Whether the clip spans its whole file. */
    public boolean whole() {
        return start == 0 && end == Double.POSITIVE_INFINITY;
    }
}
