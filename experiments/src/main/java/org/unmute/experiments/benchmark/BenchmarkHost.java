package org.unmute.experiments.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.experiments.grid.EncoderEntry;
import org.unmute.models.audio.Recording;

/** What a benchmark needs of the program that runs it. */
public interface BenchmarkHost {
    /**
     * Opens an encoder of the grid.
     *
     * @throws RuntimeException with a message for the user if it cannot be opened
     */
    BenchmarkEncoder open(EncoderEntry entry) throws IOException;

    /** Decodes an audio file. Called from several threads. */
    Recording read(Path file) throws IOException;

    /**
     * Begins to show how far some work is.
     *
     * @param what what is done, as in "embedding"
     * @param unit what is counted, as in "clips"
     * @param total how many there are
     */
    ProgressBar progress(String what, String unit, long total);

    /** Tells the user a line, unless output is silenced. */
    void tell(String line);

    /** What a failure means to the user, in one line. */
    String explain(Throwable failure);
}
