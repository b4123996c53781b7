package org.unmute.bench.gpu;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.bench.gpu.Event.Kind;
import org.unmute.bench.gpu.Step.Part;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.tensor.backend.WorkProfile.Peak;

/** Runs the steps of a check, each in its own process, and writes their messages as they arrive. */
final class CheckRun {
    /** Processes that a step may take: after each that breaks, another one continues with the next test. */
    private static final int MAX_PROCESSES = 4;
    /** Less time than this is not worth a process. */
    private static final double MIN_SECONDS = 5;

    private static final int MAX_FAILURES = 20;

    /**
     * What was requested.
     *
     * @param device as {@code --device} takes it
     * @param sizes of the rows
     * @param rows the rows by their ids, at these sizes
     * @param torch how PyTorch takes part
     * @param python the interpreter
     * @param worker {@code worker.py}
     * @param goldens folder of the reference numbers of a module; null if there is none
     * @param sanitizer program; empty to look for it
     * @param rowSeconds what a row takes, roughly
     */
    record Settings(
            String device,
            Case.Sizes sizes,
            Map<String, Case> rows,
            TorchSession.Way torch,
            String python,
            Path worker,
            Function<String, Path> goldens,
            String sanitizer,
            double rowSeconds) {}

    private final Settings settings;
    private final CheckReport report;
    private final PrintWriter progress;
    private final Path folder;
    private final Path logs;
    private final long until;
    private final Map<String, CheckResult> results = new TreeMap<>();
    private final Set<Goal> judged = new HashSet<>();
    private final List<String> notRun = new ArrayList<>();
    private Peak peak = new Peak(0, 0, 0, 0, 0);
    private String torchTold = "";
    private boolean good = true;
    private boolean hindered;
    private volatile StepProcess running;
    private volatile boolean ended;

    /**
     * @param folder for temporary files
     * @param logs folder for what each step prints
     * @param seconds that the check may take; infinite without a limit
     */
    CheckRun(Settings settings, CheckReport report, PrintWriter progress, Path folder, Path logs, double seconds) {
        this.settings = settings;
        this.report = report;
        this.progress = progress;
        this.folder = folder;
        this.logs = logs;
        until = System.currentTimeMillis() + (long) Math.min(1e12, 1000 * seconds);
    }

    private double left() {
        return (until - System.currentTimeMillis()) / 1e3;
    }

    /** Whether the device was found. Its description and its measured rates go to the report. */
    boolean opens() throws IOException {
        boolean[] there = {false};
        String[] why = {""};
        StepProcess.Ending ending =
                run(List.of(), StepWorker.Work.DEVICE, "device", 240, 240, Map.of(), Map.of(), e -> {
                    switch (e.kind()) {
                        case DEVICE -> {
                            there[0] = true;
                            report.point(e.field(0));
                            progress.println("measuring what " + settings.device() + " reaches");
                        }
                        case PEAK -> {
                            peak = new Peak(number(e, 0), number(e, 1), number(e, 2), number(e, 3), number(e, 4));
                            report.peak(peak);
                        }
                        case NO_DEVICE -> why[0] = e.field(0);
                        default -> {}
                    }
                });
        if (!there[0]) {
            List<String> problems = Stream.of(why[0], ending.problem())
                    .filter(p -> !p.isEmpty())
                    .toList();
            report.point("Nothing was checked on " + settings.device() + ": " + String.join("; ", problems));
        } else if (ending.end() != StepProcess.End.DONE) {
            good = false;
            report.point("FAILED measured peak: " + ending.problem());
        }
        return there[0];
    }

    private static double number(Event e, int index) {
        return Double.parseDouble(e.field(index));
    }

    /**
     * Runs steps while there is time.
     *
     * @return whether all passed
     */
    boolean run(List<Step> steps) throws IOException {
        for (Step step : steps) {
            if (ended) {
                break;
            }
            String hindrance = hindrance(step);
            Step some = Plan.part(step, left());
            if (!hindrance.isEmpty()) {
                report.point("Not run: " + step.name() + ": " + hindrance);
                // The sanitizer comes with a toolkit that a machine need not have.
                hindered |= step.part() != Part.SANITIZER;
            } else if (some == null) {
                notRun.add(step.name());
            } else {
                progress.println("running " + some.name() + " on " + settings.device());
                switch (some.part()) {
                    case TIMINGS -> timings(some);
                    case SMOKE -> tests(some, StepWorker.Work.ONCE, List.of());
                    case SANITIZER -> tests(some, StepWorker.Work.ONCE, sanitizer(some));
                    default -> tests(some, StepWorker.Work.TESTS, List.of());
                }
                step.items().stream().skip(some.items().size()).forEach(notRun::add);
            }
        }
        return good;
    }

