package org.unmute.report.event;

import java.io.IOException;
import org.unmute.audio.AudioStream;

/** Opens recordings, so that stretches of them are drawn and embedded. */
@FunctionalInterface
public interface SnippetSource {
    /**
     * Opens a recording. It is closed after the stretches of one file are read, before another is opened.
     *
     * @throws IOException if it cannot be read; the page then says so in place of its pictures
     */
    AudioStream open(SoundFile file) throws IOException;
}
