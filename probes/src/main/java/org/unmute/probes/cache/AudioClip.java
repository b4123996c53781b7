package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Recording;
import org.unmute.audio.playback.Mixdown;
import org.unmute.files.PlainText;

/**
 * A recording to embed, a part of one, or one of its channels.
 *
 * @param id path below the audio root, with '/'; for a channel, followed by '#ch' and its number; for a part of a file,
 *     followed by '#' and its seconds
 * @param path location of the file
 * @param start where the clip begins in the file, in seconds, from 0
 * @param end where it ends, in seconds, above {@code start}; infinity means the end of the file
 * @param channel which channel of the file it is, from 1; {@link Mixdown#MEAN} for the mean of all
 */
public record AudioClip(String id, Path path, double start, double end, int channel) {
    /** @throws IllegalArgumentException if the times are not a valid range, or the channel is negative */
    public AudioClip {
        if (!(start >= 0 && end > start) || start == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(quotedId(id) + ": it must begin at 0 s or later and end after that: "
                    + start + " to " + end + " s");
        }
        if (channel < 0) {
            throw new IllegalArgumentException(quotedId(id) + ": channels count from 1: " + channel);
        }
    }

    /** A clip of the mean of all channels. */
    public AudioClip(String id, Path path, double start, double end) {
        this(id, path, start, end, Mixdown.MEAN);
    }

    /** A clip that is a whole file. */
    public AudioClip(String id, Path path) {
        this(id, path, 0, Double.POSITIVE_INFINITY);
    }

    /** Whether the clip lasts as long as its file. */
    public boolean whole() {
        return start == 0 && end == Double.POSITIVE_INFINITY;
    }

    /** Index of the clip's first frame in the file, rounded to the nearest sample. */
    long firstFrame(int sampleRate) {
        return Math.round(start * sampleRate);
    }

    /** Index after the clip's last frame, which may exceed the length of the file. */
    long endFrame(int sampleRate) {
        return end == Double.POSITIVE_INFINITY ? Long.MAX_VALUE / 2 : Math.round(end * sampleRate);
    }

    /** Length of the clip in seconds; NaN if the length of the file is not known. */
    public double seconds(AudioStream file) {
        return Math.max(0, Math.min(end, file.seconds()) - start);
    }

    /**
     * Reads the clip from its file, cut at the nearest samples. A clip that would end after the file ends with it.
     *
     * @param file at any position
     * @return the clip at the file's rate
     * @throws IOException if it cannot be read, or the file ends before the clip begins
     */
    public Recording read(AudioStream file) throws IOException {
        return Recording.read(new ClipStream(file, this, new float[0], 0, 0));
    }

    /** The id in quotes and without control characters, for messages. */
    String quotedId() {
        return quotedId(id);
    }

    private static String quotedId(String id) {
        return "clip '" + PlainText.of(id) + "'";
    }
}
