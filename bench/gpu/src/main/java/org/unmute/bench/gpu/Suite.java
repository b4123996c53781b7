package org.unmute.bench.gpu;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Test classes, run as in the build, and the outcome. */
final class Suite implements TestExecutionListener {
    private final String name;
    private final PrintWriter progress;
    private final List<String> failures = new ArrayList<>();
    private final Set<String> skipped = new LinkedHashSet<>();
    private final double seconds;
    private int passed;
    private int skippedCount;
    private TestPlan plan;

    /**
     * Runs tests and prints failures as they occur.
     *
     * @param name for the report
     * @param classes names of classes on the class path
     */
    Suite(String name, List<String> classes, PrintWriter progress) {
        this.name = name;
        this.progress = progress;
        long begun = System.nanoTime();
        Map<Boolean, List<String>> there = classes.stream().collect(Collectors.partitioningBy(Suite::isOnClassPath));
        there.get(false).forEach(c -> fail(c + ": this class of tests is not on the class path"));
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(there.get(true).stream()
                        .map(DiscoverySelectors::selectClass)
                        .toList())
                .enableImplicitConfigurationParameters(false)
                .build();
        LauncherFactory.create().execute(request, this);
        seconds = (System.nanoTime() - begun) / 1e9;
    }

    private static boolean isOnClassPath(String name) {
        return Suite.class.getResource("/" + name.replace('.', '/') + ".class") != null;
    }

    /** Whether nothing failed and something passed. */
    boolean isGood() {
        return failures.isEmpty() && passed > 0;
    }

    int passed() {
        return passed;
    }

    /** Each failed test's path and message. */
    List<String> failures() {
        return failures;
    }

    /** One line, with the distinct reasons of skipped tests. */
    String summary() {
        String reasons = skipped.stream().map(r -> "; skipped: " + r).collect(Collectors.joining());
        return String.format(
                        Locale.ROOT,
                        "%s: %d tests passed, %d failed, %d skipped, %.0f s",
                        name,
                        passed,
                        failures.size(),
                        skippedCount,
                        seconds)
                + reasons
                + (passed == 0 && failures.isEmpty() ? "; nothing was tested, which counts as failed" : "");
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
