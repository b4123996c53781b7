package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.split.GroupedSplit;
import org.unmute.data.split.LabelAudit;

class ClipCutterTest {
    private static Annotation event(double onset, double offset, String label) {
        return new Annotation("", onset, offset, label);
    }

    @Test
    void aClipHasTheLabelsOfEventsThatLieInItByTheirShare() {
        List<ClipCutter.Clip> clips = new ClipCutter(5, 0, 0.5)
                .cut(
                        15,
                        List.of(
                                event(4.9, 6, "late"),
                                event(1, 2, "inside"),
                                event(0, 15, "always"),
                                event(7, 7, "point")));
        assertThat(clips)
                .containsExactly(
                        new ClipCutter.Clip(0, 5, List.of("always", "inside")),
                        new ClipCutter.Clip(5, 10, List.of("always", "late", "point")),
                        new ClipCutter.Clip(10, 15, List.of("always")));
    }

    @Test
    void theLastClipIsAsLongAsTheOthers() {
        List<ClipCutter.Clip> clips = new ClipCutter(5, 2, 0.2).cut(12, List.of());
        assertThat(clips.stream().map(ClipCutter.Clip::start)).containsExactly(0.0, 3.0, 6.0, 7.0);
        assertThat(clips.getLast().end()).isEqualTo(12);
        assertThat(new ClipCutter(5, 0, 0.2).cut(2, List.of(event(1, 9, "x"))))
                .containsExactly(new ClipCutter.Clip(0, 2, List.of("x")));
    }

    /** Clips cover the recording without gaps, and every event is a label of at least one of them. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nothingIsLost(long seed) {
        Random r = new Random(seed);
        for (int i = 0; i < 200; i++) {
            double length = 0.1 + 5 * r.nextDouble();
            ClipCutter cutter = new ClipCutter(length, length * 0.9 * r.nextDouble(), 0.01 + 0.49 * r.nextDouble());
            double duration = 0.2 + 40 * r.nextDouble();
            double onset = duration * r.nextDouble();
            double offset = Math.min(duration, onset + 8 * r.nextDouble());
            List<ClipCutter.Clip> clips = cutter.cut(duration, List.of(event(onset, offset, "x")));
            double covered = 0;
            for (ClipCutter.Clip clip : clips) {
                assertThat(clip.start()).isLessThanOrEqualTo(covered + 1e-6);
                assertThat(clip.end() - clip.start()).isCloseTo(Math.min(length, duration), Offset.offset(1e-9));
                covered = clip.end();
            }
            assertThat(covered).isCloseTo(duration, Offset.offset(2e-6));
            // Half of an event, or half of a clip, always lies in one of the clips.
            assertThat(clips).anyMatch(clip -> clip.labels().equals(List.of("x")));
        }
    }

    @Test
    void aGroupLiesInOneSplitAndSharesAreMet() {
        List<String> groups = new ArrayList<>();
        Random r = new Random(5);
        for (int g = 0; g < 40; g++) {
            groups.addAll(Collections.nCopies(1 + r.nextInt(20), "site" + g));
        }
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("train", 0.7);
        shares.put("valid", 0.1);
        shares.put("test", 0.2);
        Map<String, String> splits = GroupedSplit.assign(groups, shares, 1);
        Map<String, Integer> clips = new HashMap<>();
        groups.forEach(g -> clips.merge(splits.get(g), 1, Integer::sum));
        shares.forEach((split, share) ->
                assertThat(clips.get(split) / (double) groups.size()).isCloseTo(share, Offset.offset(0.03)));
        Collections.shuffle(groups, r);
        assertThat(GroupedSplit.assign(groups, shares, 1)).isEqualTo(splits);
        assertThat(GroupedSplit.assign(groups, shares, 2)).isNotEqualTo(splits);
    }

    @Test
    void everySplitGetsAGroup() {
        Map<String, Double> shares = Map.of("a", 0.98, "b", 0.01, "c", 0.01);
        assertThat(GroupedSplit.assign(List.of("x", "y", "z"), shares, 3).values())
                .containsExactlyInAnyOrder("a", "b", "c");
        assertFails(() -> GroupedSplit.assign(List.of("x", "x"), shares, 3), "1 groups cannot fill 3 splits");
    }

    @Test
    void anAuditFindsWhatIsLikelyWrong() {
        List<LabelledClip> clips = List.of(
                new LabelledClip("a.wav", "train", List.of("dog")),
                new LabelledClip("b.wav", "train", List.of("cat")),
                new LabelledClip("c.wav", "train", List.of()),
                new LabelledClip("copy-of-a.wav", "test", List.of("dog")));
        Manifest manifest = new Manifest(clips, LabelSet.of(List.of("cat", "dog", "never")));
        LabelAudit audit =
                LabelAudit.of(manifest, clip -> clip.file().endsWith("a.wav") ? "1" : clip.file(), List.of("train"), 2);
        assertThat(audit.clips()).containsExactly(Map.entry("train", 3), Map.entry("test", 1));
        assertThat(audit.unlabelled()).containsExactly(clips.get(2));
        assertThat(audit.missing()).containsExactly(Map.entry("test", List.of("cat")));
        assertThat(audit.shared()).containsExactly(List.of(clips.get(0), clips.get(3)));
        assertThat(audit.isClean()).isFalse();
        assertThat(LabelAudit.of(new Manifest(clips.subList(0, 2), manifest.labels()), LabelledClip::file, List.of(), 0)
                        .isClean())
                .isTrue();
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertFails(() -> new ClipCutter(5, 5, 0.5), "5.0 s, 5.0 s");
        assertFails(() -> new ClipCutter(5, 0, 0), "share");
        assertFails(() -> new ClipCutter(5, 0, 0.5).cut(Double.NaN, List.of()), "NaN");
    }
}
