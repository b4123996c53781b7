package org.unmute.cli.review;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewQueue.Choice;
import org.unmute.events.review.VerdictTable;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import org.unmute.options.OutputPath;
import picocli.CommandLine.Option;

/** Options of the tables in which verdicts are given outside the page, and what they do. */
@HelpTopic("Verdicts")
public final class VerdictTableOptions {
    @OutputPath(OutputPath.Kind.FILE)
    @Option(
            names = "--export",
            paramLabel = "TABLE",
            description = "Write the sample as a table with a column for verdicts: for Raven if it ends in .txt, else"
                    + " CSV.")
    private Path export;

    @Option(
            names = "--doubtful",
            paramLabel = "N",
            description = "With --export: instead of the sample, the N events of each class around the score at which"
                    + " right ones end, as far as verdicts tell. They teach, and estimate nothing.")
    private Integer doubtful;

    @Option(
            names = "--confirmed",
            description = "With --export: instead of the sample, all that a listener confirmed, here or in an earlier"
                    + " review that decided here.")
    private boolean confirmed;

    @InputPath
    @Option(
            names = "--import",
            paramLabel = "TABLE",
            description = "Take the verdicts of a table that --export wrote: yes, no, unsure or other in its column"
                    + " Verdict.")
    private Path table;

    /**
     * Checks the values.
     *
     * @throws CommandException if one is out of its range, or does not go without another
     */
    public void requireValid() {
        if (doubtful != null && doubtful < 1) {
            throw CommandException.usage(SampleOptions.OUT_OF_RANGE);
        }
        if ((doubtful != null || confirmed) && export == null) {
            throw CommandException.usage(
                    (confirmed ? "--confirmed" : "--doubtful") + " chooses what --export writes: give --export TABLE");
        }
        if (doubtful != null && confirmed) {
            throw CommandException.usage("--doubtful and --confirmed both choose what --export writes: give one");
        }
    }

    /**
     * Reads and writes the tables that were named.
     *
     * @param folder of the journal of verdicts
     */
    public void exchange(ReviewQueue queue, Path folder, SampleOptions samples, CommandRun run) throws IOException {
        if (table != null) {
            take(queue, folder, run);
        }
        if (export != null) {
            write(queue, folder, samples, run);
        }
    }

    private void take(ReviewQueue queue, Path folder, CommandRun run) throws IOException {
        VerdictTable.Read read = VerdictTable.read(table, queue, Instant.now());
        int taken;
        try (VerdictJournal journal = VerdictJournal.open(folder)) {
            ReviewSession.tellLost(journal, run);
            taken = read.addTo(journal);
        }
        run.tell(table + ": " + Units.count(taken, "verdict") + " taken, "
                + (read.verdicts().size() - taken)
                + " were known, " + Units.count(read.open(), "row") + " without a verdict"
                + (read.unlisted() == 0
                        ? ""
                        : "; " + read.unlisted() + " are of events that are not listed: they teach, and estimate"
                                + " nothing"));
    }

    private void write(ReviewQueue queue, Path folder, SampleOptions samples, CommandRun run) throws IOException {
        VerdictLog log = VerdictJournal.read(folder);
        List<EarlierVerdicts.Decision> sure =
                confirmed ? DetectionState.verdicts(folder).confirmed() : List.of();
        List<ReviewQueue.Question> questions = confirmed
                ? List.of()
                : queue.first(doubtful == null ? samples.questions() : Map.of(Choice.DOUBTFUL, doubtful), log);
        try (OutputFolder output = run.claimFile(export)) {
            if (confirmed) {
                VerdictTable.writeConfirmed(export, queue.list(), sure);
            } else {
                VerdictTable.write(export, queue.list(), questions, log.byEvent());
            }
            run.record()
                    .result("list", queue.list().digest())
                    .result("events", questions.size() + sure.size())
                    .writeBeside(export);
            output.finish();
        }
        run.tell(export + ": "
                + (confirmed
                        ? Units.count(sure.size(), "event") + " that a listener confirmed"
                        : Units.count(questions.size(), "event") + " to listen to; fill in the column "
                                + VerdictTable.VERDICT + " (yes, no, unsure, other), then give --import " + export));
    }
}
