package org.unmute.events.decision;

import java.util.List;
import org.unmute.data.Manifest;
import org.unmute.events.decision.EventEvidence.State;
import org.unmute.metrics.event.FrameScores;
import org.unmute.probes.truth.RowTargets;

/** What is known of validation clips: which classes they have and, of some, when these sound. */
public final class ClipLabels {
    private final List<String> recordings;
    private final boolean[][] present;
    private final boolean[][] known;
    private final RowTargets rows;

    /**
     * @param clips      with their labels
     * @param recordings recording of each clip, or its block of a single one
     * @param rows       when the classes sound in them; null if that is known of none
     */
    public ClipLabels(Manifest clips, List<String> recordings, RowTargets rows) {
        this.recordings = List.copyOf(recordings);
        this.rows = rows;
        present = clips.multiHot();
        known = clips.known();
    }

    /**
     * Adds a clip to evidence, second by second if it is known when its classes sound.
     *
     * @param clip   its number
     * @param scores raw, of its rows
     */
    public void addTo(EventEvidence evidence, int clip, FrameScores scores) {
        String recording = recordings.get(clip);
        State[] states = new State[present[clip].length];
        float[] targets = new float[scores.scores().length * states.length];
        if (rows != null && rows.read(clip, scores.scores().length, targets, 0)) {
            evidence.addSeconds(recording, scores, targets);
            return;
        }
        for (int c = 0; c < states.length; c++) {
            boolean told = known == null || known[clip][c];
            states[c] = present[clip][c] ? State.PRESENT : told ? State.ABSENT : State.UNKNOWN;
        }
        evidence.add(recording, scores, states);
    }
}
