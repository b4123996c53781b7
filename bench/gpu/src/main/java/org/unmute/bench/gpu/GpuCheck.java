package org.unmute.bench.gpu;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.PeerException;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.backend.Profiled;
import org.unmute.tensor.backend.WorkProfile.Peak;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs everything on one device and writes Markdown to standard output, progress to standard error. */
@Command(
        name = "gpu-check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs the contract suite, the reference numbers of encoders and probes, and timings on one device.",
            "Standard output gets Markdown for bench/RESULTS.md, standard error the progress and every failure."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all that was asked for ran, tests passed and results agree",
            "1:a test failed, a result differs or a row could not be run; the report says which",
            "2:the command line was not understood",
            "4:the device is not there: nothing was checked, and the report says why"
        })
final class GpuCheck implements Callable<Integer> {
    static final int FAILED = 1;
    static final int NO_DEVICE = 4;

    /** The parts of the check. */
    enum Part {
        /** Every op against the scalar backend in float64, and gradients against stored numbers. */
        CONTRACT("contract suite", "", DeviceContract.class.getName()),
        /** Reference tensors of all encoders. */
        ENCODERS("reference numbers of encoders", "models", "org.unmute.models.zoo.EncoderGoldenTest"),
        /** Reference results, gradients and training runs of all probes. */
        PROBES(
                "reference numbers of probes",
                "probes",
                "org.unmute.probes.golden.LossGoldenTest",
                "org.unmute.probes.golden.ProbeGoldenTest",
                "org.unmute.probes.golden.PackedGoldenTest",
                "org.unmute.probes.golden.TrajectoryGoldenTest"),
        /** The table of timings. */
        TIMINGS("timings", "");

        private final String label;
        /** Folder of the reference numbers; empty if there are none. */
        private final String golden;

        private final List<String> tests;

        Part(String label, String golden, String... tests) {
            this.label = label;
            this.golden = golden;
            this.tests = List.of(tests);
        }
    }

    @Option(
            names = "--device",
            defaultValue = "cuda",
            paramLabel = "NAME",
            description = "cuda, cuda:1, opencl ... (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "of ${COMPLETION-CANDIDATES}; all if not given")
    private Set<Part> only = EnumSet.allOf(Part.class);

    @Option(
            names = "--sizes",
            defaultValue = "full",
            paramLabel = "SIZES",
            description = "of the timings: full for a GPU, small for trying the check (default:" + " ${DEFAULT-VALUE})")
    private Case.Sizes sizes;

    @Option(
            names = "--torch",
            defaultValue = "compiled",
            paramLabel = "WAY",
            description = "PyTorch for comparison: none, eager or compiled, which is both (default: ${DEFAULT-VALUE})")
    private Way torch;

    @Option(
            names = "--python",
            defaultValue = "python3",
            paramLabel = "COMMAND",
            description = "where PyTorch is (default: ${DEFAULT-VALUE})")
    private String python;

    @Option(
            names = "--goldens",
            required = true,
            paramLabel = "FOLDER",
            hidden = true,
            description = "with models and probes; the script gives it")
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

    private PrintWriter progress;
    private boolean good = true;

    private enum Way {
        NONE,
        EAGER,
        COMPILED
    }

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
        progress = spec.commandLine().getErr();
        CheckReport report = new CheckReport();
        Backends.Choice choice;
        try {
            choice = Backends.open(device, 0);
        } catch (Backends.UnavailableException e) {
            report.heading("GPU check: no device " + device + ", " + LocalDate.now());
            about(report);
            report.point("Nothing was checked on " + device + ": " + e.getMessage());
            for (Part p : Part.values()) {
                if (only.contains(p)) {
                    report.point("Not run: " + p.label);
                }
            }
            print(report);
            return NO_DEVICE;
        }
        report.heading("GPU check: " + device + ", " + LocalDate.now());
        report.point(choice.backend().describe());
        about(report);
        suites(report);
        if (only.contains(Part.TIMINGS)) {
            timings(report, choice);
        } else {
            report.point("Not asked for: " + Part.TIMINGS.label);
        }
        choice.backend().close();
        print(report);
        return good ? 0 : FAILED;
    }

    private void print(CheckReport report) {
        spec.commandLine().getOut().print(report);
        spec.commandLine().getOut().flush();
    }

    private static void about(CheckReport report) throws IOException {
        String commit = System.getProperty("unmute.commit", "");
        Path driver = Path.of("/proc/driver/nvidia/version");
        report.point("`" + System.getProperty("unmute.check.command", "gpu-check") + "`"
                + (commit.isBlank() ? "" : ", commit " + commit)
                + ", Java " + Runtime.version() + ", " + System.getProperty("os.name") + " on "
                + System.getProperty("os.arch")
                + (Files.isReadable(driver)
                        ? ", " + Files.readAllLines(driver).getFirst().replaceAll("\\s+", " ")
                        : ""));
    }

    private void suites(CheckReport report) {
        System.setProperty(DeviceContract.DEVICE, device);
        List<Suite> all = new ArrayList<>();
        for (Part p : Part.values()) {
            if (p == Part.TIMINGS) {
                continue;
            }
            if (!only.contains(p)) {
                report.point("Not asked for: " + p.label);
                continue;
            }
            System.setProperty(
                    "unmute.golden",
                    p.golden.isEmpty()
                            ? ""
                            : goldens.resolve(p.golden).toAbsolutePath().toString());
            progress.println("running " + p.label + " on " + device);
            Suite outcome = new Suite(p.label, p.tests, progress);
            good &= outcome.isGood();
            report.point(outcome.summary());
            outcome.failures().stream()
                    .limit(20)
                    .forEach(f -> report.point("FAILED " + f.lines().findFirst().orElse("")));
        }
    }

    private void timings(CheckReport report, Backends.Choice choice) throws IOException {
        progress.println("measuring what " + device + " reaches");
        Peak peak = ((Profiled) choice.backend()).profile().peak();
        report.point(String.format(
                Locale.ROOT,
                "Measured peak: %.0f GFLOP/s (float32, fused multiply and add), %.0f GB/s (copy, read and written)",
                peak.operationsPerSecond() / 1e9,
                peak.bytesPerSecond() / 1e9));
        Path folder = Files.createTempDirectory("gpu-check");
        try (Torch process = torch(report, folder)) {
            List<CheckResult> rows = new Timings(choice, process, torch == Way.COMPILED, sizes.roundSeconds, progress)
                    .all(Case.all(sizes, device.startsWith("cuda")));
            good &= rows.stream().allMatch(CheckResult::isGood);
            report.table(rows, peak);
        } finally {
            CaseFolder.remove(folder);
        }
    }

    /** The PyTorch process; null if it is unavailable or not wanted, with the reason in the report. */
    private Torch torch(CheckReport report, Path folder) {
        if (torch == Way.NONE) {
            report.point("PyTorch: not asked for; results are compared with the CPU's");
            return null;
        }
        String where = device.startsWith("cuda") ? device.contains(":") ? device : "cuda:0" : "cpu";
        try {
            Torch process = new Torch(python, worker, where, folder);
            report.point(process.label() + (torch == Way.EAGER ? "; torch.compile was not asked for" : ""));
            return process;
        } catch (PeerException e) {
            report.point("PyTorch: not compared: " + e.getMessage() + "; results are compared with the CPU's");
            return null;
        }
    }
}
