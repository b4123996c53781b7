package org.unmute.probes.score;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.unmute.models.encoder.Features;

/**
 * Scores the rows of one recording while they arrive, with the same bits however they are split. It holds the rows that
 * contexts to come may need. Not thread-safe.
 */
public final class FrameScoring {
    /** Rows that a frame-wise probe scores at once. */
    private static final int ROWS_TOGETHER = 256;
    /** Values of the tokens that are scored at once. */
    private static final int VALUES_TOGETHER = 1 << 21;

    private final FrameScorer scorer;
    private final Consumer<float[]> scores;
    private final HeldRows held = new HeldRows();
    private final List<Features> contexts = new ArrayList<>();
    /** How many rows get the scores of each of the contexts. */
    private final List<Integer> repeats = new ArrayList<>();

    /** Rows whose scores are known, and the next one to score. */
    private long next;

    FrameScoring(FrameScorer scorer, Consumer<float[]> scores) {
        this.scorer = scorer;
        this.scores = scores;
    }

    /**
     * Takes the next rows.
     *
     * @param rows with the class token of their window, if there is one, and layers if the probe pools them
     * @throws IllegalArgumentException if they do not fit the probe or the rows before
     */
    public void accept(Features rows) {
        held.add(rows);
        score(false);
    }

    /** Says that no row follows, and scores the last ones. */
    public void finish() {
        score(true);
    }

    /** Rows whose tokens are held. */
    public int rowsHeld() {
        return held.count();
    }

    private void score(boolean ended) {
        if (scorer.isFrameWise()) {
            scoreRows();
        } else {
            scoreContexts(ended);
        }
        held.dropBefore(next - scorer.context() / 2);
    }

    private void scoreRows() {
        while (next < held.end()) {
            long to = Math.min(held.end(), next + ROWS_TOGETHER);
            for (float[] row : scorer.ofRows(held.of(next, to, next))) {
                scores.accept(row);
            }
            next = to;
        }
    }

    private void scoreContexts(boolean ended) {
        int half = scorer.context() / 2;
        long end = held.end();
        while (next < end && (ended || next + scorer.lookAhead() < end)) {
            long middle = Math.min(next + scorer.stride() / 2, end - 1);
            int rows = (int) Math.min(scorer.stride(), end - next);
            add(held.of(Math.max(0, middle - half), Math.min(end, middle + half + 1), middle), rows);
            next += rows;
        }
        scoreTogether();
    }

    private void add(Features context, int rows) {
        int size = context.tokens().tokens().length * (1 + context.layers().size());
        if (!contexts.isEmpty()
                && (contexts.getFirst().tokens().time() != context.tokens().time()
                        || (1L + contexts.size()) * size > VALUES_TOGETHER)) {
            scoreTogether();
        }
        contexts.add(context);
        repeats.add(rows);
    }

    private void scoreTogether() {
        if (contexts.isEmpty()) {
            return;
        }
        float[][] own = scorer.ofClips(contexts);
        for (int i = 0; i < own.length; i++) {
            for (int n = 0; n < repeats.get(i); n++) {
                scores.accept(own[i]);
            }
        }
        contexts.clear();
        repeats.clear();
    }
}
