package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.unmute.models.audio.Resampler;
import org.unmute.probes.data.ClipList;
import picocli.CommandLine.Option;

/** Options that name recordings and say how to read them. */
final class AudioOptions {
    /** Resampling filters by their usual names. */
    enum Resampling {
        hann, kaiser_best, kaiser_fast
    }

    @Option(names = "--audio", paramLabel = "PATH", required = true,
            description = "Recordings: a folder (searched below), one file, a text file with one path a line, or a CSV with a "
                    + "column file, filename, path or fname. WAV, FLAC, Ogg Vorbis, MP3, AIFF, AU; mixed to mono.")
    private Path audio;

    @Option(names = "--root", paramLabel = "DIR",
            description = "Folder that paths in a list are relative to (default: the list's own folder).")
    private Path root;

    @Option(names = "--resample", paramLabel = "FILTER", defaultValue = "hann",
            description = "How other sample rates are converted: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, torchaudio's).")
    private Resampling resampling;

    @Option(names = "--strict", description = "Stop at the first recording that cannot be used instead of skipping it.")
    private boolean strict;

    /**
     * The recordings in order.
     *
     * @throws CommandException if there are none, or their list cannot be read
     */
    ClipList clips() {
        try {
            return ClipList.of(audio, root);
        } catch (IOException e) {
            throw new CommandException(ExitCode.INPUT, Failure.of(e).message(), e);
        }
    }

    Resampler.Kernel kernel() {
        return Resampler.Kernel.valueOf(resampling.name().toUpperCase(Locale.ROOT));
    }

    boolean strict() {
        return strict;
    }
}
