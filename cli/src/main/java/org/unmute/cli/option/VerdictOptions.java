package org.unmute.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import picocli.CommandLine.Option;

/** Options that take verdicts of listeners as labels. */
@HelpTopic("Verdicts")
public final class VerdictOptions {
    @InputPath
    @Option(
            names = "--verdicts",
            paramLabel = "FOLDER",
            description =
                    "Verdicts of 'unmute review' in this folder of events: a class is present where the answer was"
                            + " yes and absent where it was no; nothing else is known there. May be repeated.")
    private List<Path> folders = new ArrayList<>();

    @Option(
            names = "--train-on-sample",
            description = "Take verdicts of the random sample as labels, too. They then say nothing any more about a"
                    + " probe trained on them: its events need a new sample.")
    private boolean withSample;

    /** Whether verdicts were given. */
    public boolean given() {
        return !folders.isEmpty();
    }

    /** Whether verdicts of random samples are labels. */
    public boolean withSample() {
        return withSample;
    }

    /** The folders. */
    public List<Path> folders() {
        return List.copyOf(folders);
    }

    /**
     * The verdicts, one for each event.
     *
     * @throws CommandException if a folder has none
     * @throws IOException if they cannot be read
     */
    public List<Verdict> read() throws IOException {
        List<Verdict> all = new ArrayList<>();
        for (Path folder : folders) {
            if (!VerdictJournal.isIn(folder)) {
                throw CommandException.input("--verdicts " + folder + ": there is no " + VerdictJournal.FILE
                        + " in it: 'unmute review " + folder + "' asks for verdicts and writes it");
            }
            all.addAll(VerdictJournal.read(folder).latest());
        }
        return all;
    }
}
