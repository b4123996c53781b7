package org.unmute.options;

import java.util.Locale;
import org.unmute.events.encoder.GivenSettings;
import picocli.CommandLine.Option;

/** How much sound an encoder hears at once. */
final class WindowOptions {
    /** Frames of a patch of most encoders. */
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

    /** The given frames, or null. */
    Integer frames() {
        return frames;
    }

    /** The given seconds, or null. */
    Double seconds() {
        return window;
    }

    /** The message where an encoder does not take a window in seconds. */
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
