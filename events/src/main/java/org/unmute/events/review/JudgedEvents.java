package org.unmute.events.review;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unmute.data.verdict.Answer;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictLog;

/**
 * What verdicts say about events of one class: about the very event, or about another one that shares at least half of
 * the shorter of both, such as the same call as an earlier probe listed it.
 */
final class JudgedEvents {
    private final Map<ReviewedEvent.Key, Verdict> byEvent = new HashMap<>();
    private final Map<String, List<Verdict>> byRecording = new HashMap<>();

    JudgedEvents(VerdictLog log, String label) {
        for (Verdict verdict : log.latest()) {
            if (verdict.event().label().equals(label)) {
                byEvent.put(verdict.event().key(), verdict);
                byRecording
                        .computeIfAbsent(verdict.event().recording(), r -> new ArrayList<>())
                        .add(verdict);
            }
        }
    }

    /** The answer on an event, or else that on the one that shares most with it; null if there is none. */
    Answer answer(ReviewedEvent event) {
        Verdict own = byEvent.get(event.key());
        Verdict verdict = own != null ? own : shared(event);
        return verdict == null ? null : verdict.answer();
    }

    /** Whether only another event that shares most of this one was judged. */
    boolean isKnownByAnother(ReviewedEvent event) {
        return !byEvent.containsKey(event.key()) && shared(event) != null;
    }

    private Verdict shared(ReviewedEvent event) {
        Verdict best = null;
        double most = 0;
        for (Verdict verdict : byRecording.getOrDefault(event.recording(), List.of())) {
            Verdict.Box box = verdict.edges();
            double shared = Verdict.Box.shared(box.start(), box.end(), event.start(), event.end());
            if (shared > most) {
                most = shared;
                best = verdict;
            }
        }
        return best;
    }
}
