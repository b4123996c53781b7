package org.unmute.probes.cache;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;

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

    /** Whether a device or network failed rather than the recording, so that another try may read it. */
    static boolean mayPass(Exception failure) {
        return failure instanceof IOException
                && !(failure instanceof UnreadableAudioException
                        || failure instanceof NoSuchFileException
                        || failure instanceof AccessDeniedException
                        || failure instanceof EOFException);
    }
}
