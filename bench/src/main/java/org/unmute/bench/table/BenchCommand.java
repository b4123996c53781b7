package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./unmute bench}: ours and the peers, measured in turn, as one table. */
@Command(name = "unmute bench", mixinStandardHelpOptions = true, sortOptions = false, description = {
    "Measures this engine and its peers in turn and prints one Markdown table. Outputs are compared before anything is timed."},
    exitCodeListHeading = "%nExit status:%n", exitCodeList = {"0:done; with --check all measured goals are reached",
        "1:a row of ours failed; with --check a goal is missed", "2:the command line was not understood",
        "3:a file of goals or results is missing or malformed"})
public final class BenchCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int INPUT = 3;

    @Spec
    private CommandSpec spec;

    @Option(names = "--only", paramLabel = "REGEX", description = "Rows to measure: those in whose name the expression is found.")
    private String only = "";

    @Option(names = "--threads", paramLabel = "N", split = ",", description = "Only rows with so many threads, for example 2.")
    private List<Integer> threads = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of every contestant (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--row-seconds", paramLabel = "S",
            description = "No further turn of a row begins after so many seconds, except the second (default: ${DEFAULT-VALUE}).")
    private double rowSeconds = 40;

    @Option(names = "--peers", paramLabel = "NAMES", split = ",", description = "Peers to compare with, or none (default: all). Known: "
            + "onnxruntime, pytorch (DJL, MKL), torch-debian (Python), mkl, openblas, netlib, ejml.")
    private List<String> wanted = List.of();

    @Option(names = "--list", description = "Print the rows and leave.")
    private boolean list;

    @Option(names = "--growth", description = "Time and memory against tokens, prototypes, batch and threads instead of the table; no peers.")
    private boolean growth;

    @Option(names = "--check", description = "Compare with the goals and fail if one is missed. Without --only, rows with goals are measured.")
    private boolean check;

    @Option(names = "--goals", paramLabel = "FILE", description = "The goals (default: bench/goals.toml).")
    private Path goals;

    @Option(names = "--from", paramLabel = "FILE", description = "Measure nothing: take the results of earlier runs.")
    private Path from;

    @Option(names = "--results", paramLabel = "FILE",
            description = "Results as JSON; rows measured now replace theirs (default: bench/target/results.json).")
    private Path results;

    @Option(names = "--out", paramLabel = "FILE", description = "Also write the table of all rows in the results here.")
    private Path out;

    private final Path root = Path.of(System.getProperty("unmute.root", "")).toAbsolutePath();

    /** For picocli. */
    public BenchCommand() {}

    /** Runs the command. */
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new BenchCommand()).setExecutionExceptionHandler((e, command, _) -> {
            command.getErr().println("unmute bench: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
            if (!(e instanceof IOException || e instanceof IllegalArgumentException)) {
                e.printStackTrace(command.getErr());
            }
            return e instanceof IOException || e instanceof IllegalArgumentException ? INPUT : FAILED;
        });
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Goals wantedGoals = check ? Goals.read(goals == null ? root.resolve("bench/goals.toml") : goals) : null;
        List<Row> rows = rows(wantedGoals);
        if (list) {
            rows.forEach(r -> spec.commandLine().getOut().println(r.id() + "  " + r.title() + ", " + r.threads()
                    + (r.threads() == 1 ? " thread" : " threads") + "; peers: " + String.join(", ", r.peers())));
            return 0;
        }
        List<RowResult> shown;
        boolean failed = false;
        if (from != null) {
            List<String> ids = rows.stream().map(Row::id).toList();
            shown = ResultFile.read(from).stream().filter(r -> ids.contains(r.id())).toList();
        } else {
            shown = measure(rows);
            failed = shown.stream().anyMatch(r -> r.timed(RowResult.OURS).isEmpty());
        }
        spec.commandLine().getOut().print(ResultTable.markdown(shown, command()));
        spec.commandLine().getOut().flush();
        return check ? judge(wantedGoals, shown, failed) : failed ? FAILED : 0;
    }

    private List<Row> rows(Goals wantedGoals) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(only);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--only: no regular expression: " + e.getDescription() + ": " + only);
        }
        List<Row> rows = Rows.all(root).stream().filter(r -> pattern.matcher(r.id()).find())
                .filter(r -> threads.isEmpty() || threads.contains(r.threads()))
                .filter(r -> wantedGoals == null || !only.isEmpty() || wantedGoals.concerns(r.id())).toList();
        if (rows.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--only and --threads leave no row; --list shows all");
        }
        for (String peer : wanted) {
            if (!peer.equals("none") && !Peers.names().contains(peer)) {
                throw new ParameterException(spec.commandLine(), "--peers: there is no '" + peer + "', known are " + Peers.names());
            }
        }
        if (rounds < 1 || !(rowSeconds > 0)) {
            throw new ParameterException(spec.commandLine(), "--rounds and --row-seconds must be above 0");
        }
        return rows;
    }

    private List<RowResult> measure(List<Row> rows) throws IOException {
        Path file = results == null ? root.resolve("bench/target/results.json") : results;
        List<RowResult> former = Files.exists(file) ? ResultFile.read(file) : List.of();
        List<String> order = Rows.all(root).stream().map(Row::id).toList();
        Path work = Files.createTempDirectory("unmute-bench");
        List<RowResult> measured = new ArrayList<>();
        Peers peers = new Peers(root, work, System.getProperty("unmute.bench.problem", ""));
        Contest contest = new Contest(rounds, rowSeconds, this::say);
        try (Bench bench = new Bench(peers, work, wanted.isEmpty() ? Peers.names() : wanted, contest,
                System.getProperty("unmute.commit", ""), this::say)) {
            for (Row row : rows) {
                measured.add(bench.measure(row));
                List<RowResult> all = ResultFile.merge(former, measured, order);
                ResultFile.write(file, all);
                if (out != null) {
                    Files.writeString(out, ResultTable.markdown(all, command()));
                }
            }
        } finally {
            Bench.remove(work);
        }
        return measured;
    }

    private int judge(Goals wantedGoals, List<RowResult> shown, boolean failed) {
        List<Goals.Verdict> verdicts = wantedGoals.judge(shown);
        for (Goals.State state : Goals.State.values()) {
            verdicts.stream().filter(v -> v.state() == state)
                    .forEach(v -> say(state.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ') + ": " + v.row() + ": " + v.text()));
        }
        long missed = verdicts.stream().filter(v -> v.state() == Goals.State.MISSED).count();
        long open = verdicts.stream().filter(v -> v.state() == Goals.State.NOT_MEASURED).count();
        say("goals: " + (verdicts.size() - missed - open) + " reached, " + missed + " missed, " + open + " not measured");
        return missed > 0 || failed ? FAILED : 0;
    }

    private String command() {
        return "./unmute bench " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }
}
