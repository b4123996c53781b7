package org.unmute.cli.option;

import java.util.Locale;
import org.unmute.cli.console.CommandException;
import picocli.CommandLine.Option;

/** How much sound an encoder hears at once. */
final class WindowOptions {
    private static final int FRAMES_PER_SECOND = 100;
    /** More than any encoder takes at once. */
    private static final int MAX_FRAMES = 100_000;
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

    /** Whether seconds are given. */
    boolean inSeconds() {
        return window != null;
    }

    /** The given frames; 0 for the authors'. */
    int frames() {
        if (window != null && frames != null) {
            throw CommandException.usage("--window and --frames both state the window: leave one out");
        }
        if (window == null) {
            if (frames != null && frames < 1) {
                throw CommandException.usage("--frames must be at least 1, is " + frames);
            }
            return frames == null ? 0 : frames;
        }
        double exact = window * FRAMES_PER_SECOND;
        if (!(exact >= 0.5 && exact <= MAX_FRAMES) || Math.abs(exact - Math.round(exact)) > 1e-6) {
            throw CommandException.usage("--window is a multiple of 0.01 s, the length of a frame, from 0.01 to "
                    + MAX_FRAMES / FRAMES_PER_SECOND + " s, not " + window
                    + ": longer recordings are cut into windows");
        }
        return (int) Math.round(exact);
    }

    /** The message where an encoder does not take a window in seconds. */
    String refused(String reason) {
        int rest = frames() % PATCH;
        int below = frames() - rest;
        String near = rest == 0
                ? ""
                : ": most encoders take multiples of 0.16 s, such as " + (below == 0 ? "" : seconds(below) + " or ")
                        + seconds(below + PATCH);
        return "--window " + window + " is " + frames() + " frames: " + reason + near;
    }

    private static String seconds(int frames) {
        return String.format(Locale.ROOT, "%.2f", (double) frames / FRAMES_PER_SECOND);
    }
}
