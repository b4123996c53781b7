package org.unmute.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unmute.data.scene.SceneMixer.Options;
import org.unmute.data.scene.SceneMixer.SourceClip;

class SceneMixerTest {
    private static final int RATE = 8000;
    private static final Options OPTIONS = new Options(RATE, 1, 1, 3, -6, 0);

    /** Recordings of class c are sines of 300 * (c + 1) Hz, 0.25 s long, so that each can be recognized in a mix. */
    private static List<SourceClip> recordings(double amplitude) {
        List<SourceClip> all = new ArrayList<>();
        for (int fold = 1; fold <= 3; fold++) {
            for (int c = 0; c < 5; c++) {
                float[] x = new float[RATE / 4];
                for (int i = 0; i < x.length; i++) {
                    x[i] = (float) (amplitude * fold / 3 * Math.sin(2 * Math.PI * 300 * (c + 1) * i / RATE));
                }
                all.add(new SourceClip("f" + fold + "c" + c, "class" + c, String.valueOf(fold), () -> x));
            }
        }
        return all;
    }

    private static SceneMixer mixer(List<SourceClip> recordings, Options options, long seed) {
        return new SceneMixer(recordings, Set.of("1", "2"), Set.of("3"), options, seed);
    }

    /** Amplitude of a sine of this frequency over the extent of the event. */
    private static double amplitude(Scene scene, Scene.Event event) {
        int c = event.label().charAt(5) - '0';
        int at = (int) Math.round(event.offsetSeconds() * RATE);
        double re = 0;
        double im = 0;
        int n = RATE / 4;
        // The first and last sample of a sine are near zero and trimmed. Other classes cancel only if they also overlap
        // by whole periods, so the test places events without overlap.
        for (int i = 0; i < n - 2 && at + i < scene.samples().length; i++) {
            re += scene.samples()[at + i] * Math.cos(2 * Math.PI * 300 * (c + 1) * i / RATE);
            im += scene.samples()[at + i] * Math.sin(2 * Math.PI * 300 * (c + 1) * i / RATE);
        }
        return 2 * Math.hypot(re, im) / n;
    }

    private static boolean overlap(Scene scene) {
        double[] offsets = scene.events().stream()
                .mapToDouble(Scene.Event::offsetSeconds)
                .sorted()
                .toArray();
        for (int i = 1; i < offsets.length; i++) {
            if (offsets[i] - offsets[i - 1] < 0.26) {
                return true;
            }
        }
        return false;
    }

    /** A sine is where its pitch says, and as much shorter as it is higher. */
    @Test
    void transposedSoundsHaveTheBandThatIsHeard() throws IOException {
        SceneMixer plain = mixer(recordings(0.3), OPTIONS, 1);
        SceneMixer transposed = mixer(recordings(0.3), new Options(RATE, 1, 1, 3, -6, 0, 1), 1);
        double lowest = 1;
        double highest = 1;
        for (int i = 0; i < 60; i++) {
            for (Scene.Event e : plain.mix(Split.TRAIN, i).events()) {
                double hertz = 300 * (e.label().charAt(5) - '0' + 1);
                assertThat(e.low()).isBetween(hertz - 40, hertz);
                assertThat(e.high()).isBetween(hertz, hertz + 40);
            }
            for (Scene.Event e : transposed.mix(Split.TRAIN, i).events()) {
                double ratio = 0.25 / (e.end() - e.onset());
                double hertz = 300 * (e.label().charAt(5) - '0' + 1) * ratio;
                assertThat(e.low()).isBetween(hertz * 0.97 - 60, hertz * 1.03);
                assertThat(e.high()).isBetween(hertz * 0.97, hertz * 1.03 + 60);
                lowest = Math.min(lowest, ratio);
                highest = Math.max(highest, ratio);
            }
        }
        assertThat(lowest).isBetween(0.48, 0.6);
        assertThat(highest).isBetween(1.7, 2.1);
        assertThatThrownBy(() -> new Options(RATE, 1, 1, 3, -6, 0, 3)).hasMessageContaining("0 to 2 octaves");
    }

