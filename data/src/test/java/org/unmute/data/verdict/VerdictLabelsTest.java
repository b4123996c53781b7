package org.unmute.data.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;

class VerdictLabelsTest {
    private static final LabelSet CLASSES = LabelSet.of(List.of("robin", "wren", "finch"));
    private static final Draw CHOSEN = Draw.notRandom(Draw.Kind.CHOSEN, Double.NaN, "");
    private static final Draw SAMPLE = new Draw(Draw.Kind.SAMPLE, 0, "1 of 1", 0.5, "");

    private static Verdict verdict(double start, double end, String label, Answer answer, String other, Draw draw) {
        ReviewedEvent event = new ReviewedEvent("a.wav", start, end, label, Double.NaN, Double.NaN, 0.5, Double.NaN);
        return new Verdict(event, answer, other, null, draw, 1, Instant.EPOCH);
    }

    private static float[] targets(VerdictLabels labels) {
        return labels.manifest("train").targets();
    }

    @Test
    void sayWhatIsPresentAbsentAndNotKnown() {
        VerdictLabels labels = VerdictLabels.of(
                List.of(
                        verdict(0, 2, "wren", Answer.YES, "", CHOSEN),
                        verdict(3, 4, "wren", Answer.NO, "", CHOSEN),
                        verdict(3, 4, "robin", Answer.UNSURE, "", CHOSEN),
                        verdict(5, 6, "wren", Answer.OTHER, "finch", CHOSEN),
                        verdict(7, 8, "robin", Answer.UNSURE, "", CHOSEN)),
                CLASSES,
                false);
        assertThat(labels.clips())
                .extracting(LabelledClip::file, LabelledClip::labels)
                .containsExactly(
                        tuple("a.wav#0-2", List.of("wren")),
                        tuple("a.wav#3-4", List.of()),
                        tuple("a.wav#5-6", List.of("finch")));
        float nan = Float.NaN;
        assertThat(targets(labels)).containsExactly(nan, 1, nan, nan, 0, nan, nan, 0, 1);
        assertThat(labels.states().get("wren")).isEqualTo(new VerdictLabels.States(1, 2, 0, 2, 2));
        assertThat(labels.states().get("robin").unknown()).isEqualTo(2);
    }

    @Test
    void leaveTheSampleOutUnlessAsked() {
        List<Verdict> verdicts = List.of(verdict(0, 1, "wren", Answer.YES, "", SAMPLE));
        assertThat(VerdictLabels.of(verdicts, CLASSES, false).clips()).isEmpty();
        assertThat(VerdictLabels.of(verdicts, CLASSES, false).sampled()).isEqualTo(1);
        assertThat(VerdictLabels.of(verdicts, CLASSES, true).clips()).hasSize(1);
    }

    /** The class was found in the middle of a stretch that was said not to have it: that answer is not used. */
    @Test
    void prefersWhatWasFound() {
        VerdictLabels labels = VerdictLabels.of(
                List.of(
                        verdict(0, 5, "wren", Answer.NO, "", CHOSEN),
                        verdict(2, 3, "wren", Answer.YES, "", CHOSEN),
                        verdict(5, 6, "wren", Answer.NO, "", CHOSEN)),
                CLASSES,
                false);
        assertThat(labels.contradicted()).isEqualTo(1);
        assertThat(labels.clips()).extracting(LabelledClip::file).containsExactly("a.wav#2-3", "a.wav#5-6");
    }
}
