package org.unmute.probes.event;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.score.FrameScorer.Context;

/**
 * Holds the tokens of rows that the band of an event may need: those that determine the scores of peaks. Rows are
 * numbered from the start of the recording. Not thread-safe.
 */
final class RowStore {
    private final TreeMap<Long, Features> rows = new TreeMap<>();

    /** Number of rows held. */
    int count() {
        return rows.size();
    }

    /**
     * Stores the next rows.
     *
     * @param from number of the first row
     * @param block as the encoder returned it
     * @param count number of rows
     */
    void add(long from, Features block, int count) {
        for (int i = 0; i < count; i++) {
            rows.put(from + i, block.rows(i, i + 1));
        }
    }

    /** The rows of a context as a clip, with the class tokens of its middle row. All of them must be held. */
    @Nullable
    Features of(Context context) {
        List<Features> all =
                List.copyOf(rows.subMap(context.from(), context.to()).values());
        Features middle = rows.get(context.middle());
        if (all.size() == 1) {
            return middle;
        }
        List<TokenMap> layers = new ArrayList<>();
        for (int l = 0; l < middle.layers().size(); l++) {
            int own = l;
            layers.add(joined(
                    all.stream().map(f -> f.layers().get(own)).toList(),
                    middle.layers().get(l)));
        }
        return new Features(joined(all.stream().map(Features::tokens).toList(), middle.tokens()), layers, null);
    }

    private static TokenMap joined(List<TokenMap> rows, TokenMap middle) {
        int width = middle.tokens().length;
        float[] tokens = new float[Math.multiplyExact(width, rows.size())];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i).tokens(), 0, tokens, i * width, width);
        }
        return new TokenMap(rows.size(), middle.freq(), middle.dim(), tokens, middle.cls());
    }

    /**
     * Drops the rows that no event needs.
     *
     * @param peaks rows at which events have their peaks so far, ascending
     * @param undecided first row that may still become a peak, as may all later ones
     * @param context maps a row to its context
     */
    void keep(Collection<Long> peaks, long undecided, LongFunction<Context> context) {
        // Contexts of ascending rows have ascending first and last rows.
        Iterator<Long> more = peaks.iterator();
        Context own = null;
        long from = context.apply(undecided).from();
        for (Iterator<Long> held = rows.keySet().iterator(); held.hasNext(); ) {
            long row = held.next();
            while ((own == null || own.to() <= row) && more.hasNext()) {
                own = context.apply(more.next());
            }
            if (row >= from) {
                return;
            }
            if (own == null || row < own.from() || row >= own.to()) {
                held.remove();
            }
        }
    }
}
