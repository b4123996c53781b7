package org.unmute.bench.gpu;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.unmute.bench.table.PipeTable;

/** What the tests of a step have told so far, over all processes that it took. */
final class SuiteOutcome {
    private final String name;
    private final List<String> failures = new ArrayList<>();
    private final Set<String> reasons = new LinkedHashSet<>();
    private final Set<String> methods = new LinkedHashSet<>();
    private int passed;
    private int skipped;
    private boolean outOfTime;
    private String running = "";
    private String runningMethod = "";

    SuiteOutcome(String name) {
        this.name = name;
    }

    /** Counts an event of the tests. */
    void accept(Event e) {
        switch (e.kind()) {
            case BEGUN -> {
                runningMethod = e.field(0);
                running = e.field(1);
            }
            case PASSED -> {
                passed++;
                running = "";
            }
            case FAILED -> {
                failures.add(e.field(0) + ": " + e.field(1));
                running = "";
            }
            case SKIPPED -> {
                skipped++;
                reasons.add(e.field(0));
                running = "";
            }
            case METHOD -> methods.add(e.field(0));
            case LOST -> {
                methods.add(e.field(0));
                running = "";
            }
            default -> {}
        }
    }

    /**
     * The process has ended before its tests did: the test that was running failed.
     *
     * @return whether another process can run the remaining tests
     */
    boolean ended(String why) {
        failures.add((running.isEmpty() ? name : running) + ": " + why);
        boolean known = !running.isEmpty() && methods.add(runningMethod);
        running = "";
        return known;
    }

    /** The check's time ended before the tests did, which is no failure of theirs. */
    void outOfTime() {
        outOfTime = true;
    }

    /** Methods that another process must not run again. */
    Set<String> methods() {
        return methods;
    }

    /** Whether nothing failed and something passed, or would have with more time. */
    boolean isGood() {
        return failures.isEmpty() && (passed > 0 || outOfTime);
    }

    /** Each failed test's path and message. */
    List<String> failures() {
        return failures;
    }

    /** One line, with the distinct reasons of skipped tests. */
    String summary(double seconds) {
        return PipeTable.format(
                        "%s: %d tests passed, %d failed, %d skipped, %.0f s",
                        name, passed, failures.size(), skipped, seconds)
                + reasons.stream()
                        .map(r -> "; " + (r.startsWith("skipped") ? r : "skipped: " + r))
                        .collect(Collectors.joining())
                + (outOfTime ? "; not all were run for lack of time" : "")
                + (isGood() || !failures.isEmpty() ? "" : "; nothing was tested, which counts as failed");
    }
}
