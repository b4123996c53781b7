package org.unmute.bench.gpu;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.bench.gpu.Step.Part;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.table.PipeTable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs everything on one device and writes Markdown to standard output, progress to standard error. */
@Command(
        name = "gpu-check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs the contract suite, the reference numbers of encoders and probes, and timings on one device.",
            "Standard output gets Markdown for bench/RESULTS.md line by line, standard error the progress and every"
                    + " failure. Each step is a run of JUnit in a process of its own, the most important first; a step"
                    + " that breaks or hangs costs only itself. docs/gpu.md says what to run first."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all that was asked for ran, tests passed and results agree",
            "1:a test failed, a result differs or a row could not be run; the report says which",
            "2:the command line was not understood",
            "4:the device is not there: nothing was checked, and the report says why",
            "6:nothing failed, but not everything could be run; the report says why and how to go on"
        })
final class GpuCheck implements Callable<Integer> {
    static final int FAILED = 1;
    static final int NO_DEVICE = 4;
    static final int NOT_ALL = 6;

    @Option(
            names = "--device",
            defaultValue = "cuda",
            paramLabel = "NAME",
            description = "cuda, cuda:1, opencl ... (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--minutes", paramLabel = "N", description = "do the most important things that fit into N minutes")
    private Double minutes;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "of ${COMPLETION-CANDIDATES}; all if not given")
    private Set<Part> only = EnumSet.allOf(Part.class);

    @Option(
            names = "--steps",
            defaultValue = "",
            paramLabel = "REGEX",
            description = "steps whose name contains a match; --list shows them")
    private String stepPattern;

    @Option(
            names = "--rows",
            defaultValue = "",
            paramLabel = "REGEX",
            description = "of the timings, rows whose name contains a match; --list shows them")
    private String rowPattern;

    @Option(
            names = "--precision",
            split = ",",
            paramLabel = "NAME",
            description = "of the timings, rows of ${COMPLETION-CANDIDATES}; all if not given, float32 alone where the"
                    + " device has no kernels of the others")
    private Set<Case.Precision> precisions;

    @Option(
            names = "--sizes",
            defaultValue = "full",
            paramLabel = "SIZES",
            description = "of the timings: full for a GPU, small for trying the check (default: ${DEFAULT-VALUE})")
    private Case.Sizes sizes;

    @Option(
            names = "--torch",
            defaultValue = "compiled",
            paramLabel = "WAY",
            description = "PyTorch for comparison: none, eager or compiled, which is both (default: ${DEFAULT-VALUE})")
    private TorchSession.Way torch;

    @Option(
            names = "--python",
            defaultValue = "python3",
            paramLabel = "COMMAND",
            description = "where PyTorch is (default: ${DEFAULT-VALUE})")
    private String python;

    @Option(
            names = "--sanitizer",
            defaultValue = "",
            paramLabel = "FILE",
            description = "compute-sanitizer, if it is neither on the PATH nor below /usr/local/cuda")
    private String sanitizer;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "write the report to this file, too, which is whole after every line")
    private Path out;

    @Option(
            names = "--logs",
            paramLabel = "FOLDER",
            description = "keep what each step printed in this folder; otherwise it is removed at the end")
    private Path logs;

    @Option(names = "--list", description = "show steps and rows, with the time that they take; run nothing")
    private boolean list;

    @Option(
            names = "--goldens",
            required = true,
            paramLabel = "FOLDER",
            hidden = true,
            description = "a checkout, or a folder with models and probes; the script gives it")
    private Path goldens;

    @Option(
            names = "--worker",
            required = true,
            paramLabel = "FILE",
            hidden = true,
            description = "worker.py; the script gives it")
    private Path worker;

    @Spec
    private CommandSpec spec;

    private GpuCheck() {}

    /** Ends with the status that {@code --help} lists. */
    public static void main(String[] args) {
        System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
    }

    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new GpuCheck())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(out)
                .setErr(err)
                .execute(args);
    }

    @Override
    public Integer call() throws IOException {
        boolean cuda = device.startsWith("cuda");
        Set<Case.Precision> has = DeviceChecks.precisions(device);
        if (precisions != null && !has.containsAll(precisions)) {
            throw misuse("--precision: " + device + " computes in float32 alone");
        }
        Predicate<String> row = pattern("--rows", rowPattern);
        List<Case> rows = Case.all(sizes, precisions == null ? has : precisions).stream()
                .filter(c -> row.test(c.id()))
                .toList();
        Predicate<String> step = pattern("--steps", stepPattern);
        List<Step> steps = Plan.steps(rows, rowSeconds(), only, cuda).stream()
                .filter(s -> step.test(s.name()))
                .toList();
        if (list) {
            show(steps, rows);
            return 0;
        }
        if (steps.isEmpty()) {
            throw misuse("there is nothing to run: --list shows steps and rows");
        }
        Map<String, String> properties = Map.of(
                DeviceChecks.SIZES, sizes.name(),
                DeviceChecks.ROW_SECONDS, Double.toString(rowSeconds()),
                DeviceChecks.TORCH, torch.name(),
                DeviceChecks.PYTHON, python,
                DeviceChecks.SCRIPT, worker.toAbsolutePath().toString());
        double seconds = minutes == null ? Double.POSITIVE_INFINITY : 60 * minutes;
        return check(new CheckRun.Settings(device, properties, this::golden, sanitizer, seconds), steps);
    }

    private ParameterException misuse(String what) {
        return new ParameterException(spec.commandLine(), what);
    }

    private Predicate<String> pattern(String option, String regex) {
        try {
            return Pattern.compile(regex).asPredicate();
        } catch (PatternSyntaxException e) {
            throw misuse(option + ": no regular expression: " + e.getDescription() + ": " + regex);
        }
    }

    /** What a row takes, with PyTorch's start shared by all. */
    private double rowSeconds() {
        if (torch == TorchSession.Way.COMPILED) {
            return 20;
        }
        return sizes == Case.Sizes.SMALL ? 1 : 10;
    }

    /** The reference numbers of a module; null if there are none. */
    private Path golden(String module) {
        return Stream.of(goldens.resolve(module).resolve("src/test/resources/golden"), goldens.resolve(module))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(null);
    }

    private void show(List<Step> steps, List<Case> rows) {
        PipeTable table = new PipeTable(List.of("step", "about", "a pass means"));
        steps.forEach(s -> table.row(List.of(s.name(), Math.round(s.seconds()) + " s", s.proves())));
        PipeTable second = new PipeTable(List.of("row", "what is timed"));
        rows.forEach(c -> second.row(List.of(c.id(), c.name())));
        print(table + (only.contains(Part.TIMINGS) ? "\n" + second : ""));
    }

    private void print(Object text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }

    private int check(CheckRun.Settings settings, List<Step> steps) throws IOException {
        long begun = System.nanoTime();
        CheckReport report = new CheckReport(spec.commandLine().getOut(), out);
        Path folder = Files.createTempDirectory("gpu-check-");
        Path kept = logs == null ? folder : Files.createDirectories(logs);
        CheckRun run = new CheckRun(settings, report, spec.commandLine().getErr(), folder, kept.toAbsolutePath());
        Thread hook = new Thread(() -> {
            report.close("Interrupted: the check did not end; what is not listed above was not run");
            run.interrupt();
            removeIfPossible(folder);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        report.heading("GPU check: " + device + ", " + LocalDate.now());
        MachineFacts.of(device).forEach(report::point);
        int status = NO_DEVICE;
        if (run.opens()) {
            plan(report, steps, settings.seconds());
            boolean good = run.run(steps);
            if (device.startsWith("cuda")) {
                MachineFacts.afterwards().forEach(report::point);
            }
            status = end(report, good, run, steps, Math.round((System.nanoTime() - begun) / 1e9));
        } else {
            for (Part p : only) {
                report.point("Not run: " + p.label());
            }
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
            removeIfPossible(folder);
        } catch (IllegalStateException e) {
            // A signal is ending the check: the hook removes the folder.
        }
        return status;
    }

    /** Says why a folder stays: another process is just using or removing it. */
    static void removeIfPossible(Path folder) {
        try {
            CaseFolder.remove(folder);
        } catch (IOException | UncheckedIOException e) {
            System.err.println(folder + " stays: " + e.getMessage());
        }
    }

    private void plan(CheckReport report, List<Step> steps, double seconds) {
        for (Part p : Part.values()) {
            if (!only.contains(p)) {
                report.point("Not asked for: " + p.label());
            }
        }
        double needed = steps.stream().mapToDouble(Step::seconds).sum();
        report.point("Plan: " + steps.size() + " steps, about "
                + Math.max(1, Math.round(Math.min(needed, seconds) / 60)) + " min"
                + (needed > seconds ? " of " + Math.round(needed / 60) + ", the most important ones first" : "")
                + "; the last line of this list says whether the check came to its end");
    }

    private static int end(CheckReport report, boolean good, CheckRun run, List<Step> all, long seconds) {
        List<String> notRun = run.notRun();
        List<String> names = all.stream().map(Step::name).toList();
        if (!notRun.isEmpty()) {
            report.point("Not run: " + String.join(", ", notRun));
            String steps = choice(notRun.stream().filter(names::contains));
            String more = choice(notRun.stream().filter(n -> !names.contains(n)));
            if (!steps.isEmpty()) {
                report.point("To go on with the steps: `--steps '" + steps + "'`");
            }
            if (!more.isEmpty()) {
                report.point("To go on with the rows: `--only timings --rows '" + more + "'`");
            }
        }
        boolean whole = notRun.isEmpty() && !run.isHindered();
        report.close("Ended after " + seconds + " s: "
                + (!good
                        ? "something FAILED, see above"
                        : whole ? "all passed" : "nothing failed, but not everything was run"));
        return !good ? FAILED : whole ? 0 : NOT_ALL;
    }

    private static String choice(Stream<String> names) {
        String all = names.collect(Collectors.joining("|"));
        return all.isEmpty() ? "" : "^(" + all + ")$";
    }
}
