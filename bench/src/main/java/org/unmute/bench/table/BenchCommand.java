package org.unmute.bench.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.rows.BenchRows;
import org.unmute.bench.rows.Row;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./unmute bench}: times this engine and its peers, interleaved, and prints one table. */
@Command(
        name = "unmute bench",
        customSynopsis = "unmute bench [OPTION...]",
        sortOptions = false,
        description = {
            "Times this engine and its peers (ONNX Runtime, PyTorch, MKL, OpenBLAS) interleaved, with the"
                    + " same weights and inputs, and prints one Markdown table. Outputs are compared before anything is"
                    + " timed: a peer that computes something else is not timed.",
            "",
            "A peer that is not installed, or multiplies by a reference BLAS, is left out, and the table says why."
                    + " Leave the machine alone meanwhile: other load shows in the times."
        },
        footer = {
            "",
            "Examples:",
            "  unmute bench                              all rows with all peers (about a quarter of an hour)",
            "  unmute bench --quick --only 'vit|match'   some rows, fewer rounds",
            "  unmute bench --verify --only wav          do the peers compute the same?",
            "",
            "docs/bench.md explains the rows and how to add a peer."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:a row of ours failed",
            "2:the command line was not understood",
            "3:a file of results is missing or malformed"
        })
public final class BenchCommand implements Callable<Integer> {
    static final int FAILED = 1;
    private static final int INPUT = 3;
    private static final int QUICK_ROUNDS = 2;
    private static final double QUICK_SECONDS = 8;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description = "Rows to measure: those in whose name the expression is found.")
    private String only = "";

    @Option(
            names = "--threads",
            paramLabel = "N",
            split = ",",
            description = "Only rows with this number of threads, for example 2.")
    private List<Integer> threads = List.of();

    @Option(
            names = "--peers",
            paramLabel = "NAME",
            split = ",",
            description = "Peers to compare with, or none (default: all). Known: "
                    + "onnxruntime, pytorch (DJL, MKL), torch-debian (Python), mkl, openblas.")
    private List<String> wanted = List.of();

    @Option(
            names = "--quick",
            description = "Fewer rounds: --rounds " + QUICK_ROUNDS + " --row-seconds " + (int) QUICK_SECONDS + ".")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of every row (default: 5).")
    private Integer rounds;

    @Option(
            names = "--row-seconds",
            paramLabel = "S",
            description = "No further round of a row starts after this time, except the second (default: 20).")
    private Double rowSeconds;

    @Option(names = "--list", description = "Print the rows and exit.")
    private boolean list;

    @Option(
            names = "--verify",
            description =
                    "Only compare outputs, one call each, and say which peers agree; nothing is timed or written.")
    private boolean verify;

    @Option(
            names = "--write-case",
            paramLabel = "FOLDER",
            description = "Measure nothing: write the inputs and weights of the one row that --only selects into a new"
                    + " folder.")
    private Path caseFolder;

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "Results as JSON; rows measured now replace theirs (default: bench/target/results.json).")
    private Path results;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Measure nothing: take the results of earlier runs from a file that --results wrote.")
    private Path from;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Also write all results into this Markdown file, such as bench/RESULTS.md; what else is in it"
                    + " stays.")
    private Path out;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private final Path root = Path.of(System.getProperty("unmute.root", "")).toAbsolutePath();

    /** For picocli. */
    public BenchCommand() {}

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchCommand())
                .setUsageHelpWidth(120)
                .setExecutionExceptionHandler((e, command, _) -> {
                    command.getErr()
                            .println("unmute bench: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
                    if (e instanceof IOException || e instanceof IllegalArgumentException) {
                        return INPUT;
                    }
                    e.printStackTrace(command.getErr());
                    return FAILED;
                });
    }

    @Override
    public Integer call() throws IOException {
        List<Row> rows = rows();
        if (list) {
            rows.forEach(r -> print(r.id() + "  " + r.describe()
                    + (r.peers().isEmpty() ? "" : "; peers: " + String.join(", ", r.peers())) + "\n"));
            return 0;
        }
        if (caseFolder != null) {
            return writeCase(rows);
        }
        if (verify) {
            return verify(rows);
        }
        List<RowResult> shown;
        boolean failed = false;
        if (from != null) {
            List<String> ids = rows.stream().map(Row::id).toList();
            List<RowResult> all = ResultFile.read(from);
            shown = all.stream().filter(r -> ids.contains(r.id())).toList();
            report(all);
        } else {
            shown = measure(rows);
            failed = shown.stream().anyMatch(r -> r.timed(Row.OURS).isEmpty());
        }
        print(shown.isEmpty() ? "" : ResultTable.markdown(shown, command()));
        return failed ? FAILED : 0;
    }

    private List<Row> rows() {
        Pattern pattern;
        try {
            pattern = Pattern.compile(only);
        } catch (PatternSyntaxException e) {
            throw misuse("--only: no regular expression: " + e.getDescription() + ": " + only);
        }
        List<Row> rows = BenchRows.all(root).stream()
                .filter(r -> pattern.matcher(r.id()).find())
                .filter(r -> threads.isEmpty() || threads.contains(r.threads()))
                .toList();
        if (rows.isEmpty()) {
            throw misuse("--only and --threads leave no row; --list shows all");
        }
        for (String peer : wanted) {
            if (!peer.equals("none") && !Peers.names().contains(peer)) {
                throw misuse("--peers: there is no '" + peer + "', known are " + Peers.names());
            }
        }
        if (rounds != null && rounds < 1 || rowSeconds != null && !(rowSeconds > 0)) {
            throw misuse("--rounds and --row-seconds must be above 0");
        }
        return rows;
    }

    private ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void print(String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }

    private int writeCase(List<Row> rows) throws IOException {
        if (rows.size() != 1) {
            throw misuse("--write-case takes one row, and --only selects " + rows.size() + ": "
                    + rows.stream().map(Row::id).limit(5).toList());
        }
        Files.createDirectories(caseFolder.toAbsolutePath().getParent());
        Files.createDirectory(caseFolder); // fails if it is there: its files would be replaced
        rows.getFirst().files().write(caseFolder);
        return 0;
    }

    private int verify(List<Row> rows) throws IOException {
        boolean agree = true;
        try (Bench bench = bench(0)) {
            for (Row row : rows) {
                for (RowResult.Entry entry : bench.measure(row).entries()) {
                    boolean own = entry.problem().equals(InterleavedTimer.AGREES);
                    agree &= own;
                    print(row.id() + ": " + entry.name() + ": " + (own ? "agrees" : entry.problem()) + "\n");
                }
            }
        }
        return agree ? 0 : FAILED;
    }

    /** A folder for cases, removed even if the program is interrupted. */
    private static Path workFolder() throws IOException {
        Path work = Files.createTempDirectory("unmute-bench");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                CaseFolder.remove(work);
            } catch (IOException e) {
                System.err.println("unmute bench: cannot remove " + work + ": " + e.getMessage());
            }
        }));
        return work;
    }

    private Bench bench(int turns) throws IOException {
        Path work = workFolder();
        Peers peers = new Peers(root, work, System.getProperty("unmute.bench.problem", ""));
        double seconds = rowSeconds != null ? rowSeconds : quick ? QUICK_SECONDS : 20;
        return new Bench(
                peers,
                work,
                wanted.isEmpty() ? Peers.names() : wanted,
                new InterleavedTimer(turns, seconds, this::say),
                System.getProperty("unmute.commit", ""),
                this::say);
    }

    private List<RowResult> measure(List<Row> rows) throws IOException {
        Path file = results == null ? root.resolve("bench/target/results.json") : results;
        List<RowResult> former = Files.exists(file) ? ResultFile.read(file) : List.of();
        List<String> order = BenchRows.all(root).stream().map(Row::id).toList();
        List<RowResult> measured = new ArrayList<>();
        try (Bench bench = bench(rounds != null ? rounds : quick ? QUICK_ROUNDS : 5)) {
            for (Row row : rows) {
                measured.add(bench.measure(row));
                List<RowResult> all = ResultFile.merge(former, measured, order);
                ResultFile.write(file, all);
                report(all);
            }
        }
        return measured;
    }

    private void report(List<RowResult> all) throws IOException {
        if (out != null && !all.isEmpty()) {
            ReportFile.write(out, ResultTable.markdown(all, command()));
        }
    }

    private String command() {
        String words = spec.commandLine().getParseResult().originalArgs().stream()
                .map(w -> w.matches("[\\w./=,:-]+") ? w : "'" + w + "'")
                .collect(Collectors.joining(" "));
        return ("./unmute bench " + words).strip();
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }
}
