package org.unmute.experiments.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.experiments.grid.EncoderEntry;
import org.unmute.models.audio.AudioStream;

/** What a benchmark needs of the program that runs it. */
public interface BenchmarkHost {
    /**
     * Opens an encoder of the grid.
     *
     * @throws RuntimeException with a message for the user if it cannot be opened
     */
    BenchmarkEncoder open(EncoderEntry entry) throws IOException;

    /** Opens an audio file, to be closed by the caller. Called from several threads. */
    AudioStream audio(Path file) throws IOException;

    /**
     * Starts a progress bar.
     *
     * @param what the kind of work, such as "embedding"
     * @param unit the unit counted, such as "clips"
     * @param total the total number of units
     */
    ProgressBar progress(String what, String unit, long total);

    /** Prints a line for the user, unless output is silenced. */
    void tell(String line);

    /** Explains a failure to the user in one line. */
    String explain(Throwable failure);
}
