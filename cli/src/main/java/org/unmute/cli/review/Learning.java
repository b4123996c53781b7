package org.unmute.cli.review;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unmute.cli.http.RefusedRequest;
import org.unmute.cli.review.Learner.Learned;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ReviewComparison;
import org.unmute.files.Diagnosis;
import org.unmute.files.PlainText;

/** Learning from the verdicts while the review continues: one at a time, in a separate thread. */
final class Learning {
    private final Learner learner;
    private final List<String> hint;
    private final Consumer<Throwable> bugs;
    private Thread running;
    private String progress = "";
    private String failure = "";
    private Learned learned;

    /**
     * @param learner null if the page cannot learn
     * @param hint    the commands that the page shows then, one a line
     * @param bugs    receives failures that the page cannot explain
     */
    Learning(Learner learner, List<String> hint, Consumer<Throwable> bugs) {
        this.learner = learner;
        this.hint = List.copyOf(hint);
        this.bugs = bugs;
    }

    /**
     * Starts it.
     *
     * @throws RefusedRequest if it cannot be started in the page, or runs
     */
    synchronized void start(boolean withSample, VerdictLog log) throws RefusedRequest {
        if (learner == null) {
            throw Request.wrong("run the command that the page shows");
        }
        if (running != null) {
            throw Request.wrong("it is learning already");
        }
        failure = "";
        learned = null;
        progress = "starts";
        running = Thread.ofPlatform().name("learn").daemon().start(() -> learn(withSample, log));
    }

    private void learn(boolean withSample, VerdictLog log) {
        Learned result = null;
        String problem = "";
        try {
            result = learner.learn(withSample, log, this::tell);
        } catch (IOException | RuntimeException | Error e) {
            Diagnosis diagnosis = Diagnosis.of(e);
            problem = PlainText.of(diagnosis.message());
            if (diagnosis.kind() == Diagnosis.Kind.BUG) {
                bugs.accept(e);
            }
        }
        synchronized (this) {
            learned = result;
            failure = problem;
            running = null;
        }
    }

    private synchronized void tell(String line) {
        progress = PlainText.of(line);
    }

    /** Whether it runs. */
    synchronized boolean isRunning() {
        return running != null;
    }

    /** The fields of its state. */
    synchronized Map<String, Object> state(VerdictLog log) {
        List<Verdict> verdicts =
                log.latest().stream().filter(v -> v.answer() != Answer.UNSURE).toList();
        long sampled = verdicts.stream()
                .filter(v -> v.draw().isSample() || v.draw().isUnlisted())
                .count();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("possible", learner != null);
        all.put("commands", learner != null ? learner.commands() : hint);
        all.put("verdicts", verdicts.size() - sampled);
        all.put("sampled", sampled);
        all.put("running", running != null);
        all.put("progress", progress);
        all.put("failure", failure);
        all.put("result", learned == null ? null : result(learned));
        return all;
    }

    private static Map<String, Object> result(Learned learned) {
        List<Map<String, Object>> rows = new ArrayList<>();
        learned.changes().classes().forEach((label, change) -> rows.add(row(label, change)));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("lines", learned.lines().stream().map(PlainText::of).toList());
        all.put("classes", rows);
        return all;
    }

    private static Map<String, Object> row(String label, ReviewComparison.Change change) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("label", PlainText.of(label));
        row.put("before", change.before());
        row.put("after", change.after());
        row.put("gained", change.gained().size());
        row.put("lost", change.lost().size());
        row.put("lostYes", change.lostYes());
        row.put("lostNo", change.lostNo());
        row.put("keptNo", change.keptNo());
        return row;
    }
}
