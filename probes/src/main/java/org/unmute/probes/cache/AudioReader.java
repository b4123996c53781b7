package org.unmute.probes.cache;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;

/** Opens sound files. Called from several threads. */
@FunctionalInterface
public interface AudioReader {
    /**
     * Opens a file at its beginning.
     *
     * @param channel from 1, or {@link org.unmute.audio.playback.Mixdown#MEAN} for the mean of all
     * @return the stream, which the caller closes
     * @throws IOException if it cannot be read; the message gives the reason
     */
    AudioStream open(Path file, int channel) throws IOException;

    /** Whether the failure lies with a device or network, not with the recording, so that a retry may succeed. */
    static boolean mayPass(@Nullable Exception failure) {
        return failure instanceof IOException
                && !(failure instanceof UnreadableAudioException
                        || failure instanceof NoSuchFileException
                        || failure instanceof AccessDeniedException
                        || failure instanceof EOFException);
    }
}
