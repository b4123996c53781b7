package org.unmute.fuzz;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses the engine's output line by line: its counts, and its findings, which span several lines each. */
final class EngineLog {
    private static final Pattern COUNTS = Pattern.compile("#(\\d+)\\s+\\w+\\s+cov: (\\d+) ft: (\\d+) corp: (\\d+)/.*");
    private static final Pattern THROWN = Pattern.compile("== Java (?:Exception|Assertion Error): (.*)");
    private static final Pattern STOPPED = Pattern.compile("==\\d+== ?(?:ERROR: )?(libFuzzer: .*)");
    private static final Pattern TOKEN = Pattern.compile(".*DEDUP_TOKEN: ([0-9a-f]+).*");
    private static final Pattern WRITTEN = Pattern.compile(".*Test unit written to (\\S.*)");

    private final TargetProgress before;
    private TargetProgress now;
    private long begun;
    private boolean started;
    private String thrown = "";
    private String token = "";

    /** @param before progress of earlier processes */
    EngineLog(TargetProgress before) {
        this.before = before;
        this.now = before;
    }

    TargetProgress progress() {
        return now;
    }

    /** Whether the engine has run an input. */
    boolean started() {
        return started;
    }

    /**
     * Parses a line.
     *
     * @param nanos CPU time of the engine's process when the line was printed
     * @return whether the progress changed
     */
    boolean accept(String line, long nanos) {
        Matcher counts = COUNTS.matcher(line);
        if (counts.matches()) {
            begun = started ? begun : nanos;
            started = true;
            now = new TargetProgress(
                    before.seconds() + (nanos - begun) / 1e9,
                    before.executions() + Long.parseLong(counts.group(1)),
                    Math.max(before.edges(), Integer.parseInt(counts.group(2))),
                    Math.max(before.features(), Integer.parseInt(counts.group(3))),
                    Integer.parseInt(counts.group(4)),
                    now.findings());
            return true;
        }
        Matcher matcher = THROWN.matcher(line);
        if (matcher.matches()) {
            thrown = matcher.group(1);
            return false;
        }
        matcher = TOKEN.matcher(line);
        if (matcher.matches()) {
            token = matcher.group(1);
            return false;
        }
        matcher = STOPPED.matcher(line);
        if (matcher.matches()) {
            // A timeout or a crash of the process itself has no stack trace to identify it.
            thrown = matcher.group(1);
            token = matcher.group(1);
            return false;
        }
        matcher = WRITTEN.matcher(line);
        if (matcher.matches()) {
            String file = matcher.group(1);
            String name = file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
            String what = thrown.isBlank() ? "the process ended" : thrown;
            now = now.with(new TargetProgress.Finding(token.isEmpty() ? name : token, what, name));
            thrown = "";
            token = "";
            return true;
        }
        return false;
    }
}
