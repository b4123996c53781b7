package org.unmute.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unmute.data.scene.SyntheticScenes.Options;

class SyntheticScenesTest {
    @Test
    void sameSeedGivesTheStoredBits() {
        SyntheticScenes scenes = new SyntheticScenes(Options.standard(), 42);
        assertThat(SampleHash.of(scenes.clip(Split.TRAIN, 3).samples()))
                .isEqualTo("bb31f5a6a540861f809376ae79b9f77351a2e5633a26e7336b71b42efcf88b54");
        assertThat(SampleHash.of(scenes.clip(Split.TEST, 0).samples()))
                .isEqualTo("e87802f91611894161cf88bfeb42d0db936b38c3ca4db34effb793b16f439576");
    }

    @Test
    void clipsAndEventsOfTheSplitsAreDisjoint() {
        SyntheticScenes scenes = new SyntheticScenes(Options.standard().withSeconds(0.5), 0);
        Set<String> sources = new HashSet<>();
        int events = 0;
        for (Split split : Split.values()) {
            for (Scene scene : scenes.clips(split, 150)) {
                for (Scene.Event event : scene.events()) {
                    sources.add(event.source());
                    events++;
                }
            }
        }
        assertThat(sources).hasSize(events);
    }

    @Test
    void everyClassAndEveryCountAppears() {
        Set<String> labels = new HashSet<>();
        Set<Integer> counts = new HashSet<>();
        for (Scene scene :
                new SyntheticScenes(Options.standard().withSeconds(0.5).withEvents(1, 4), 9).clips(Split.TRAIN, 120)) {
            labels.addAll(scene.labels());
            counts.add(scene.labels().size());
        }
        assertThat(labels).containsExactlyInAnyOrderElementsOf(SyntheticScenes.classNames());
        assertThat(counts).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    @Property
    void clipsHoldWhatTheOptionsSay(
            @ForAll long seed,
            @ForAll @IntRange(max = 1_000_000) int index,
            @ForAll @DoubleRange(min = 0.05, max = 4) double seconds,
            @ForAll @IntRange(min = 1, max = 4) int most,
            @ForAll @DoubleRange(min = -12, max = 0) double gain) {
        Options options = new Options(seconds, 1, most, gain, 3, 25);
        Scene scene = new SyntheticScenes(options, seed).clip(Split.TEST, index);
        assertThat(scene.samples()).hasSize((int) Math.round(seconds * 16000));
        assertThat(scene.events()).hasSizeBetween(1, most);
        assertThat(scene.labels()).hasSize(scene.events().size());
        for (Scene.Event event : scene.events()) {
            assertThat(event.gainDb()).isBetween(gain, 0.0);
            assertThat(event.offsetSeconds()).isBetween(0.0, seconds);
        }
        float peak = 0;
        for (float v : scene.samples()) {
            // Not a number stays one.
            peak = Math.max(peak, Math.abs(v));
        }
        assertThat(peak).isBetween(0.0499f, 0.9001f);
    }

    @Test
    void wrongOptionsAreNamed() {
        assertThatThrownBy(() -> Options.standard().withSeconds(0)).hasMessageContaining("seconds");
        assertThatThrownBy(() -> Options.standard().withEvents(3, 2)).hasMessageContaining("min 3, max 2");
        assertThatThrownBy(() -> Options.standard().withEvents(1, 11)).hasMessageContaining("max 11");
        assertThatThrownBy(() -> new Options(3, 1, 3, 1, 3, 25)).hasMessageContaining("gain");
        assertThatThrownBy(() -> new Options(3, 1, 3, -6, 9, 3)).hasMessageContaining("noise");
        assertThatThrownBy(() -> new SyntheticScenes(Options.standard(), 0).clip(Split.TRAIN, -1))
                .hasMessageContaining("-1");
    }
}
