package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.models.audio.AudioStream;

/** Opens sound files. Called from several threads. */
@FunctionalInterface
public interface AudioReader {
    /**
     * Opens a file at its beginning.
     *
     * @return closed by the caller
     * @throws IOException with the reason in words if it cannot be read
     */
    AudioStream open(Path file) throws IOException;
}
