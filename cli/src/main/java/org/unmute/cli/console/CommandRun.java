package org.unmute.cli.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.RunRecord;

/** A run of a command, for the classes that do its work: its record, and how they speak to the user. */
public interface CommandRun {
    /** The command line as typed, starting with the program's name. */
    List<String> line();

    /** The record of this run. */
    RunRecord record();

    /** Prints a remark for the user, without breaking a progress line. */
    void tell(String line);

    /** Receives remarks for the user; null with {@code --quiet}. */
    PrintWriter remarks();

    /** Starts to show progress. */
    Progress progress(String what, String unit, long total);

    /**
     * Acquires the right to write to a folder, which is created if needed.
     *
     * @throws IOException saying who is writing to it, or whose files it has
     */
    OutputFolder claim(Path folder) throws IOException;

    /**
     * Acquires the right to write a file, and creates its folder if needed.
     *
     * @param derived whether the file that is there may be replaced whoever wrote it, since it can be made again
     * @throws IOException saying who is writing it, or why it must not be replaced
     */
    OutputFolder claimFile(Path file, boolean derived) throws IOException;

    /** As {@link #claimFile(Path, boolean)}, for a file that nobody else can make again. */
    default OutputFolder claimFile(Path file) throws IOException {
        return claimFile(file, false);
    }
}
