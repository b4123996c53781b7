package org.unmute.events.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.unmute.audio.playback.Speed;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.events.strong.PostProcessing;
import org.unmute.metrics.event.FrameScores;
import org.unmute.probes.truth.RowTargets;

class MedianWindowTest {
    private static final int CLIPS = 40;
    private static final int ROWS = 200;
    private static final double ROWS_PER_SECOND = 10;

    /** Clips of 20 s, each with one sound, and scores that are wrong in some of the rows. */
    private record Clips(float[][] targets, List<FrameScores> scores) {
        /**
         * @param length of a sound, in rows
         * @param wrong  share of the rows whose score says the opposite
         */
        static Clips of(int length, double wrong) {
            Random random = new Random(1);
            float[][] targets = new float[CLIPS][ROWS];
            List<FrameScores> scores = new ArrayList<>();
            for (int i = 0; i < CLIPS; i++) {
                int from = random.nextInt(ROWS - length);
                float[][] own = new float[ROWS][1];
                for (int t = 0; t < ROWS; t++) {
                    targets[i][t] = t >= from && t < from + length ? 1 : 0;
                    boolean opposite = random.nextDouble() < wrong;
                    own[t][0] = (targets[i][t] == 1) != opposite
                            ? 0.6f + 0.3f * random.nextFloat()
                            : 0.1f + 0.3f * random.nextFloat();
                }
                scores.add(FrameScores.atRate("clip" + i, own, ROWS_PER_SECOND));
            }
            return new Clips(targets, scores);
        }

        PostProcessing chosen() throws IOException {
            RowTargets rows = new RowTargets() {
                @Override
                public boolean read(int clip, int count, float[] to, int at) {
                    System.arraycopy(targets[clip], 0, to, at, count);
                    return true;
                }

                @Override
                public String fingerprint() {
                    return "";
                }
            };
            List<LabelledClip> clips = scores.stream()
                    .map(s -> new LabelledClip(s.file(), "", List.of("wren")))
                    .toList();
            ClipLabels labels = new ClipLabels(
                    new Manifest(clips, LabelSet.of(List.of("wren"))),
                    clips.stream().map(LabelledClip::file).toList(),
                    rows);
            return new MedianWindow(List.of("wren"), labels, rows, Speed.NORMAL).choose(CLIPS, scores::get);
        }
    }

    @Test
    void soundsThatLastGetALongWindow() throws IOException {
        assertThat(Clips.of(80, 0.3).chosen().medianSeconds()).isEqualTo(4);
    }

    @Test
    void shortCallsGetAShortWindow() throws IOException {
        assertThat(Clips.of(4, 0.02).chosen().medianSeconds()).isEqualTo(0.5);
    }

    @Test
    void withoutAnyEventTheDefaultStays() throws IOException {
        Clips silent = Clips.of(10, 0.1);
        for (float[] targets : silent.targets) {
            targets[0] = Float.NaN;
        }
        assertThat(silent.chosen()).isEqualTo(PostProcessing.DETECT);
    }

    /** A ranking that may be chance turns the class off: with no event found, no window is better than another. */
    @Test
    void whereNothingIsFoundTheDefaultStays() throws IOException {
        assertThat(Clips.of(10, 0.5).chosen()).isEqualTo(PostProcessing.DETECT);
    }
}
