package org.unmute.probes.cache;

import java.nio.file.NoSuchFileException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of reading a clip.
 *
 * @param samples  mono, at the encoder's rate; null if the clip was not requested or could not be read
 * @param seconds length of the clip; 0 without samples
 * @param rate rate of the file in Hz; 0 without samples
 * @param failure why the clip could not be read; null if it was read or not asked for
 * @param warnings irregularities of the file, reported with the first clip that meets them
 */
public record ClipSound(
        AudioClip clip,
        float @Nullable [] samples,
        double seconds,
        int rate,
        @Nullable Exception failure,
        List<String> warnings) {
    /** Copies the list. */
    public ClipSound {
        warnings = List.copyOf(warnings);
    }

    static ClipSound unasked(AudioClip clip) {
        return new ClipSound(clip, null, 0, 0, null, List.of());
    }

    static ClipSound failed(AudioClip clip, @Nullable Exception failure) {
        return new ClipSound(clip, null, 0, 0, failure, List.of());
    }

    /** End of the clip in its file, in seconds: after its last frame. */
    public double endSeconds() {
        return (double) (clip.firstFrame(rate) + Math.round(seconds * rate)) / rate;
    }

    /** The reason for the failure; null if there is none. */
    public @Nullable String reason() {
        return failure == null ? null : reason(failure);
    }

    /** The reason for a read failure, as text. */
    public static String reason(Exception e) {
        if (e instanceof NoSuchFileException missing) {
            return "the file does not exist: " + missing.getFile();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