    @Test
    void levelsFollowTheManifest() throws IOException {
        SceneMixer mixer = mixer(recordings(0.3), OPTIONS, 1);
        int checked = 0;
        for (int i = 0; i < 300; i++) {
            Scene scene = mixer.mix(Split.TRAIN, i);
            if (scene.events().size() < 2 || overlap(scene)) {
                continue;
            }
            double reference = amplitude(scene, scene.events().getFirst());
            for (Scene.Event event : scene.events()) {
                double db = 20 * Math.log10(amplitude(scene, event) / reference);
                assertThat(db).isCloseTo(event.gainDb(), offset(0.1));
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(50);
    }

    @Test
    void splitsDrawFromTheirOwnFoldsOnly() throws IOException {
        SceneMixer mixer = mixer(recordings(0.3), OPTIONS, 2);
        Set<String> train = new HashSet<>();
        Set<String> test = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            mixer.mix(Split.TRAIN, i).events().forEach(e -> train.add(e.source()));
            mixer.mix(Split.TEST, i).events().forEach(e -> test.add(e.source()));
        }
        assertThat(train).hasSize(10).allMatch(s -> s.startsWith("f1") || s.startsWith("f2"));
        assertThat(test).hasSize(5).allMatch(s -> s.startsWith("f3"));
    }

    @Property
    void scenesAreDeterministicAndDoNotClip(@ForAll long seed, @ForAll @IntRange(max = 100_000) int index)
            throws IOException {
        List<SourceClip> loud = recordings(1);
        Scene scene = mixer(loud, OPTIONS, seed).mix(Split.TEST, index);
        List<SourceClip> shuffled = new ArrayList<>(loud);
        Collections.reverse(shuffled);
        Scene again = mixer(shuffled, OPTIONS, seed).mix(Split.TEST, index);
        assertThat(again.samples()).isEqualTo(scene.samples());
        assertThat(again.events()).isEqualTo(scene.events());
        assertThat(scene.samples()).hasSize(RATE);
        assertThat(scene.labels())
                .hasSizeBetween(1, 3)
                .doesNotHaveDuplicates()
                .hasSize(scene.events().size());
        for (float v : scene.samples()) {
            assertThat(v).isBetween(-1f, 1f);
        }
    }

    @Test
    void quietScenesKeepTheirLevel() throws IOException {
        SceneMixer mixer = mixer(recordings(0.3), new Options(RATE, 1, 1, 1, -6, 0), 3);
        Scene scene = mixer.mix(Split.TEST, 0);
        float peak = 0;
        for (float v : scene.samples()) {
            peak = Math.max(peak, Math.abs(v));
        }
        assertThat(peak).isCloseTo(0.3f, offset(0.001f));
    }

    @Test
    void paddingIsNoPartOfAnEventAndLongRecordingsAreCropped() throws IOException {
        float[] padded = new float[4 * RATE];
        Arrays.fill(padded, RATE, RATE + 800, 0.5f);
        float[] longer = new float[4 * RATE];
        for (int i = 0; i < longer.length; i++) {
            longer[i] = (i % 2 == 0 ? 1 : -1) * 0.25f;
        }
        List<SourceClip> two = List.of(
                new SourceClip("a", "padded", "1", () -> padded),
                new SourceClip("b", "padded", "3", () -> padded),
                new SourceClip("c", "long", "1", () -> longer),
                new SourceClip("d", "long", "3", () -> longer));
        SceneMixer mixer = mixer(two, new Options(RATE, 1, 1, 1, 0, 0), 4);
        Set<Double> offsets = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            Scene scene = mixer.mix(Split.TRAIN, i);
            int loud = 0;
            for (float v : scene.samples()) {
                loud += v != 0 ? 1 : 0;
            }
            boolean isPadded = scene.labels().equals(List.of("padded"));
            assertThat(loud).isEqualTo(isPadded ? 800 : RATE);
            Scene.Event event = scene.events().getFirst();
            assertThat(event.onset()).isEqualTo(event.offsetSeconds());
            assertThat(event.end()).isCloseTo(event.onset() + (isPadded ? 0.1 : 1), offset(1e-12));
            if (isPadded) {
                offsets.add(scene.events().getFirst().offsetSeconds());
            }
        }
        assertThat(offsets).hasSizeGreaterThan(10);
    }

