package org.unmute.bench.gpu;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.unmute.kernels.contract.BackendContract;

/**
 * The process of a step: JUnit's launcher runs the tests of the step, and each result is sent at once as a line on
 * standard output. It ends when the check does, however that ends.
 */
final class StepWorker implements TestExecutionListener {
    /** Precedes each message. */
    static final String MARK = "@check ";
    /** System property with the folder of temporary files, which goes with the check. */
    static final String FOLDER = "unmute.check.folder";
    /** System property with the process of the check. */
    static final String CHECK = "unmute.check.process";

    /** Errors after which CUDA refuses all further work of a process. */
    private static final Pattern LOST = Pattern.compile("CUDA_ERROR_(ILLEGAL_ADDRESS|ILLEGAL_INSTRUCTION|LAUNCH_FAILED|"
            + "LAUNCH_TIMEOUT|MISALIGNED_ADDRESS|INVALID_ADDRESS_SPACE|INVALID_PC|HARDWARE_STACK_ERROR|ASSERT|"
            + "ECC_UNCORRECTABLE|CONTEXT_IS_DESTROYED|UNKNOWN)");

    private static final PrintStream MESSAGES = System.out;

    /** The kinds of messages. The text is on one line. */
    enum Message {
        /** A test begins. Text: its path. */
        BEGUN,
        /** It passed. */
        PASSED,
        /** It failed. Text: its path and why. */
        FAILED,
        /** It was skipped. Text: why. */
        SKIPPED,
        /** A list item for the report. */
        POINT,
        /** A row is being timed, or cannot be timed any more. Text: its id. */
        TIMING,
        /** A line of the table of timings. */
        ROW,
        /** There was no time left for a row. Text: its id. */
        LATE,
        /** What the device reaches. Text: {@link DeviceChecks#peak} reads it. */
        PEAK,
        /** The device takes no more work from this process. */
        LOST,
        /** All tests have ended. */
        END
    }

    private TestPlan plan;

    private StepWorker() {}

    /** Takes names of classes or methods, or of nested classes of {@link DeviceContract}. */
    public static void main(String[] items) {
        // What tests print goes to the log.
        System.setOut(System.err);
        long check = Long.getLong(CHECK, -1);
        Thread.ofPlatform().daemon().start(() -> endWith(check, Path.of(System.getProperty(FOLDER))));
        print("ready");
        run(items, new StepWorker());
        send(Message.END, "");
        System.exit(0);
    }

    /** However the check ends, its steps and what it has put into its folder do not stay. */
    private static void endWith(long check, Path folder) {
        ProcessHandle.of(check).map(ProcessHandle::onExit).ifPresent(CompletableFuture::join);
        GpuCheck.removeIfPossible(folder);
        // At once: a hook could wait for a device that does not answer.
        Runtime.getRuntime().halt(1);
    }

    /** Sends a message to the check. Other threads may print at the same time, therefore it is one write. */
    static void send(Message kind, String text) {
        print(kind + " " + CheckReport.oneLine(text));
    }

    private static void print(String message) {
        byte[] line = (MARK + message + "\n").getBytes(StandardCharsets.UTF_8);
        MESSAGES.write(line, 0, line.length);
        MESSAGES.flush();
    }

    private static void run(String[] items, TestExecutionListener listener) {
        for (String item : items) {
            if (select(item).isEmpty()) {
                send(Message.FAILED, item + ": this class of tests is not on the class path");
            }
        }
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Stream.of(items)
                                        .flatMap(i -> select(i).stream())
                                        .toList())
                                .enableImplicitConfigurationParameters(false)
                                .build(),
                        listener);
    }

    private static List<? extends DiscoverySelector> select(String item) {
        String[] names = item.split("#", 2);
        if (StepWorker.class.getResource("/" + names[0].replace('.', '/') + ".class") != null) {
            return List.of(
                    names.length == 1
                            ? DiscoverySelectors.selectClass(item)
                            : DiscoverySelectors.selectMethod(names[0], names[1]));
        }
        List<Class<?>> outer = List.of(DeviceContract.class);
        return Stream.of(BackendContract.class, DeviceContract.class)
                .flatMap(c -> Arrays.stream(c.getDeclaredClasses()))
                .filter(c -> c.getSimpleName().equals(names[0]))
                .map(c -> names.length == 1
                        ? DiscoverySelectors.selectNestedClass(outer, c)
                        : DiscoverySelectors.selectNestedMethod(outer, c, names[1]))
                .toList();
    }

    /** The error after which the device takes no more work; empty if it is none. */
    private static Optional<Throwable> lost(Throwable why) {
        return Stream.iterate(why, t -> t != null, Throwable::getCause)
                .filter(t -> LOST.matcher(String.valueOf(t.getMessage())).find())
                .findFirst();
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.isTest()) {
            send(Message.BEGUN, path(test));
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        send(Message.SKIPPED, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Throwable why = result.getThrowable().orElse(null);
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    send(Message.PASSED, "");
                }
            }
            case ABORTED -> send(Message.SKIPPED, why == null ? "" : String.valueOf(why.getMessage()));
            case FAILED -> {
                Optional<Throwable> lost = lost(why);
                send(
                        Message.FAILED,
                        path(test) + ": " + why
                                + lost.filter(t -> t != why).map(t -> ": " + t).orElse(""));
                if (lost.isPresent()) {
                    send(Message.LOST, "");
                    // Closing what is open would wait for the device.
                    Runtime.getRuntime().halt(0);
                }
            }
        }
    }

    private String path(TestIdentifier test) {
        StringBuilder path = new StringBuilder(test.getDisplayName());
        for (var t = plan.getParent(test);
                t.isPresent() && t.get().getParentId().isPresent();
                t = plan.getParent(t.get())) {
            path.insert(0, t.get().getDisplayName() + " > ");
        }
        return path.toString();
    }
}
