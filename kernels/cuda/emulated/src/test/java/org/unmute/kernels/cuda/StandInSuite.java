package org.unmute.kernels.cuda;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes and writes their outcomes to a file, one per line. */
final class StandInSuite implements TestExecutionListener {
    /** The last line. */
    static final String END = "END";

    private final PrintWriter out;
    private TestPlan plan;

    private StandInSuite(PrintWriter out) {
        this.out = out;
    }

    /**
     * The outcome of a test.
     *
     * @param status a name of {@link TestExecutionResult.Status}
     * @param why it failed or was skipped
     */
    record Outcome(String status, String test, String why) {
        private static final String BREAK = "\u0001";

        String line() {
            return (status + "\t" + test.replace('\t', ' ') + "\t" + why)
                    .replace("\r", "")
                    .replace("\n", BREAK);
        }

        static Outcome parse(String line) {
            String[] parts = line.replace(BREAK, "\n").split("\t", 3);
            return new Outcome(parts[0], parts[1], parts[2]);
        }
    }

    /**
     * Runs the test classes.
     *
     * @param args the file for outcomes, then the classes
     */
    public static void main(String[] args) throws IOException {
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(args[0]), StandardCharsets.UTF_8))) {
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(Arrays.stream(args)
                                            .skip(1)
                                            .map(DiscoverySelectors::selectClass)
                                            .toList())
                                    .build(),
                            new StandInSuite(out));
            out.println(END);
        }
        System.exit(0);
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public synchronized void executionSkipped(TestIdentifier test, String reason) {
        write(new Outcome("ABORTED", path(test), reason));
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
            StringWriter why = new StringWriter();
            result.getThrowable().ifPresent(e -> e.printStackTrace(new PrintWriter(why)));
            write(new Outcome(result.getStatus().name(), path(test), why.toString()));
        }
    }

    private void write(Outcome outcome) {
        out.println(outcome.line());
        out.flush();
    }

    private String path(TestIdentifier test) {
        return plan.getParent(test)
                .filter(parent -> parent.getParentId().isPresent())
                .map(parent -> path(parent) + " > " + test.getDisplayName())
                .orElse(test.getDisplayName());
    }
}
