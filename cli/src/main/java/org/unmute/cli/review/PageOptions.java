package org.unmute.cli.review;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.console.CommandException;
import org.unmute.events.review.ReviewQueue;
import org.unmute.files.RegularFile;
import org.unmute.options.InputPath;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of the page in which events are reviewed. */
public final class PageOptions {
    private static final int MAX_PORT = 65_535;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "DIR",
            description = "Folder of the recordings, or a single one: opens the review as a page for a browser of this"
                    + " machine, until it is ended there or by Ctrl-C.")
    private Path audio;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "0",
            description = "Port of the page on 127.0.0.1 (default: any free one).")
    private int port;

    @InputPath
    @Option(
            names = "--verdict-cache",
            paramLabel = "DIR",
            description = "Token cache of the recordings, for learning in the page, if it is not the one that the probe"
                    + " was trained on.")
    private Path cache;

    /**
     * Checks the values.
     *
     * @throws CommandException if one is out of its range, or does not go without {@code --audio}
     */
    public void requireValid() {
        if (port < 0 || port > MAX_PORT) {
            throw CommandException.usage("--port must be from 0 to " + MAX_PORT + ": " + port);
        }
        boolean portGiven = command.commandLine().getParseResult().hasMatchedOption("--port");
        if ((portGiven || cache != null) && audio == null) {
            throw CommandException.usage("--port and --verdict-cache are of the page: give --audio DIR");
        }
    }

    /** Whether the page is wanted. */
    public boolean given() {
        return audio != null;
    }

    /**
     * What the page shows.
     *
     * @param source of the events, for people
     * @param folder of the journal of verdicts
     * @param runner runs the commands by which the probe learns from the verdicts
     * @throws CommandException if there are no such recordings
     */
    public ReviewSession.Plan plan(
            Path source, Path folder, ReviewQueue queue, SampleOptions samples, RunLearner.Runner runner)
            throws IOException {
        if (!RegularFile.exists(audio)) {
            throw CommandException.input("--audio: no such file or folder: " + audio);
        }
        Learner learner = RunLearner.of(queue.list(), folder, cache, runner).orElse(null);
        return new ReviewSession.Plan(
                source.toString(),
                queue,
                choices(queue, folder),
                folder,
                audio,
                samples.precision(),
                samples.halfWidth(),
                learner,
                List.of("unmute probe … --verdicts " + folder + " --out …"),
                port);
    }

    /** What the page can ask, the usual first: results of a search by score, else the random sample. */
    private static List<ReviewQueue.Choice> choices(ReviewQueue queue, Path folder) throws IOException {
        List<ReviewQueue.Choice> all = new ArrayList<>(List.of(ReviewQueue.Choice.values()));
        if (queue.plan().unlisted() == 0) {
            all.remove(ReviewQueue.Choice.UNLISTED);
        }
        if (RunLearner.isSearch(folder)) {
            all.remove(ReviewQueue.Choice.LISTED);
            all.addFirst(ReviewQueue.Choice.LISTED);
        }
        return all;
    }
}
