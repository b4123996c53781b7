package org.unmute.cli.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.unmute.cli.console.CommandException;
import org.unmute.events.detection.OutputFormat;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Option;

/** Options of the folder of events that a search writes. */
public final class FoundEvents {
    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of events; created if needed.")
    private Path out;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            split = ",",
            description = "Tables to write, several separated by commas: CSV, JSONL, RAVEN, AUDACITY, BIRDNET, PARQUET"
                    + " (default: csv).")
    private Set<OutputFormat> formats = EnumSet.of(OutputFormat.CSV);

    @Option(
            names = "--label",
            paramLabel = "NAME",
            description = "Class of what is found, in the tables (default: ${DEFAULT-VALUE}).")
    private String label = "match";

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "DIR",
            description = "Folder of the recordings, for tables that name files and continue their times (default: the"
                    + " folder that 'unmute embed' read, if it is there).")
    private Path audio;

    /**
     * Checks the formats.
     *
     * @throws CommandException if one is not for searches
     */
    public void requireValid() {
        if (formats.contains(OutputFormat.CAMTRAPDP)) {
            throw CommandException.usage("--format camtrapdp is of 'detect': a package of observations says which"
                    + " recordings were listened to as a whole, which a search does not");
        }
    }

    /** The folder. */
    public Path out() {
        return out;
    }

    /** Formats of the tables. */
    public Set<OutputFormat> formats() {
        return formats;
    }

    /** Class of the events. */
    public String label() {
        return label;
    }

    /** Folder of the recordings as given; null if it was not. */
    public Path audio() {
        return audio;
    }

    /**
     * Folder of the recordings: the given one, else the one that was read into the cache; null if it is not known.
     *
     * @throws IOException if the record of the cache cannot be read
     */
    public Path recordings(Path cache) throws IOException {
        return audio != null ? audio : SearchReport.recordings(cache);
    }
}
