package org.unmute.cli.label;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.TrainingTable;
import org.unmute.data.provenance.OutputFolder;

/**
 * A table of labelled clips that other commands take.
 *
 * @param file its path
 */
public record ClipTable(Path file) {
    /**
     * Writes the table, with a record of the run beside it.
     *
     * @param document what the record says of the clips
     * @throws CommandException if the clips cannot be a table
     * @throws IOException if a file cannot be written
     */
    public void write(Manifest clips, Object document, CommandRun run) throws IOException {
        try (OutputFolder output = run.claimFile(file)) {
            try {
                TrainingTable.write(file, clips);
            } catch (IllegalArgumentException e) {
                throw wrong(e);
            }
            run.record().results(document).writeBeside(file);
            output.finish();
        }
    }

    /** What is wrong with labels is an error of the input. */
    public static CommandException wrong(IllegalArgumentException e) {
        return CommandException.input(e.getMessage(), e);
    }
}
