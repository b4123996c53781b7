package org.unmute.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.unmute.files.InputException;
import org.unmute.spark.layout.JobFolder;
import org.unmute.spark.layout.ShareCommits;
import org.unmute.spark.plan.Packed;
import org.unmute.spark.plan.TaskShare;
import org.unmute.spark.task.ShareOutcome;
import org.unmute.spark.task.ShareRun;
import org.unmute.spark.task.TaskJob;

/**
 * The Spark job that runs the shares of a plan, one task each. The results of a task are committed while other tasks
 * are still running. If a share is attempted several times, Spark reports one attempt, and only that one is committed.
 */
final class ShareJob {
    private static final String GROUP = "unmute-embed";
    private static final long TELL_MILLIS = 10_000;

    private final JavaSparkContext spark;
    private final ShareRun run;
    private final List<TaskShare> shares;
    private final boolean strict;
    private final Console console;
    private final List<String> examples = new ArrayList<>();
    private int done;
    private int clips;
    private final List<String> oddExamples = new ArrayList<>();
    private int odd;
    private int errors;
    private double seconds;
    private long bytes;
    private long told = System.currentTimeMillis();

    /** @param strict whether the first clip that cannot be used ends the job */
    ShareJob(JavaSparkContext spark, ShareRun run, List<TaskShare> shares, boolean strict, Console console) {
        this.spark = spark;
        this.run = run;
        this.shares = shares;
        this.strict = strict;
        this.console = console;
    }

    /**
     * The results of all tasks.
     *
     * @param clips number of rows in the index, including those with errors
     * @param errors number of rows with errors
     * @param seconds seconds of sound embedded
     * @param bytes number of bytes written
     * @param examples some of the clips with errors, with the reasons
     * @param odd number of clips of which something about time or place is odd
     * @param oddExamples some of these, with what is odd
     */
    record Done(
            int clips,
            int errors,
            double seconds,
            long bytes,
            List<String> examples,
            int odd,
            List<String> oddExamples) {
        static final Done NOTHING = new Done(0, 0, 0, 0, List.of(), 0, List.of());
    }

    /**
     * Runs all shares and commits them.
     *
     * @throws InputException in a strict job, at a clip that cannot be used
     * @throws IOException if a task failed too often, or results cannot be committed; earlier commits are kept
     */
    Done run(JobFolder folder) throws IOException {
        Exception failure = null;
        try (ShareCommits commits = folder.commits()) {
            try {
                submit(commits);
            } catch (Exception e) { // Spark throws undeclared checked exceptions
                failure = e;
            }
            commits.finish();
        }
        if (strict && errors > 0) {
            throw new InputException("embed: clip " + examples.getFirst()
                    + ": remove it, or run without --strict to note such clips in the index; what is done is in the"
                    + " folder");
        }
        if (failure != null) {
            throw TaskJob.failed(
                    failure,
                    "embed",
                    "; " + done + " of " + shares.size() + " tasks are committed: run the same job again to go on");
        }
        return new Done(clips, errors, seconds, bytes, List.copyOf(examples), odd, List.copyOf(oddExamples));
    }

    private void submit(ShareCommits commits) {
        spark.setJobGroup(GROUP, "embed " + shares.size() + " shares of recordings", true);
        try {
            TaskJob.run(
                    spark,
                    shares.stream().map(Packed::of).toList(),
                    run::run,
                    (_, end) -> accept(Packed.open(end, ShareOutcome.class), commits));
        } finally {
            spark.clearJobGroup();
        }
    }

    private void accept(ShareOutcome outcome, ShareCommits commits) throws IOException {
        commits.add(outcome.result());
        done++;
        clips += outcome.result().clips();
        errors += outcome.result().errors();
        seconds += outcome.result().seconds();
        bytes += outcome.result().bytes();
        examples.addAll(outcome.examples());
        odd += outcome.odd();
        oddExamples.addAll(outcome.oddExamples());
        if (strict && errors > 0) {
            spark.sc().cancelJobGroup(GROUP);
        }
        long now = System.currentTimeMillis();
        if (now - told >= TELL_MILLIS && done < shares.size()) {
            told = now;
            console.tell(done + " of " + shares.size() + " tasks are done: " + clips + " clips, "
                    + run.counters().rate().value() + " clips a second, " + errors + " skipped");
        }
    }
}
