package org.unmute.cli.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;

class ClipGroupsTest {
    private static Manifest clips(Stream<String> ids) {
        return new Manifest(
                ids.map(id -> new LabelledClip(id, "", List.of("wren"), List.of()))
                        .toList(),
                LabelSet.of(List.of("wren")));
    }

    /** Clips of 5 s, one after the other. */
    private static Manifest one(int count) {
        return clips(IntStream.range(0, count).mapToObj(i -> "dawn.wav#" + 5 * i + "-" + 5 * (i + 1)));
    }

    @Test
    void severalRecordingsAreNotDivided() {
        Manifest two = clips(Stream.of("a.wav#0-5", "a.wav#900-905", "b.wav"));
        assertThat(ClipGroups.of(two).ofEach(two)).containsExactly("a.wav", "a.wav", "b.wav");
    }

    @Test
    void clipsOfANamedGroupStayTogether() {
        Manifest clips = clips(Stream.of("a1.wav", "a2.wav", "b.wav"));
        Manifest named = new Manifest(
                List.of(
                        clips.clips().get(0).in("a"),
                        clips.clips().get(1).in("a"),
                        clips.clips().get(2)),
                clips.labels());
        ClipGroups groups = ClipGroups.of(named);
        assertThat(groups.ofEach(named)).containsExactly("a", "a", "b.wav");
        assertThat(groups.noun()).isEqualTo("group");
        assertThat(groups.of("of verdicts.wav#0-5")).isEqualTo("of verdicts.wav");
    }

    @Test
    void aSingleRecordingIsDividedIntoTenBlocksOrMore() {
        for (int count : new int[] {20, 80, 120, 1000}) {
            Manifest clips = one(count);
            ClipGroups groups = ClipGroups.of(clips);
            assertThat(groups.noun()).isEqualTo("block");
            assertThat(groups.seconds()).isBetween(10.0, 60.0);
            List<String> all = groups.ofEach(clips);
            assertThat(all.stream().distinct().count()).isBetween(10L, (long) Math.ceil(count * 5 / 10.0));
            assertThat(all).first().isEqualTo("dawn.wav#0");
        }
    }

    @Test
    void aShortRecordingIsNotDivided() {
        Manifest clips = one(19);
        assertThat(ClipGroups.of(clips)).isEqualTo(ClipGroups.undivided(clips));
        assertThat(ClipGroups.of(clips).ofEach(clips)).containsOnly("dawn.wav");
    }
}