    /** Whether something that was requested cannot be run here. */
    boolean isHindered() {
        return hindered;
    }

    /** What was left out for lack of time: names of steps and rows. */
    List<String> notRun() {
        return notRun;
    }

    /** Why a step cannot run here; empty if it can. */
    private String hindrance(Step step) {
        if (step.part() == Part.SANITIZER && !settings.device().startsWith("cuda")) {
            return "it watches CUDA alone";
        }
        if (step.part() == Part.SANITIZER
                && Sanitizer.find(settings.sanitizer()).isEmpty()) {
            return "compute-sanitizer is not installed; the CUDA toolkit brings it";
        }
        return golden(step) != null && settings.goldens().apply(golden(step)) == null
                ? "no reference numbers here: GPU_CHECK_GOLDENS names no folder with models and probes"
                : "";
    }

    private static String golden(Step step) {
        return step.part() == Part.ENCODERS ? "models" : step.part() == Part.PROBES ? "probes" : null;
    }

    private List<String> sanitizer(Step step) {
        return Sanitizer.before(
                Sanitizer.find(settings.sanitizer()).orElseThrow(),
                Sanitizer.Tool.valueOf(step.name().toUpperCase(Locale.ROOT)));
    }

    private void tests(Step step, StepWorker.Work work, List<String> before) throws IOException {
        SuiteOutcome outcome = new SuiteOutcome(title(step));
        long begun = System.nanoTime();
        double limit = Math.min(step.limit(), Math.max(MIN_SECONDS, left()));
        boolean more = true;
        for (int i = 0; more && i < MAX_PROCESSES; i++) {
            double left = limit - (System.nanoTime() - begun) / 1e9;
            if (i > 0 && left < MIN_SECONDS) {
                break;
            }
            Map<String, String> items = itemsOf(step, outcome.methods());
            StepProcess.Ending ending =
                    run(before, work, step.name(), left, step.silence(), step.properties(), items, e -> {
                        outcome.accept(e);
                        if (e.kind() == Kind.FAILED) {
                            progress.println("FAILED " + e.field(0) + ": " + e.field(1));
                        }
                    });
            more = ending.end() == StepProcess.End.LOST;
            if (ending.end() == StepProcess.End.LATE && limit < step.limit()) {
                outcome.outOfTime();
                notRun.add(step.name());
            } else if (ending.isEarly()) {
                more = outcome.ended(ending.problem());
                progress.println("FAILED " + outcome.failures().getLast());
            }
        }
        good &= outcome.isGood();
        report.point(outcome.summary((System.nanoTime() - begun) / 1e9));
        outcome.failures().stream().limit(MAX_FAILURES).forEach(f -> report.detail("FAILED " + f));
        if (outcome.failures().size() > MAX_FAILURES) {
            report.detail((outcome.failures().size() - MAX_FAILURES) + " more; standard error has them");
        }
    }

    private static String title(Step step) {
        return switch (step.part()) {
            case CONTRACT -> step.name();
            case SANITIZER -> step.part().label() + " " + step.name();
            default -> step.part().label();
        };
    }

    private Map<String, String> itemsOf(Step step, Set<String> without) {
        Map<String, String> more = new LinkedHashMap<>();
        more.put("items", String.join(",", step.items()));
        more.put("without", String.join(",", without));
        more.put("sizes", (step.part() == Part.TIMINGS ? settings.sizes() : Case.Sizes.SMALL).name());
        if (golden(step) != null) {
            Path folder = settings.goldens().apply(golden(step));
            more.put("golden", folder.toAbsolutePath().toString());
        }
        return more;
    }

