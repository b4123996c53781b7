package org.unmute.data.verdict;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The verdicts of a journal that are in force, that is, without those that were undone.
 *
 * @param numbered by number, in the order in which they were given
 * @param undone   number of verdicts that were undone
 */
public record VerdictLog(Map<Long, Verdict> numbered, long undone) {
    public VerdictLog {
        numbered = Collections.unmodifiableMap(new LinkedHashMap<>(numbered));
    }

    /** A log without verdicts. */
    public static VerdictLog empty() {
        return new VerdictLog(Map.of(), 0);
    }

    /** All verdicts in force, in the order in which they were given; an event may have several. */
    public List<Verdict> all() {
        return List.copyOf(numbered.values());
    }

    /**
     * One verdict for each event: what was said last counts. How it was drawn is that of its verdict in the random
     * sample of the same list, if it has one, so that a corrected answer stays part of the sample.
     */
    public List<Verdict> latest() {
        return List.copyOf(byEvent().values());
    }

    /** The same as {@link #latest}, by event. */
    public Map<ReviewedEvent.Key, Verdict> byEvent() {
        Map<ReviewedEvent.Key, Verdict> byEvent = new LinkedHashMap<>();
        for (Verdict verdict : numbered.values()) {
            Verdict before = byEvent.get(verdict.event().key());
            Verdict now = verdict;
            if (before != null
                    && before.draw().kind() == Draw.Kind.SAMPLE
                    && verdict.draw().kind() != Draw.Kind.SAMPLE) {
                now = new Verdict(
                        verdict.event(),
                        verdict.answer(),
                        verdict.other(),
                        verdict.box(),
                        before.draw(),
                        verdict.took(),
                        verdict.time());
            }
            byEvent.put(verdict.event().key(), now);
        }
        return byEvent;
    }
}
