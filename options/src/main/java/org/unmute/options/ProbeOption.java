package org.unmute.options;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import picocli.CommandLine.Option;

/** The option that names a trained probe, the same for every command that takes one. */
public final class ProbeOption {
    /** Its description in the help of a command. */
    public static final String DESCRIPTION =
            "The trained probe: a file that 'unmute probe' or 'unmute pack' wrote, or the folder of a run with one"
                    + " probe.";

    @InputPath
    @Option(names = "--probe", paramLabel = "PATH", description = DESCRIPTION)
    private String path;

    /** Whether the option was given. */
    public boolean isGiven() {
        return path != null;
    }

    /** The file or folder as typed, on Spark also a URI that Hadoop opens; null if the option was not given. */
    public String path() {
        return path;
    }

    /**
     * The file of the probe.
     *
     * @throws InputException if the option names neither a probe nor a folder that holds one
     * @throws SettingsException if the folder holds several probes, which the message names
     */
    public Path file() throws IOException {
        return ProbeFiles.one(Path.of(path));
    }

    /**
     * What the option names, or a spelling of an earlier version.
     *
     * @param earlier what the earlier spelling names; null if it was not given
     * @throws SettingsException if both were given, or neither
     */
    public Path orEarlier(Path earlier) {
        if (path != null && earlier != null) {
            throw new SettingsException("--probe " + path + " and " + earlier + " both name a probe: leave out one");
        }
        if (path == null && earlier == null) {
            throw new SettingsException("Missing required option: '--probe=PATH', a trained probe");
        }
        return path == null ? earlier : Path.of(path);
    }
}
