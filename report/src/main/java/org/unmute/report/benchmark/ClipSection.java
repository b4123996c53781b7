package org.unmute.report.benchmark;

import java.io.IOException;
import java.nio.file.Path;

/** Explains a clip: its sound, what the encoder makes of it and which prototypes speak for which class. */
@FunctionalInterface
public interface ClipSection {
    /**
     * The section of a clip.
     *
     * @param clip   a sound file
     * @param number from 1, for ids that are unique in the page
     * @throws IOException if the clip or what is needed to explain it cannot be read
     */
    Section of(Path clip, int number) throws IOException;
}
