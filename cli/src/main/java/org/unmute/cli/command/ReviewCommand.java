package org.unmute.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.option.ProbeSettings;
import org.unmute.cli.review.Learner;
import org.unmute.cli.review.ReviewSession;
import org.unmute.cli.review.ReviewTable;
import org.unmute.cli.review.RunLearner;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.ReviewComparison;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewSummary;
import org.unmute.events.review.VerdictTable;
import org.unmute.files.RegularFile;
import org.unmute.tensor.backend.Backends;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a listener about events, and says what the answers mean for all of them. */
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
    private static final int MAX_PORT = 65_535;

    @Parameters(
            paramLabel = "FOLDER",
            description =
                    "Folder of 'unmute detect', or a folder or table of events that 'unmute eval --events' reads.")
    private Path source;

    @Option(names = "--floor", paramLabel = "X", description = "Only events with at least this score are listed.")
    private double floor = Double.NaN;

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "50",
            description = "Events of a class in the random sample (default: ${DEFAULT-VALUE}).")
    private int sample;

    @Option(
            names = "--unlisted",
            paramLabel = "N",
            defaultValue = "0",
            description = "Random stretches without an event of a class to listen to, which tell what was missed"
                    + " (default: ${DEFAULT-VALUE}).")
    private int unlisted;

    @Option(
            names = "--stretch",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Length of such a stretch (default: ${DEFAULT-VALUE}).")
    private double stretch;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "0.9",
            description = "Wanted precision: the table says above which score it is shown (default: ${DEFAULT-VALUE}).")
    private double wanted;

    @Option(
            names = "--half-width",
            paramLabel = "W",
            defaultValue = "0.1",
            description = "Wanted half width of the intervals: the table says how many verdicts that takes"
                    + " (default: ${DEFAULT-VALUE}).")
    private double halfWidth;

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
            names = "--import",
            paramLabel = "TABLE",
            description = "Take the verdicts of a table that --export wrote: yes, no, unsure or other in its column"
                    + " Verdict.")
    private Path table;

    @Option(
            names = "--compare",
            paramLabel = "OTHER",
            description = "Events of another run on the same recordings: says which were gained and lost.")
    private Path other;

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

    @Option(
            names = "--verdict-cache",
            paramLabel = "DIR",
            description = "Token cache of the recordings, for learning in the page, if it is not the one that the probe"
                    + " was trained on.")
    private Path cache;

    @Override
    public Integer call() throws IOException {
        begin();
        requireValid();
        ListedEvents list = ListedEvents.read(source, floor);
        ReviewQueue queue = new ReviewQueue(list, new ReviewQueue.Plan(sample, unlisted, stretch, Map.of()));
        if (list.events().isEmpty()) {
            throw CommandException.input("review: " + source + " lists no events"
                    + (Double.isNaN(floor) ? "" : " with a score of at least " + floor + ": choose a lower --floor"));
        }
        if (table != null) {
            take(queue);
        }
        if (export != null) {
            write(queue, VerdictJournal.read(folder()));
        }
        if (audio != null) {
            serve(queue);
        } else {
            show(queue);
        }
        return status;
    }

    /** Prints what the verdicts say. */
    private void show(ReviewQueue queue) throws IOException {
        VerdictLog log = VerdictJournal.read(folder());
        ReviewTable result = new ReviewTable(queue, ReviewSummary.of(queue, log), wanted, halfWidth);
        if (other != null) {
            result.compare(ReviewComparison.of(queue.list(), ListedEvents.read(other, floor), log), other);
        }
        print(result.document(), result::print);
    }

    private void requireValid() {
        if (port < 0 || port > MAX_PORT) {
            throw CommandException.usage("--port must be from 0 to " + MAX_PORT + ": " + port);
        }
        if ((matched("--port") || cache != null) && audio == null) {
            throw CommandException.usage("--port and --verdict-cache are of the page: give --audio DIR");
        }
        if (sample < 1 || unlisted < 0 || !(stretch > 0) || doubtful != null && doubtful < 1) {
            throw CommandException.usage("--sample, --doubtful and --stretch must be above 0, --unlisted 0 or more");
        }
        if (!(wanted > 0 && wanted < 1) || !(halfWidth > 0 && halfWidth < 1)) {
            throw CommandException.usage(
                    "--precision and --half-width must be above 0 and below 1: " + wanted + " and " + halfWidth);
        }
        if (doubtful != null && export == null) {
            throw CommandException.usage("--doubtful chooses what --export writes: give --export TABLE");
        }
    }

    /** The folder of the journal: that of the events, or the one that holds their table. */
    private Path folder() throws IOException {
        return RegularFile.isFolder(source) ? source : source.toAbsolutePath().getParent();
    }

    /** Serves the page until it is ended. */
    private void serve(ReviewQueue queue) throws IOException {
        if (!RegularFile.exists(audio)) {
            throw CommandException.input("--audio: no such file or folder: " + audio);
        }
        Learner learner = RunLearner.of(queue.list(), folder(), cache, ReviewCommand::repeat)
                .orElse(null);
        ReviewSession.Plan page = new ReviewSession.Plan(
                source.toString(),
                queue,
                choices(queue),
                audio,
                wanted,
                halfWidth,
                learner,
                List.of("unmute probe … --verdicts " + folder() + " --out …"),
                port);
        try (VerdictJournal journal = VerdictJournal.open(folder());
                ReviewSession session = ReviewSession.start(page, journal, err()::printStackTrace)) {
            tellLost(journal);
            err().println("review: open " + session.address() + " in a browser of this machine; End there, or Ctrl-C,"
                    + " ends the review");
            session.await(() -> {
                tell("review: ended; " + Units.count(journal.log().latest().size(), "verdict") + " in "
                        + journal.file());
                show(queue);
            });
        }
    }

    /** What the page can ask, the usual first: results of a search by score, else the random sample. */
    private List<ReviewQueue.Choice> choices(ReviewQueue queue) throws IOException {
        List<ReviewQueue.Choice> all = new ArrayList<>(List.of(ReviewQueue.Choice.values()));
        if (queue.plan().unlisted() == 0) {
            all.remove(ReviewQueue.Choice.UNLISTED);
        }
        if (RunLearner.isSearch(folder())) {
            all.remove(ReviewQueue.Choice.LISTED);
            all.addFirst(ReviewQueue.Choice.LISTED);
        }
        return all;
    }

    /** Runs another command in this process. */
    private static int repeat(PrintWriter out, PrintWriter err, List<String> args) {
        CommandLine line = new CommandLine(CommandSpec.create().name("unmute"));
        line.addSubcommand(new ProbeCommand()).addSubcommand(new DetectCommand());
        ProbeSettings.addShortForms(line.getSubcommands().get("probe").getCommandSpec());
        line.setOut(out).setErr(err).setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            Failure failure = Failure.of(e);
            err.println(failure.message());
            return failure.exitCode();
        });
        try (Backends.Scope _ = Backends.scope()) {
            return line.execute(args.toArray(String[]::new));
        }
    }

    private void tellLost(VerdictJournal journal) {
        if (journal.lost() > 0) {
            tell("review: " + journal.lost() + " bytes of a verdict that was not written whole were dropped from "
                    + journal.file());
        }
    }

    private void take(ReviewQueue queue) throws IOException {
        VerdictTable.Read read = VerdictTable.read(table, queue, Instant.now());
        int taken = 0;
        try (VerdictJournal journal = VerdictJournal.open(folder())) {
            tellLost(journal);
            Map<ReviewedEvent.Key, Verdict> known = latest(journal.log());
            for (Verdict verdict : read.verdicts()) {
                Verdict before = known.get(verdict.event().key());
                if (before == null || !isSame(before, verdict)) {
                    journal.add(verdict);
                    taken++;
                }
            }
        }
        tell(table + ": " + Units.count(taken, "verdict") + " taken, "
                + (read.verdicts().size() - taken)
                + " were known, " + Units.count(read.open(), "row") + " without a verdict"
                + (read.unlisted() == 0
                        ? ""
                        : "; " + read.unlisted() + " are of events that are not listed: they teach, and estimate"
                                + " nothing"));
    }

    private static boolean isSame(Verdict a, Verdict b) {
        return a.answer() == b.answer()
                && a.other().equals(b.other())
                && a.edges().equals(b.edges())
                && (a.draw().kind() == b.draw().kind() || b.draw().list().isEmpty());
    }

    private static Map<ReviewedEvent.Key, Verdict> latest(VerdictLog log) {
        Map<ReviewedEvent.Key, Verdict> known = new HashMap<>();
        log.latest().forEach(v -> known.put(v.event().key(), v));
        return known;
    }

    private void write(ReviewQueue queue, VerdictLog log) throws IOException {
        List<ReviewQueue.Question> questions = new ArrayList<>();
        for (String label : queue.list().labels()) {
            if (doubtful != null) {
                questions.addAll(first(queue.questions(ReviewQueue.Choice.DOUBTFUL, label, log), doubtful));
            } else {
                questions.addAll(first(queue.questions(ReviewQueue.Choice.SAMPLE, label, log), sample));
                questions.addAll(first(queue.questions(ReviewQueue.Choice.UNLISTED, label, log), unlisted));
            }
        }
        try (OutputFolder output = claimFile(export)) {
            VerdictTable.write(export, queue.list(), questions, latest(log));
            record.result("list", queue.list().digest())
                    .result("events", questions.size())
                    .writeTo(recordBeside(export));
            output.finish();
        }
        tell(export + ": " + Units.count(questions.size(), "event") + " to listen to; fill in the column "
                + VerdictTable.VERDICT + " (yes, no, unsure, other), then give --import " + export);
    }

    private static List<ReviewQueue.Question> first(List<ReviewQueue.Question> all, int most) {
        return all.subList(0, Math.min(most, all.size()));
    }
}
