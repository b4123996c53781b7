package org.unmute.bench.gpu;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Test classes, run as in the build.
 *
 * @param name for the report
 * @param classes their names; they are on the class path
 */
record Suite(String name, List<String> classes) {
    /**
     * The outcome.
     *
     * @param failures each test's path and message
     * @param skipped distinct reasons of skipped tests
     */
    record Outcome(
            String name, int passed, List<String> failures, int skippedCount, Set<String> skipped, double seconds) {
        /** Whether nothing failed and something passed. */
        boolean isGood() {
            return failures.isEmpty() && passed > 0;
        }

        /** One line. */
        String summary() {
            StringBuilder s = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%s: %d tests passed, %d failed, %d skipped, %.0f s",
                    name,
                    passed,
                    failures.size(),
                    skippedCount,
                    seconds));
            skipped.forEach(reason -> s.append("; skipped: ").append(reason));
            return passed == 0 && failures.isEmpty()
                    ? s.append("; nothing was tested, which counts as failed").toString()
                    : s.toString();
        }
    }

    /** Runs the tests and prints failures to {@code progress} as they occur. */
    Outcome run(PrintWriter progress) {
        long begun = System.nanoTime();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(classes.stream()
                        .filter(Suite::isOnClassPath)
                        .map(DiscoverySelectors::selectClass)
                        .toList())
                .enableImplicitConfigurationParameters(false)
                .build();
        Listener listener = new Listener(progress);
        classes.stream()
                .filter(c -> !isOnClassPath(c))
                .forEach(c -> listener.fail(c + ": this class of tests is not on the class path"));
        LauncherFactory.create().execute(request, listener);
        return new Outcome(
                name,
                listener.passed,
                listener.failures,
                listener.skippedCount,
                listener.skipped,
                (System.nanoTime() - begun) / 1e9);
    }

    private static boolean isOnClassPath(String name) {
        return Suite.class.getResource("/" + name.replace('.', '/') + ".class") != null;
    }

    private static final class Listener implements TestExecutionListener {
        private final PrintWriter progress;
        private final List<String> failures = new ArrayList<>();
        private final Set<String> skipped = new LinkedHashSet<>();
        private int passed;
        private int skippedCount;
        private TestPlan plan;

        Listener(PrintWriter progress) {
            this.progress = progress;
        }

        @Override
        public void testPlanExecutionStarted(TestPlan started) {
            plan = started;
        }

        @Override
        public synchronized void executionSkipped(TestIdentifier test, String reason) {
            skip(reason);
        }

        @Override
        public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
            Throwable why = result.getThrowable().orElse(null);
            switch (result.getStatus()) {
                case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
                case ABORTED -> skip(why == null ? "" : why.getMessage());
                case FAILED -> fail(path(test) + ": " + why);
            }
        }

        private void skip(String reason) {
            skippedCount++;
            skipped.add(reason);
        }

        private void fail(String what) {
            failures.add(what);
            progress.println("FAILED " + what);
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
}
