package org.unmute.report.benchmark;

import java.io.IOException;
import java.nio.file.Path;

/** Makes the section that explains a clip. */
@FunctionalInterface
public interface ClipSection {
    /**
     * The section of a clip.
     *
     * @param clip   a sound file
     * @param number from 1, to make ids unique in the page
     * @throws IOException if the clip, the probe or its encoder cannot be read
     */
    Section of(Path clip, int number) throws IOException;
}
