package org.unmute.events.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unmute.audio.playback.Speed;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.Collar;
import org.unmute.metrics.event.FrameScores;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventThresholdRule;

/** What validation clips teach, if all of them are of one recording. */
class ValidationTruthTest {
    private static final List<String> CLASSES = List.of("wren", "owl");

    private static EventDecisions learned(List<String> recordings) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        List<LabelledClip> clips = new ArrayList<>();
        List<FrameScores> scores = new ArrayList<>();
        for (int i = 0; i < recordings.size(); i++) {
            boolean wren = i % 2 == 0;
            String file = "dawn.wav#" + i + "-" + (i + 1);
            clips.add(new LabelledClip(file, "", List.of(wren ? "wren" : "owl")));
            float[][] rows = new float[10][];
            for (int t = 0; t < rows.length; t++) {
                float own = (float) random.nextDouble(0.2, 0.9);
                rows[t] = new float[] {wren ? own : own / 2, wren ? own / 2 : own};
            }
            double[] times = new double[rows.length + 1];
            Arrays.setAll(times, t -> t / 10.0);
            scores.add(new FrameScores(file, times, rows));
        }
        ValidationTruth truth = new ValidationTruth(
                CLASSES,
                new Manifest(clips, LabelSet.of(CLASSES)),
                recordings,
                null,
                false,
                Collar.DCASE,
                Speed.NORMAL);
        return EventDecisionLearner.of(
                        truth.evidence(scores::get, PostProcessing.DETECT), EventThresholdRule.HALF_RIGHT, Double.NaN)
                .learn(new EventDecisions.Stretches(1, 0.1, 1, 0.2, 0.1, 0), "clips");
    }

    @Test
    void blocksOfOneRecordingCountAsRecordings() throws IOException {
        List<String> blocks = new ArrayList<>();
        List<String> whole = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            blocks.add("dawn.wav#" + i / 4);
            whole.add("dawn.wav");
        }
        EventDecisions ofBlocks = learned(blocks);
        assertThat(ofBlocks.classes())
                .extracting(EventDecisions.OneClass::recordings)
                .containsOnly(10);
        assertThat(ofBlocks.learned().shrinkage()).isFinite();
        EventDecisions ofOne = learned(whole);
        assertThat(ofOne.classes())
                .extracting(EventDecisions.OneClass::recordings)
                .containsOnly(1);
        assertThat(ofOne.learned().shrinkage()).isInfinite();
    }
}
