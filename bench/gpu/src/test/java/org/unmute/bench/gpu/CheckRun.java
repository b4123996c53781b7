package org.unmute.bench.gpu;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.unmute.bench.gpu.Step.Part;
import org.unmute.bench.gpu.StepWorker.Message;
import org.unmute.bench.peer.LineProcess;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.table.PipeTable;

/** Runs the steps of a check, each in its own process, and writes their messages as they arrive. */
final class CheckRun {
    private static final String OPTIONS = "UNMUTE_JAVA_OPTS";
    /** Seconds that a virtual machine may take until its first test begins, on a busy machine. */
    private static final double START_SECONDS = 60;

    private static final int MAX_FAILURES = 20;

    /**
     * What was requested.
     *
     * @param device as {@code --device} takes it
     * @param properties system properties of {@link DeviceChecks}
     * @param goldens folder of the reference numbers of a module; null if there is none
     * @param sanitizer program; empty to look for it
     * @param seconds that the check may take; infinite without a limit
     */
    record Settings(
            String device,
            Map<String, String> properties,
            Function<String, Path> goldens,
            String sanitizer,
            double seconds) {}

    private final Settings settings;
    private final CheckReport report;
    private final PrintWriter progress;
    private final Path folder;
    private final Path logs;
    private final long until;
    private final List<String> notRun = new ArrayList<>();
    private String peak = "";
    private boolean good = true;
    private boolean hindered;
    private volatile LineProcess running;
    private volatile boolean ended;

    /**
     * @param folder for temporary files
     * @param logs folder for what each step prints
     */
    CheckRun(Settings settings, CheckReport report, PrintWriter progress, Path folder, Path logs) {
        this.settings = settings;
        this.report = report;
        this.progress = progress;
        this.folder = folder;
        this.logs = logs;
        until = System.currentTimeMillis() + (long) Math.min(1e12, 1000 * settings.seconds());
    }

    private double left() {
        return (until - System.currentTimeMillis()) / 1e3;
    }

