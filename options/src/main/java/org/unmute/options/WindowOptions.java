package org.unmute.options;

import java.util.Locale;
import org.unmute.events.encoder.GivenSettings;
import picocli.CommandLine.Option;

/** Options that set how much audio an encoder processes at once. */
@HelpTopic("Encoder")
final class WindowOptions {
    /** Frames per patch in most encoders. */
    private static final int PATCH = 16;

    @Option(
            names = "--frames",
            paramLabel = "N",
            description = "Frames per window, 10 ms each (default: the authors', mostly 1024).")
    private Integer frames;

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            description = "The same in seconds, a multiple of 0.01: the sound that the encoder hears at once. Longer"
                    + " recordings are cut into windows.")
    private Double window;

    /** The number of frames; null if not given. */
    Integer frames() {
        return frames;
    }

    /** The number of seconds; null if not given. */
    Double seconds() {
        return window;
    }

    /** The error message for a window in seconds that an encoder rejects. */
    String refused(String reason) {
        int given = GivenSettings.frames(null, window);
        int rest = given % PATCH;
        int below = given - rest;
        String near = rest == 0
                ? ""
                : ": most encoders take multiples of 0.16 s, such as " + (below == 0 ? "" : seconds(below) + " or ")
                        + seconds(below + PATCH);
        return "--window " + window + " is " + given + " frames: " + reason + near;
    }

    private static String seconds(int frames) {
        return String.format(Locale.ROOT, "%.2f", (double) frames / GivenSettings.FRAMES_PER_SECOND);
    }
}
