package org.unmute.report.event;

import java.io.IOException;
import org.unmute.audio.AudioStream;

/** Opens recordings from which stretches are drawn and embedded. */
@FunctionalInterface
public interface SnippetSource {
    /**
     * Opens a recording. It is closed after its stretches are read and before another one is opened.
     *
     * @throws IOException if it cannot be read; the page then shows the reason in place of its pictures
     */
    AudioStream open(SoundFile file) throws IOException;
}
