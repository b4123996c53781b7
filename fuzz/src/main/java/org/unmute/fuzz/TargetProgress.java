package org.unmute.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.data.json.JsonFields;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;
import org.unmute.files.InputException;

/**
 * Progress on a target, over all processes that worked on it.
 *
 * @param seconds CPU seconds, not counting process starts
 * @param executions number of inputs that were run
 * @param edges number of code branches that inputs took
 * @param features number of features by which the engine tells inputs apart: edges, and how often each was taken
 * @param corpus number of inputs that are kept, each for a feature that no other has
 * @param findings distinct findings so far
 */
record TargetProgress(double seconds, long executions, int edges, int features, int corpus, List<Finding> findings) {
    private static final String FILE = "progress.json";
    static final TargetProgress NONE = new TargetProgress(0, 0, 0, 0, 0, List.of());

    /**
     * An input that a reader neither accepted nor properly refused.
     *
     * @param token equal for findings with the same stack trace
     * @param what the throwable, in one line
     * @param input name of the file with the input
     */
    record Finding(String token, String what, String input) {}

    TargetProgress {
        findings = List.copyOf(findings);
    }

    TargetProgress with(Finding finding) {
        if (findings.stream().anyMatch(f -> f.token().equals(finding.token()))) {
            return this;
        }
        List<Finding> all = new ArrayList<>(findings);
        all.add(finding);
        return new TargetProgress(seconds, executions, edges, features, corpus, all);
    }

    /**
     * The progress saved in a target's folder; {@link #NONE} if nothing was saved.
     *
     * @throws InputException if the file is damaged
     */
    static TargetProgress of(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return NONE;
        }
        JsonFields f = JsonFields.read(file);
        return new TargetProgress(
                f.number("seconds"),
                f.count("executions"),
                f.intCount("edges"),
                f.intCount("features"),
                f.intCount("corpus"),
                f.objects("findings").stream()
                        .map(each -> new Finding(each.text("token"), each.text("what"), each.text("input")))
                        .toList());
    }

    void save(Path folder) throws IOException {
        Json.write(
                folder.resolve(FILE),
                new JsonObject()
                        .with("seconds", seconds)
                        .with("executions", executions)
                        .with("edges", edges)
                        .with("features", features)
                        .with("corpus", corpus)
                        .with(
                                "findings",
                                findings.stream()
                                        .map(f -> new JsonObject()
                                                .with("token", f.token())
                                                .with("what", f.what())
                                                .with("input", f.input()))
                                        .toList()));
    }
}