    /** Whether the device was found. Its description and its measured rates go to the report. */
    boolean opens() throws IOException {
        String test = DeviceChecks.class.getName() + "#opens";
        Outcome outcome =
                new Outcome(new Step(Part.SMOKE, "device", "", 0, 240, 240, Map.of(), List.of(test), List.of()));
        run(outcome, List.of(), 240);
        if (outcome.passed == 0) {
            List<String> why = new ArrayList<>(outcome.reasons);
            why.addAll(outcome.failures);
            report.point("Nothing was checked on " + settings.device() + ": " + String.join("; ", why));
        }
        return outcome.passed > 0;
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
            if (!hindrance.isEmpty()) {
                report.point("Not run: " + step.name() + ": " + hindrance);
                // The sanitizer comes with a toolkit that a machine need not have.
                hindered |= step.part() != Part.SANITIZER;
            } else if (!step.fits(left())) {
                notRun.addAll(step.rows().isEmpty() ? List.of(step.name()) : step.rows());
            } else {
                progress.println("running " + step.name() + " on " + settings.device());
                run(step);
            }
        }
        return good;
    }

    private void run(Step step) throws IOException {
        Outcome outcome = new Outcome(step);
        long begun = System.nanoTime();
        run(outcome, sanitizer(step), Math.min(step.limit(), Math.max(1, left())));
        good &= outcome.isGood();
        notRun.addAll(outcome.rows);
        report.point(outcome.summary((System.nanoTime() - begun) / 1e9));
        outcome.failures.stream().limit(MAX_FAILURES).forEach(f -> report.detail("FAILED " + f));
        if (outcome.failures.size() > MAX_FAILURES) {
            report.detail((outcome.failures.size() - MAX_FAILURES) + " more; standard error has them");
        }
    }

    /** Whether something that was requested cannot be run here. */
    boolean isHindered() {
        return hindered;
    }

    /** What was left out: names of steps and rows. */
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
        return step.golden() != null && settings.goldens().apply(step.golden()) == null
                ? "no reference numbers here: GPU_CHECK_GOLDENS names no folder with models and probes"
                : "";
    }

    private List<String> sanitizer(Step step) {
        return step.part() != Part.SANITIZER
                ? List.of()
                : Sanitizer.before(
                        Sanitizer.find(settings.sanitizer()).orElseThrow(),
                        Sanitizer.Tool.valueOf(step.name().toUpperCase(Locale.ROOT)));
    }

    private void run(Outcome outcome, List<String> before, double limit) throws IOException {
        Step step = outcome.step;
        Path log = logs.resolve(step.name().replace(' ', '-') + ".log");
        try (LineProcess process = start(command(step, before, log), log, Math.max(step.silence(), START_SECONDS))) {
            if (process != null) {
                follow(process, outcome, limit, log);
            }
        } catch (PeerException e) {
            outcome.fail(step.name() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            outcome.fail(step.name() + ": interrupted");
        } finally {
            running = null;
        }
    }

    /** Starts a process unless the check has ended: whoever ends it removes the folder that a process writes to. */
    private synchronized LineProcess start(List<String> command, Path log, double patience) throws PeerException {
        if (!ended) {
            running = new LineProcess(command, Map.of(), StepWorker.MARK, log, patience);
        }
        return running;
    }

    private List<String> command(Step step, List<String> before, Path log) {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.add("-Djava.io.tmpdir=" + folder);
        command.add("-XX:ErrorFile=" + log.resolveSibling("hs_err_%p.log"));
        System.getProperties().stringPropertyNames().stream()
                .filter(p -> p.startsWith("unmute.") && !step.properties().containsKey(p))
                .sorted()
                .forEach(p -> command.add("-D" + p + "=" + System.getProperty(p)));
        String more = System.getenv().getOrDefault(OPTIONS, "").strip();
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split("\\s+")));
        }
        Path golden = step.golden() == null ? null : settings.goldens().apply(step.golden());
        set(
                command,
                "unmute.golden",
                golden == null ? "" : golden.toAbsolutePath().toString());
        set(command, DeviceContract.DEVICE, settings.device());
        set(command, StepWorker.FOLDER, folder.toString());
        set(command, StepWorker.CHECK, Long.toString(ProcessHandle.current().pid()));
        set(command, DeviceChecks.UNTIL, Long.toString(until));
        set(command, DeviceChecks.PEAK, peak);
        set(command, DeviceChecks.ROWS, String.join(",", step.rows()));
        settings.properties().forEach((name, value) -> set(command, name, value));
        step.properties().forEach((name, value) -> set(command, name, value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), StepWorker.class.getName()));
        command.addAll(step.tests());
        return command;
    }

    private static void set(List<String> command, String name, String value) {
        command.add("-D" + name + "=" + value);
    }

    private void follow(LineProcess process, Outcome outcome, double limit, Path log)
            throws IOException, InterruptedException {
        Step step = outcome.step;
        long begun = System.nanoTime();
        double patience = Math.max(step.silence(), START_SECONDS);
        while (true) {
            double left = limit - (System.nanoTime() - begun) / 1e9;
            Optional<String> message = process.next(Math.min(left, patience));
            if (message == null && left > patience) {
                outcome.broke("nothing heard for " + Math.round(patience) + " s, ended");
            } else if (message == null && limit < step.limit()) {
                outcome.late = true;
                if (step.rows().isEmpty()) {
                    notRun.add(step.name());
                }
            } else if (message == null) {
                outcome.broke("not done within " + Math.round(limit) + " s, ended");
            } else if (message.isEmpty()) {
                outcome.broke(process.died());
            } else {
                patience = step.silence();
                String[] words = message.get().split(" ", 2);
                accept(outcome, Message.valueOf(words[0]), words[1]);
                if (!outcome.done) {
                    continue;
                }
                // Of other processes nothing more is wanted: a driver may hang while one ends.
                if (step.part() == Part.SANITIZER && process.status(20) == Sanitizer.FOUND) {
                    outcome.fail(step.name() + ": " + sanitized(log));
                }
            }
            return;
        }
    }

    private void accept(Outcome outcome, Message kind, String text) {
        outcome.accept(kind, text);
        switch (kind) {
            case POINT -> report.point(text);
            case ROW -> report.row(text);
            case PEAK -> peak = text;
            case TIMING -> progress.println("timing " + text);
            case LATE -> notRun.add(text);
            case FAILED -> progress.println("FAILED " + text);
            default -> {}
        }
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
        ended = true;
        LineProcess process;
        synchronized (this) {
            process = running;
        }
        if (process != null) {
            process.close();
        }
    }

    /** What a step has reported so far. */
    private static final class Outcome {
        private final Step step;
        private final List<String> failures = new ArrayList<>();
        private final Set<String> reasons = new LinkedHashSet<>();
        /** Rows without a result. */
        private final Set<String> rows;

        private int passed;
        private int skipped;
        private boolean late;
        private boolean done;
        private String ended = "";
        private String running = "";
        private String row = "";

        Outcome(Step step) {
            this.step = step;
            rows = new LinkedHashSet<>(step.rows());
        }

        void accept(Message kind, String text) {
            switch (kind) {
                case BEGUN -> running = text;
                case PASSED -> passed++;
                case FAILED -> fail(text);
                case SKIPPED -> {
                    skipped++;
                    reasons.add(text);
                }
                case TIMING -> row = text;
                case ROW -> rows.remove(row);
                case LATE -> rows.remove(text);
                case LOST -> {
                    ended = "; the device took no more work, so the tests after that one were not run";
                    done = true;
                }
                case END -> done = true;
                default -> {}
            }
            if (kind == Message.PASSED || kind == Message.FAILED || kind == Message.SKIPPED) {
                running = "";
            }
        }

        void fail(String why) {
            failures.add(why);
        }

        /** The process ended before its tests did: the test that was running failed. */
        void broke(String why) {
            fail((running.isEmpty() ? step.name() : running) + ": " + why);
            rows.remove(row);
            ended = "; the tests after that one were not run";
        }

        /** Whether nothing failed and something passed, or would have with more time. */
        boolean isGood() {
            return failures.isEmpty()
                    && (passed > 0 || late || rows.size() < step.rows().size());
        }

        String summary(double seconds) {
            return PipeTable.format(
                            "%s: %d tests passed, %d failed, %d skipped, %.0f s",
                            step.title(), passed, failures.size(), skipped, seconds)
                    + reasons.stream()
                            .map(r -> "; " + (r.startsWith("skipped") ? r : "skipped: " + r))
                            .collect(Collectors.joining())
                    + ended
                    + (late ? "; not all were run for lack of time" : "")
                    + (isGood() || !failures.isEmpty() ? "" : "; nothing was tested, which counts as failed");
        }
    }
}
