package org.unmute.cli.explain;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.cli.audio.RecordingStretch;
import org.unmute.cli.audio.RecordingWarnings;
import org.unmute.cli.console.CommandException;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.options.InputPath;
import org.unmute.report.clip.Explainer;
import picocli.CommandLine.Option;

/** Options that say which sound is explained. */
public final class ExplainedSound {
    /** Seconds of a stretch without an end, of an encoder without windows. */
    private static final double WINDOW = 10;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "FILE",
            required = true,
            description = "The recording: WAV, FLAC, Ogg Vorbis, MP3, AIFF, AU.")
    private Path file;

    @Option(
            names = "--at",
            paramLabel = "START[-END]",
            description =
                    "The stretch to explain, in seconds, m:ss or h:mm:ss, at most 60 s; without an end one window of"
                            + " the encoder. A recording of up to 60 s is explained as a whole without it.")
    private String at;

    private RecordingStretch stretch;

    /**
     * Checks the stretch.
     *
     * @throws CommandException if it is malformed or too long
     */
    public void requireValid() {
        stretch = at == null ? null : RecordingStretch.parse("--at", at, Explainer.MAX_SECONDS);
    }

    /** The recording. */
    public Path file() {
        return file;
    }

    /**
     * The whole recording; null if a stretch of it is wanted.
     *
     * @throws CommandException if it is too long
     * @throws IOException if it cannot be read
     */
    public RecordingStretch.Part whole(int channel, RecordingWarnings warnings) throws IOException {
        return stretch != null
                ? null
                : RecordingStretch.readWhole(
                        file, channel, Explainer.MAX_SECONDS, "name the stretch to show, as --at 0:30-0:40", warnings);
    }

    /**
     * The stretch; without an end, a window of the encoder.
     *
     * @throws CommandException if the recording ends before it
     * @throws IOException if the recording cannot be read
     */
    public RecordingStretch.Part stretch(int channel, EncoderSpec encoder, RecordingWarnings warnings)
            throws IOException {
        double window = encoder.isWhole() ? WINDOW : encoder.seconds(encoder.windowSamples());
        return stretch.read(file, channel, Math.min(window, Explainer.MAX_SECONDS), warnings);
    }
}
