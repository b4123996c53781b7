package org.unmute.cli.console;

import java.io.PrintWriter;
import java.util.List;
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
}
