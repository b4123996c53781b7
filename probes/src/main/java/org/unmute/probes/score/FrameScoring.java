package org.unmute.probes.score;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.unmute.models.encoder.Features;

/**
 * Scores the rows of one recording while they arrive, with the same bits however they are split. It holds the rows that
 * contexts to come may need: their tokens, or their descriptors where the probe takes the maximum over these. Not
 * thread-safe.
 */
public final class FrameScoring {
    /** Rows or contexts that are scored at once. */
    private static final int TOGETHER = 256;
    /** Values of the tokens that are scored at once. */
    private static final int VALUES_TOGETHER = 1 << 21;

    private final FrameScorer scorer;
    private final Consumer<float[]> scores;
    private final HeldRows held;
    private final RowMaxima maxima;
    private final List<Features> contexts = new ArrayList<>();
    private final List<float[]> descriptors = new ArrayList<>();
    /** How many rows get the scores of each of the contexts. */
    private final List<Integer> repeats = new ArrayList<>();

    /** Rows whose scores are known, and the next one to score. */
    private long next;
    /** Columns of the grid; 0 before the first row. */
    private int freq;

    FrameScoring(FrameScorer scorer, Consumer<float[]> scores, long from) {
        this.scorer = scorer;
        this.scores = scores;
        next = from;
        held = new HeldRows(scorer.firstRowFor(from));
        maxima = new RowMaxima(scorer.firstRowFor(from));
    }

    /**
     * Takes the next rows.
     *
     * @param rows with the class token of their window, if there is one, and layers if the probe pools them
     * @throws IllegalArgumentException if they do not fit the probe or the rows before
     */
    public void accept(Features rows) {
        int time = rows.tokens().time();
        if (!scorer.isMaxOfRows()) {
            held.add(rows);
            score(false);
            return;
        }
        if (freq != 0 && rows.tokens().freq() != freq) {
            throw new IllegalArgumentException(
                    "frame scores: rows of " + rows.tokens().sizes() + " follow rows of freq " + freq);
        }
        freq = rows.tokens().freq();
        for (int from = 0; from < time; from += TOGETHER) {
            Features some = rows.rows(from, Math.min(time, from + TOGETHER));
            for (float[] row : scorer.descriptors(some)) {
                maxima.add(row);
            }
            score(false);
        }
    }

    /** Says that no row follows, and scores the last ones. */
    public void finish() {
        score(true);
    }

    /** Rows whose tokens or descriptors are held. */
    public int rowsHeld() {
        return held.count() + maxima.count();
    }

    private void score(boolean ended) {
        if (scorer.isByRow()) {
            scoreRows(ended);
        } else {
            scoreContexts(ended);
        }
        held.dropBefore(next - scorer.reach());
        maxima.dropBefore(next - scorer.reach());
    }

    private void scoreRows(boolean ended) {
        long end = held.end() - (ended ? 0 : scorer.reach());
        while (next < end) {
            long to = Math.min(end, next + TOGETHER);
            long from = Math.max(0, next - scorer.reach());
            float[][] own = scorer.ofRows(held.of(from, Math.min(held.end(), to + scorer.reach()), next));
            for (long row = next; row < to; row++) {
                scores.accept(own[(int) (row - from)]);
            }
            next = to;
        }
    }

    private void scoreContexts(boolean ended) {
        long end = scorer.isMaxOfRows() ? maxima.end() : held.end();
        while (next < end && (ended || next + scorer.lookAhead() < end)) {
            FrameScorer.Context context = scorer.contextOf(next, end);
            int rows = (int) Math.min(scorer.stride(), end - next);
            if (scorer.isMaxOfRows()) {
                descriptors.add(maxima.of(context.from(), context.to()));
            } else {
                add(held.of(context.from(), context.to(), context.middle()));
            }
            repeats.add(rows);
            next += rows;
            if (descriptors.size() == TOGETHER) {
                scoreTogether();
            }
        }
        scoreTogether();
    }

    private void add(Features context) {
        int size = context.tokens().tokens().length * (1 + context.layers().size());
        if (!contexts.isEmpty()
                && (contexts.getFirst().tokens().time() != context.tokens().time()
                        || (1L + contexts.size()) * size > VALUES_TOGETHER)) {
            scoreTogether();
        }
        contexts.add(context);
    }

    private void scoreTogether() {
        if (repeats.isEmpty()) {
            return;
        }
        float[][] own = scorer.isMaxOfRows() ? scorer.ofDescriptors(descriptors) : scorer.ofClips(contexts);
        for (int i = 0; i < own.length; i++) {
            for (int n = 0; n < repeats.get(i); n++) {
                scores.accept(own[i]);
            }
        }
        contexts.clear();
        descriptors.clear();
        repeats.clear();
    }
}
