package org.unmute.cli.detect;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.unmute.events.detection.OutputFormat;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Option;

/** Options of where events are written, and as which tables. */
public final class EventFiles {
    @OutputPath(OutputPath.Kind.FOLDER)
    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of events; created if needed.")
    private Path out;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            split = ",",
            description = "Tables to write, several separated by commas: ${COMPLETION-CANDIDATES} (default: csv). A"
                    + " format that is added later needs no new computation.")
    private Set<OutputFormat> formats = EnumSet.of(OutputFormat.CSV);

    /** The folder. */
    public Path out() {
        return out;
    }

    /** The formats of the tables. */
    public Set<OutputFormat> formats() {
        return formats;
    }
}
