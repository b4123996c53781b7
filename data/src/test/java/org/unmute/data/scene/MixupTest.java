package org.unmute.data.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.data.Part;
import org.unmute.data.scene.Mixup.Options;
import org.unmute.data.set.Datasets;
import org.unmute.data.set.ReadOptions;
import org.unmute.data.set.Reading;

class MixupTest {
    private static final int LENGTH = 4000;

    /** A sine with a distinct frequency, orthogonal to the others over the length of the clip. */
    private static Mixup.Clip clip(int i, double amplitude) {
        float[] x = new float[LENGTH];
        for (int n = 0; n < LENGTH; n++) {
            x[n] = (float) (amplitude * Math.sin(2 * Math.PI * (i + 1) * 10 * n / LENGTH));
        }
        return new Mixup.Clip("clip" + i, List.of("label" + i, "bird"), () -> x);
    }

    private static List<Mixup.Clip> clips(int count) {
        List<Mixup.Clip> clips = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clips.add(clip(i, 0.02 * (i + 1)));
        }
        return clips;
    }

    /** RMS of the component of a signal that is the sine of clip i. */
    private static double level(float[] x, int i) {
        double sum = 0;
        for (int n = 0; n < x.length; n++) {
            sum += x[n] * Math.sin(2 * Math.PI * (i + 1) * 10 * n / LENGTH);
        }
        return Math.abs(2 * sum / x.length) / Math.sqrt(2);
    }

    @Test
    void whatIsAddedLiesBelowWhatIsThere() throws IOException {
        Mixup mixup = new Mixup(clips(8), new Options(5, 1, 2, 30, 1), 7);
        for (int i = 0; i < 8; i++) {
            for (int v = 0; v < 5; v++) {
                Mixup.Variant variant = mixup.variant(i, v);
                assertThat(variant.snrDb()).isBetween(2.0, 30.0);
                assertThat(variant.sources()).hasSize(2).startsWith("clip" + i).doesNotHaveDuplicates();
                int other = Integer.parseInt(variant.sources().get(1).substring(4));
                double ratio = level(variant.samples(), i) / level(variant.samples(), other);
                assertThat(20 * Math.log10(ratio)).isCloseTo(variant.snrDb(), within(1e-3));
                assertThat(level(variant.samples(), i)).isCloseTo(0.02 * (i + 1) / Math.sqrt(2), within(1e-6));
            }
        }
    }

    @Test
    void eachFurtherClipIsMeasuredAgainstTheMix() throws IOException {
        Mixup mixup = new Mixup(clips(20), new Options(20, 1, 6, 6, 3), 1);
        for (int v = 0; v < 20; v++) {
            Mixup.Variant variant = mixup.variant(3, v);
            double power = Math.pow(0.08 / Math.sqrt(2), 2);
            Set<String> distinct = new HashSet<>(variant.sources());
            if (distinct.size() < variant.sources().size()) {
                continue; // a clip added twice adds amplitudes, not powers
            }
            for (int k = 1; k < variant.sources().size(); k++) {
                double expected = Math.sqrt(power) / Math.pow(10, 6 / 20.0);
                assertThat(level(
                                variant.samples(),
                                Integer.parseInt(variant.sources().get(k).substring(4))))
                        .isCloseTo(expected, within(1e-5));
                power += expected * expected;
            }
        }
    }

    @Test
    void labelsAreTheUnion() throws IOException {
        Mixup mixup = new Mixup(clips(6), Options.PAPER, 3);
        Set<Integer> sizes = new HashSet<>();
        int untouched = 0;
        for (int i = 0; i < 6; i++) {
            for (int v = 0; v < 5; v++) {
                Mixup.Variant variant = mixup.variant(i, v);
                Set<String> expected = new HashSet<>(Set.of("bird"));
                variant.sources().forEach(s -> expected.add("label" + s.substring(4)));
                assertThat(variant.labels())
                        .doesNotHaveDuplicates()
                        .startsWith("label" + i)
                        .containsExactlyInAnyOrderElementsOf(expected);
                sizes.add(variant.sources().size());
                if (variant.sources().size() == 1) {
                    untouched++;
                    assertThat(variant.snrDb()).isNaN();
                    assertThat(variant.samples())
                            .isEqualTo(clip(i, 0.02 * (i + 1)).samples().read());
                }
            }
        }
        assertThat(sizes).contains(2, 3, 4).doesNotContain(5);
        assertThat(untouched).isBetween(0, 10);
    }

    @Test
    void mixedAsOftenAsAsked() throws IOException {
        List<Mixup.Clip> clips = clips(3);
        Mixup mixup = new Mixup(clips, new Options(1000, 0.9, 2, 30, 3), 0);
        int mixed = 0;
        for (int v = 0; v < 1000; v++) {
            mixed += mixup.variant(1, v).sources().size() > 1 ? 1 : 0;
        }
        // Three standard deviations of a binomial count: 28.
        assertThat(mixed).isBetween(872, 928);
    }

    @Test
    void theSameSeedGivesTheSameBits() throws IOException {
        Mixup.Variant a = new Mixup(clips(5), Options.PAPER, 11).variant(2, 4);
        Mixup.Variant b = new Mixup(clips(5), Options.PAPER, 11).variant(2, 4);
        assertThat(a.samples()).isEqualTo(b.samples());
        assertThat(a.sources()).isEqualTo(b.sources());
        List<List<String>> others = new ArrayList<>();
        for (long seed = 0; seed < 20; seed++) {
            others.add(new Mixup(clips(5), Options.PAPER, seed).variant(2, 4).sources());
        }
        assertThat(new HashSet<>(others)).hasSizeGreaterThan(5);
    }

    @Test
    void loudMixesAreScaledAndShortClipsRepeated() throws IOException {
        float[] loud = {1, -1, 1, -1};
        float[] brief = {1};
        Mixup.Variant v = new Mixup(
                        List.of(
                                new Mixup.Clip("a", List.of("x"), () -> loud),
                                new Mixup.Clip("b", List.of("y"), () -> brief)),
                        new Options(1, 1, 0, 0, 1),
                        0)
                .variant(0, 0);
        assertThat(v.samples()).containsExactly(1, 0, 1, 0);
        Mixup.Variant silent = new Mixup(
                        List.of(
                                new Mixup.Clip("a", List.of("x"), () -> loud),
                                new Mixup.Clip("b", List.of("y"), () -> new float[2])),
                        new Options(1, 1, 0, 0, 1),
                        0)
                .variant(0, 0);
        assertThat(silent.samples()).containsExactly(loud);
        assertThat(silent.labels()).containsExactly("x", "y");
    }

    @Test
    void writesWavAndATableThatIsADataSet(@TempDir Path root) throws IOException {
        Path folder = root.resolve("mixed");
        Mixup mixup = new Mixup(clips(3), new Options(2, 1, 2, 30, 3), 0);
        mixup.write(folder, 32_000);
        Reading train = Datasets.byName("table").read(folder, Part.TRAIN, ReadOptions.DEFAULT);
        assertThat(train.clips()).hasSize(3 * 3);
        assertThat(train.manifest().clips())
                .extracting(c -> c.file())
                .startsWith("train/000000-0.wav", "train/000000-1.wav", "train/000000-2.wav", "train/000001-0.wav");
        assertThat(train.clips().get(4).labels()).isEqualTo(mixup.variant(1, 0).labels());
        float[] stored = Wav.read(folder.resolve("train/000001-1.wav")).samples();
        float[] made = mixup.variant(1, 0).samples();
        for (int i = 0; i < made.length; i++) {
            assertThat(stored[i]).isCloseTo(made[i], within(1 / 65536f));
        }
        byte[] before = Files.readAllBytes(folder.resolve("train/000002-2.wav"));
        assertThatThrownBy(() -> mixup.write(folder, 32_000)).isInstanceOf(FileAlreadyExistsException.class);
        Path again = root.resolve("again");
        new Mixup(clips(3), new Options(2, 1, 2, 30, 3), 0).write(again, 32_000);
        assertThat(Files.readAllBytes(again.resolve("train/000002-2.wav"))).isEqualTo(before);
        assertThat(again.resolve(Mixup.TABLE)).hasSameTextualContentAs(folder.resolve(Mixup.TABLE));
    }

    @Test
    void unusableInputIsRefused() {
        assertThatThrownBy(() -> new Options(0, 0.9, 2, 30, 3)).hasMessageContaining("0 variants");
        assertThatThrownBy(() -> new Options(5, 1.1, 2, 30, 3)).hasMessageContaining("probability 1.1");
        assertThatThrownBy(() -> new Options(5, 0.9, 30, 2, 3)).hasMessageContaining("30.0 to 2.0 dB");
        assertThatThrownBy(() -> new Mixup(clips(1), Options.PAPER, 0)).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> new Mixup(List.of(clip(0, 1), clip(0, 1)), Options.PAPER, 0))
                .hasMessageContaining("twice: clip0");
        assertThatThrownBy(() -> new Mixup(
                        List.of(clip(0, 1), new Mixup.Clip("b", List.of("a;b"), () -> new float[1])), Options.PAPER, 0))
                .hasMessageContaining("must not contain ';'");
        Mixup empty =
                new Mixup(List.of(new Mixup.Clip("a", List.of(), () -> new float[0]), clip(0, 1)), Options.PAPER, 0);
        assertThatThrownBy(() -> empty.variant(0, 0)).hasMessageContaining("no samples: a");
        Mixup nan = new Mixup(
                List.of(new Mixup.Clip("a", List.of(), () -> new float[] {Float.NaN}), clip(0, 1)), Options.PAPER, 0);
        assertThatThrownBy(() -> nan.variant(0, 0)).hasMessageContaining("not finite: a");
    }
}