    @Test
    void stemsAddUpToTheSceneAndEndWithTheirEvents() throws IOException {
        SceneMixer mixer = mixer(recordings(1), OPTIONS, 5);
        int scaled = 0;
        for (int i = 0; i < 100; i++) {
            Scene scene = mixer.mix(Split.TRAIN, i, true);
            assertThat(scene.samples()).isEqualTo(mixer.mix(Split.TRAIN, i).samples());
            assertThat(scene.stems()).hasSameSizeAs(scene.events());
            float max = 0;
            for (int s = 0; s < scene.samples().length; s++) {
                double sum = 0;
                for (float[] stem : scene.stems()) {
                    sum += stem[s];
                }
                assertThat(scene.samples()[s]).isCloseTo((float) sum, offset(1e-6f));
                max = Math.max(max, Math.abs(scene.samples()[s]));
            }
            scaled += max > 0.9999f && scene.events().size() > 1 ? 1 : 0;
            for (int e = 0; e < scene.events().size(); e++) {
                Scene.Event event = scene.events().get(e);
                float[] stem = scene.stems().get(e);
                int first = 0;
                while (stem[first] == 0) {
                    first++;
                }
                int last = stem.length;
                while (stem[last - 1] == 0) {
                    last--;
                }
                assertThat(Math.round(event.onset() * RATE)).isEqualTo(first);
                assertThat(Math.round(event.end() * RATE)).isEqualTo(last);
            }
        }
        assertThat(scaled).as("scenes that were scaled down").isGreaterThan(10);
    }

    @Test
    void aStretchOfALongRecordingIsAudibleWhereItSounds() throws IOException {
        float[] clicks = new float[4 * RATE];
        for (int i = RATE / 4; i < clicks.length; i += RATE / 2) {
            clicks[i] = 0.5f;
            clicks[i + 1] = 0.0004f;
        }
        List<SourceClip> two = List.of(
                new SourceClip("a", "clicks", "1", () -> clicks), new SourceClip("b", "clicks", "3", () -> clicks));
        SceneMixer mixer = mixer(two, new Options(RATE, 0.9, 1, 1, 0, 0), 6);
        Set<Double> onsets = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            Scene scene = mixer.mix(Split.TRAIN, i);
            Scene.Event event = scene.events().getFirst();
            assertThat(event.offsetSeconds()).isZero();
            assertThat(scene.samples()[(int) Math.round(event.onset() * RATE)]).isEqualTo(0.5f);
            assertThat(scene.samples()[(int) Math.round(event.end() * RATE) - 1])
                    .isEqualTo(0.5f);
            onsets.add(event.onset());
        }
        assertThat(onsets).hasSizeGreaterThan(5);
    }

    @Test
    void wrongInputsAreNamed() {
        List<SourceClip> good = recordings(0.3);
        assertThatThrownBy(() -> new SceneMixer(good, Set.of("1", "2"), Set.of("2"), OPTIONS, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("fold 2", "both");
        assertThatThrownBy(() -> new SceneMixer(good, Set.of("1"), Set.of("9"), OPTIONS, 0))
                .hasMessageContainingAll("test folds [9]", "folds present: [1, 2, 3]");
        assertThatThrownBy(() -> mixer(good, new Options(RATE, 1, 1, 6, -6, 0), 0))
                .hasMessageContaining("6 different");
        List<SourceClip> twice = new ArrayList<>(good);
        twice.add(good.getFirst());
        assertThatThrownBy(() -> mixer(twice, OPTIONS, 0)).hasMessageContaining("twice: f1c0");
        List<SourceClip> separator = new ArrayList<>(good);
        separator.add(new SourceClip("x", "a;b", "1", () -> new float[1]));
        assertThatThrownBy(() -> mixer(separator, OPTIONS, 0)).hasMessageContaining("a;b");
        List<SourceClip> silent = List.of(
                new SourceClip("s", "quiet", "1", () -> new float[RATE]),
                new SourceClip("t", "quiet", "3", () -> new float[] {Float.NaN}));
        SceneMixer mixer = mixer(silent, new Options(RATE, 1, 1, 1, 0, 0), 0);
        assertThatThrownBy(() -> mixer.mix(Split.TRAIN, 0)).hasMessageContaining("silent: s");
        assertThatThrownBy(() -> mixer.mix(Split.TEST, 0)).hasMessageContaining("not finite: t");
        assertThatThrownBy(() -> new Options(RATE, 1, 0, 3, -6, 0)).hasMessageContaining("min 0");
        assertThatThrownBy(() -> new Options(RATE, 1, 1, 3, 0, -6)).hasMessageContaining("gains");
    }
}
