package org.unmute.probes.cache;

import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * What reading a clip gave.
 *
 * @param samples  mono, at the encoder's rate; null if the clip was not asked for or could not be read
 * @param seconds  its length in the file; 0 without samples
 * @param rate     of its file, in Hz; 0 without samples
 * @param failure  why it could not be read; null if it was, or was not asked for
 * @param warnings what is odd about its file, said with the first clip that meets it
 */
public record ClipSound(
        AudioClip clip, float[] samples, double seconds, int rate, Exception failure, List<String> warnings) {
    /** Copies the list. */
    public ClipSound {
        warnings = List.copyOf(warnings);
    }

    static ClipSound unasked(AudioClip clip) {
        return new ClipSound(clip, null, 0, 0, null, List.of());
    }

    static ClipSound failed(AudioClip clip, Exception failure) {
        return new ClipSound(clip, null, 0, 0, failure, List.of());
    }

    /** Where it ends in its file, in seconds: after its last frame. */
    public double endSeconds() {
        return (double) (clip.firstFrame(rate) + Math.round(seconds * rate)) / rate;
    }

    /** The failure in words; null without one. */
    public String reason() {
        return failure == null ? null : reason(failure);
    }

    /** Why something could not be read, in words. */
    public static String reason(Exception e) {
        if (e instanceof NoSuchFileException missing) {
            return "the file does not exist: " + missing.getFile();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
