package org.unmute.cli.review;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ReviewComparison;

/** Trains a probe from verdicts and finds events with it. */
public interface Learner {
    /** The commands that do the same, one a line. */
    List<String> commands();

    /**
     * What changed.
     *
     * @param lines   where the new probe and its events are
     * @param changes events before and after
     */
    record Learned(List<String> lines, ReviewComparison changes) {}

    /**
     * Learns.
     *
     * @param withSample whether verdicts of the random sample train, too
     * @param log        the verdicts in force
     * @param progress   receives lines about how far it is
     * @throws IOException saying why nothing was learned
     */
    Learned learn(boolean withSample, VerdictLog log, Consumer<String> progress) throws IOException;
}
