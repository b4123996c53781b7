package org.unmute.report.event;

import java.util.ArrayList;
import java.util.List;
import org.unmute.probes.event.Band;
import org.unmute.report.event.EventSelection.Chosen;
import org.unmute.report.event.EventSelection.OfClass;

/**
 * Selects the events to draw: the best and the doubtful ones of each class in turn, as long as the page stays within
 * its size.
 *
 * @param snippets in page order
 * @param leftOut  number of snippets that did not fit
 */
record SnippetPlan(List<Planned> snippets, int leftOut) {
    /** Context on either side of an event, in seconds. */
    private static final double CONTEXT = 0.5;
    /** Minimum length of a snippet in seconds: short events get more context. */
    private static final double MIN_SECONDS = 3;

    private static final int[] RATES = {16_000, 24_000, 32_000, 48_000};
    /** Bytes of the markup of a snippet, without names. */
    private static final int MARKUP = 2500;

    private static final int ESCAPED = 12;

    /** The reason for which an event is shown. */
    enum Kind {
        BEST,
        DOUBTFUL
    }

    /**
     * A snippet to read.
     *
     * @param start in seconds of the recording
     * @param end   in seconds of the recording, which may end earlier
     */
    record Planned(Chosen chosen, OfClass type, Kind kind, double start, double end) {
        double seconds() {
            return end - start;
        }

        /** The lowest sample rate in Hz at which the event's band is audible. */
        int audioRate() {
            return Math.min(pictureRate(), RATES[RATES.length - 1]);
        }

        /** The lowest sample rate in Hz at which the event's band is visible. */
        int pictureRate() {
            Band band = chosen.event().band();
            for (int rate : RATES) {
                if (band.high() <= rate / 2.0) {
                    return rate;
                }
            }
            return (int) Math.ceil(Math.min(2.0 * band.high(), Integer.MAX_VALUE));
        }

        private long maxBytes(SoundFile file) {
            long samples = (long) Math.ceil(seconds() * audioRate()) + 1;
            long names = file.name().length() + chosen.event().label().length();
            return Snippet.maxLength(samples) + MARKUP + ESCAPED * names;
        }
    }

    /** @param bytes maximum total size of the snippets */
    static SnippetPlan of(List<OfClass> classes, List<SoundFile> files, EventPageLimits limits, long bytes) {
        List<List<Planned>> turns = new ArrayList<>();
        for (OfClass c : classes) {
            add(turns, c, c.best(), Kind.BEST, files, limits);
            add(turns, c, c.doubtful(), Kind.DOUBTFUL, files, limits);
        }
        long left = bytes;
        int leftOut = 0;
        List<Planned> chosen = new ArrayList<>();
        for (List<Planned> turn : turns) {
            for (Planned p : turn) {
                long needed = p.maxBytes(files.get(p.chosen().file()));
                if (needed <= left) {
                    left -= needed;
                    chosen.add(p);
                } else {
                    leftOut++;
                }
            }
        }
        return new SnippetPlan(chosen, leftOut);
    }

    private static void add(
            List<List<Planned>> turns,
            OfClass type,
            List<Chosen> events,
            Kind kind,
            List<SoundFile> files,
            EventPageLimits limits) {
        for (int rank = 0; rank < events.size(); rank++) {
            int turn = 2 * rank + kind.ordinal();
            while (turns.size() <= turn) {
                turns.add(new ArrayList<>());
            }
            Chosen c = events.get(rank);
            PageEvent event = c.event();
            double length = Math.clamp(
                    event.seconds() + 2 * CONTEXT, MIN_SECONDS, Math.max(MIN_SECONDS, limits.snippetSeconds()));
            length = Math.min(length, limits.snippetSeconds());
            double before = (length - event.seconds()) / 2;
            double start = Math.max(
                    0,
                    before >= CONTEXT
                            ? event.onset() - before
                            : Math.clamp(
                                    event.peak() - length / 2,
                                    event.onset() - CONTEXT,
                                    event.offset() + CONTEXT - length));
            double end = files.get(c.file()).end();
            if (start + length > end) {
                start = Math.max(0, end - length);
            }
            turns.get(turn).add(new Planned(c, type, kind, start, start + length));
        }
    }
}
