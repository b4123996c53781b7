package org.unmute.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.Failure;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.cli.review.PageOptions;
import org.unmute.cli.review.ReviewSession;
import org.unmute.cli.review.ReviewTable;
import org.unmute.cli.review.SampleOptions;
import org.unmute.cli.review.VerdictTableOptions;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ReviewComparison;
import org.unmute.events.review.ReviewQueue;
import org.unmute.files.RegularFile;
import org.unmute.options.InputPath;
import org.unmute.options.MainOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a listener about events, and says what the answers mean for all of them. */
@MainOptions("--audio --sample --precision --half-width --export --import --doubtful --confirmed"
        + " --unlisted --stretch --floor --compare --port --force")
@Command(
        name = "review",
        description = {
            "Says how precise the events of a folder are, from the verdicts of listeners on a random sample of them:"
                    + " for each class the verdicts, the precision with its 95 %% interval, and the number of true"
                    + " events.",
            "Verdicts are kept in FOLDER/verdicts.jsonl. With --audio they are given in a page for a browser of this"
                    + " machine, which plays the events; or in a table: --export writes the events to listen to,"
                    + " --import reads the answers."
        },
        footer = {
            "",
            "Examples:",
            "  unmute review events/ --audio recordings/",
            "  unmute review events/ --export sample.csv --sample 50",
            "  unmute review events/ --import sample.csv",
            "  unmute review events/",
            "  unmute probe --probe protobin --cache cache/ --labels clips.csv --verdicts events/ --out run2/"
        })
final class ReviewCommand extends UnmuteCommand {
    @InputPath
    @Parameters(
            paramLabel = "FOLDER",
            description =
                    "Folder of 'unmute detect', or a folder or table of events that 'unmute eval --events' reads.")
    private Path source;

    @Mixin
    private SampleOptions samples;

    @Mixin
    private VerdictTableOptions tables;

    @InputPath
    @Option(
            names = "--compare",
            paramLabel = "OTHER",
            description = "Events of another run on the same recordings: says which were gained and lost.")
    private Path other;

    @Mixin
    private PageOptions page;

    @Mixin
    private OverwriteOption overwrite;

    @Override
    public Integer call() throws IOException {
        begin();
        page.requireValid();
        samples.requireValid();
        tables.requireValid();
        ReviewQueue queue = samples.queue(source);
        tables.exchange(queue, folder(), samples, this);
        if (page.given()) {
            serve(queue);
        } else {
            show(queue);
        }
        return status;
    }

    /** Prints what the verdicts say. */
    private void show(ReviewQueue queue) throws IOException {
        VerdictLog log = VerdictJournal.read(folder());
        ReviewTable result = samples.table(queue, log);
        if (other != null) {
            result.compare(ReviewComparison.of(queue.list(), samples.events(other), log), other);
        }
        print(result.document(), result::print);
    }

    /** The folder of the journal: that of the events, or the one that holds their table. */
    private Path folder() throws IOException {
        return RegularFile.isFolder(source) ? source : source.toAbsolutePath().getParent();
    }

    /** Serves the page until it is ended. */
    private void serve(ReviewQueue queue) throws IOException {
        ReviewSession.Plan plan = page.plan(source, folder(), queue, samples, ReviewCommand::repeat);
        try (VerdictJournal journal = VerdictJournal.open(folder());
                ReviewSession session = ReviewSession.start(plan, journal, err()::printStackTrace)) {
            ReviewSession.tellLost(journal, this);
            err().println("review: open " + session.address() + " in a browser of this machine; End there, or Ctrl-C,"
                    + " ends the review");
            session.await(() -> {
                tell("review: ended; " + Units.count(journal.log().latest().size(), "verdict") + " in "
                        + journal.file());
                show(queue);
            });
        }
    }

    /** Runs another command in this process. */
    private static int repeat(PrintWriter out, PrintWriter err, List<String> args) {
        return InnerCommand.run(out, err, args, e -> err.println(Failure.of(e).message()));
    }
}