    private void timings(Step step) throws IOException {
        Set<String> done = new HashSet<>();
        String[] row = {""};
        Consumer<Event> events = e -> {
            switch (e.kind()) {
                case TORCH -> torch(e.field(0));
                case BEGUN -> {
                    row[0] = e.field(0);
                    progress.println("timing " + row[0]);
                }
                case ROW -> {
                    row[0] = "";
                    result(e.row(), done);
                }
                case LATE -> {
                    done.add(e.field(0));
                    notRun.add(e.field(0));
                }
                default -> {}
            }
        };
        for (int i = 0; i < MAX_PROCESSES && done.size() < step.items().size(); i++) {
            Map<String, String> more = itemsOf(step, done);
            more.put("torch", settings.torch().name());
            more.put("python", settings.python());
            more.put("worker", settings.worker().toString());
            more.put("until", Long.toString(until));
            more.put("seconds", Double.toString(settings.rowSeconds()));
            double limit = Math.min(step.limit(), Math.max(MIN_SECONDS, left()));
            StepProcess.Ending ending = run(
                    List.of(),
                    StepWorker.Work.ROWS,
                    step.name(),
                    limit,
                    step.silence(),
                    step.properties(),
                    more,
                    events);
            if (ending.end() == StepProcess.End.LATE && limit < step.limit()) {
                break;
            }
            if (ending.isEarly()) {
                if (row[0].isEmpty()) {
                    good = false;
                    report.point("FAILED " + step.name() + ": " + ending.problem());
                    break;
                }
                result(CheckResult.failed(row[0], ending.problem()), done);
            }
            row[0] = "";
        }
        step.items().stream().filter(id -> !done.contains(id)).forEach(notRun::add);
        judge();
    }

    private void judge() {
        for (Goal g : Goal.ALL) {
            String judgement = judged.contains(g) ? "" : g.judge(results);
            if (!judgement.isEmpty()
                    && settings.sizes() == Case.Sizes.FULL
                    && settings.device().startsWith("cuda")) {
                judged.add(g);
                report.point(judgement);
            }
        }
    }

    private void torch(String told) {
        if (!told.equals(torchTold)) {
            torchTold = told;
            report.point(told);
        }
    }

    private void result(CheckResult r, Set<String> done) {
        done.add(r.id());
        results.put(r.id(), r);
        report.row(settings.rows().get(r.id()), r, peak);
        if (!r.isGood()) {
            good = false;
            progress.println("FAILED " + r.id() + ": " + r.agreement());
        }
    }

    private StepProcess.Ending run(
            List<String> before,
            StepWorker.Work work,
            String name,
            double limit,
            double silence,
            Map<String, String> own,
            Map<String, String> more,
            Consumer<Event> events)
            throws IOException {
        Map<String, String> all = new TreeMap<>(more);
        all.put("check", Long.toString(ProcessHandle.current().pid()));
        all.put("folder", folder.toString());
        Map<String, String> properties = new TreeMap<>();
        properties.put(DeviceContract.DEVICE, settings.device());
        properties.put("unmute.golden", more.getOrDefault("golden", ""));
        properties.putAll(own);
        Path log = logs.resolve(name.replace(' ', '-') + ".log");
        try (StepProcess process = start(() -> new StepProcess(before, work, properties, all, folder, log))) {
            if (process == null) {
                return new StepProcess.Ending(StepProcess.End.BROKEN, "");
            }
            StepProcess.Ending ending = process.follow(limit, silence, events);
            if (ending.end() == StepProcess.End.DONE && process.status(20) == Sanitizer.FOUND) {
                events.accept(Event.of(Kind.FAILED, name, sanitized(log)));
            }
            return ending;
        } finally {
            running = null;
        }
    }

    /** Opens a process unless the check has ended: whoever ends it removes the folder that a process writes to. */
    private synchronized StepProcess start(ProcessStart body) throws IOException {
        if (ended) {
            return null;
        }
        running = body.start();
        return running;
    }

    private interface ProcessStart {
        StepProcess start() throws IOException;
    }

    private static String sanitized(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(l -> l.startsWith("========= "))
                .map(l -> l.substring(10).strip())
                .filter(l -> !l.isEmpty() && !l.startsWith("COMPUTE-SANITIZER"))
                .limit(12)
                .collect(Collectors.joining(" / "));
    }

    /** Ends the step that is running; no other one starts. */
    void interrupt() {
        StepProcess process;
        synchronized (this) {
            ended = true;
            process = running;
        }
        if (process != null) {
            process.close();
        }
    }
}
