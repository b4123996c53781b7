package org.unmute.probes.cache;

import java.nio.file.Path;
import java.util.Arrays;
import org.unmute.models.audio.Recording;

/**
 * A recording to embed, or a part of one.
 *
 * @param id path below the audio root, with '/'; of a part, with '#' and its seconds behind
 * @param path where the file is
 * @param start where the clip begins in the file, in seconds, from 0
 * @param end where it ends, in seconds, above {@code start}; infinite: at the end of the file
 */
public record AudioClip(String id, Path path, double start, double end) {
    /** @throws IllegalArgumentException if the times are no range */
    public AudioClip {
        if (!(start >= 0 && end > start) || start == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("clip " + quoted(id)
                    + ": it must begin at 0 s or later and end after that: " + start + " to " + end + " s");
        }
    }

    /** A whole file. */
    public AudioClip(String id, Path path) {
        this(id, path, 0, Double.POSITIVE_INFINITY);
    }

    /** Whether the clip is its whole file. */
    public boolean whole() {
        return start == 0 && end == Double.POSITIVE_INFINITY;
    }

    /**
     * The clip's sound, cut out of its file at the nearest samples. An end beyond the file's is the file's.
     *
     * @throws IllegalArgumentException if the file ends before the clip begins
     */
    public Recording cut(Recording file) {
        if (whole()) {
            return file;
        }
        int length = file.samples().length;
        int from = (int) Math.min(length, Math.round(start * file.sampleRate()));
        int to = (int) Math.min(length, end == Double.POSITIVE_INFINITY ? length : Math.round(end * file.sampleRate()));
        if (from >= to) {
            throw new IllegalArgumentException("clip " + quoted(id) + " begins at " + start
                    + " s, but the recording ends at " + file.seconds() + " s");
        }
        return new Recording(Arrays.copyOfRange(file.samples(), from, to), file.sampleRate(), file.channels());
    }

    private static String quoted(String id) {
        return "'" + id.replaceAll("\\p{Cntrl}", "\uFFFD") + "'";
    }
}
