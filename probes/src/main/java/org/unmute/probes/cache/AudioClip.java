package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Recording;
import org.unmute.files.PlainText;

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
            throw new IllegalArgumentException(quotedId(id) + ": it must begin at 0 s or later and end after that: "
                    + start + " to " + end + " s");
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

    /** The file's frame with which the clip begins, at the nearest sample. */
    long firstFrame(int sampleRate) {
        return Math.round(start * sampleRate);
    }

    /** The frame after its last one, which may lie behind the end of the file. */
    long endFrame(int sampleRate) {
        return end == Double.POSITIVE_INFINITY ? Long.MAX_VALUE / 2 : Math.round(end * sampleRate);
    }

    /** The clip's length in seconds in a file of this length, where that is known; NaN where it is not. */
    public double seconds(AudioStream file) {
        return Math.max(0, Math.min(end, file.seconds()) - start);
    }

    /**
     * The clip's sound, cut out of its file at the nearest samples. An end beyond the file's is the file's.
     *
     * @param file at any position
     * @return at the file's rate
     * @throws IOException if it cannot be read, or the file ends before the clip begins
     */
    public Recording read(AudioStream file) throws IOException {
        return Recording.read(new ClipStream(file, this, new float[0], 0, 0));
    }

    /** The id in quotes, without control characters, for messages. */
    String quotedId() {
        return quotedId(id);
    }

    private static String quotedId(String id) {
        return "clip '" + PlainText.of(id) + "'";
    }
}
