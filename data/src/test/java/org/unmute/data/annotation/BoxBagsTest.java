package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.MelBands;
import org.unmute.probes.truth.TokenBags;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.probes.truth.TrainingBoxes.Band;
import org.unmute.probes.truth.TrainingBoxes.OfClass;

class BoxBagsTest {
    private static final int COLUMNS = 4;
    /** Rows of a second, columns between the borders of eight mel bands. */
    private static final EncoderSpec SPEC = spec(COLUMNS);

    private static final MelBands BANDS = new MelBands(8, 100, 4000);

    private static EncoderSpec spec(int columns) {
        return new EncoderSpec(
                "test",
                "",
                new EncoderSpec.Input(8000, 80_000, 8000, 80_000, "", Map.of(), new MelBands(8, 100, 4000)),
                new EncoderSpec.Grid(10, columns, 8000, EncoderSpec.TokenOrder.TIME_MAJOR, 0),
                16,
                1,
                List.of());
    }

    private static double edge(int column) {
        return BANDS.border(2 * column);
    }

    private static LabelFile table(Annotation... events) {
        Set<String> recordings = Arrays.stream(events).map(Annotation::file).collect(Collectors.toSet());
        return LabelFile.ofEvents(
                new Manifest(
                        recordings.stream()
                                .map(r -> new LabelledClip(r, "", List.of()))
                                .toList(),
                        LabelSet.of(List.of("a", "b"))),
                List.of(events),
                "test");
    }

    private static Annotation box(double onset, double offset, String label, double low, double high) {
        return new Annotation("r.wav", onset, offset, label, low, high, Double.NaN, 1);
    }

    private static BoxBags of(LabelFile table, int piece, LabelledClip... clips) {
        Manifest manifest = new Manifest(List.of(clips), LabelSet.of(List.of("a", "b")));
        return BoxBags.of(
                List.of(table),
                manifest,
                manifest.clips().stream().map(c -> ClipId.recording(c.file())).collect(Collectors.toSet()),
                _ -> 5,
                SPEC,
                piece);
    }

    private static LabelledClip clip(String... labels) {
        return new LabelledClip("r.wav", "", List.of(labels));
    }

    private static TokenBags bags(BoxBags all, float... targets) {
        return all.bags(0, targets, 5, COLUMNS);
    }

    /** The bags of a class, as rows of text: present or absent, weight, tokens. */
    private static List<String> shown(TokenBags bags, int classIndex) {
        List<String> all = new ArrayList<>();
        for (int b = 0; b < bags.tokens().length; b++) {
            float target = bags.targets()[b * 2 + classIndex];
            if (!Float.isNaN(target)) {
                all.add((target == 1 ? "in " : "out ") + bags.weights()[b * 2 + classIndex] + " "
                        + Arrays.stream(bags.tokens()[b])
                                .mapToObj(n -> n / COLUMNS + "/" + n % COLUMNS)
                                .collect(Collectors.joining(" ")));
            }
        }
        return all;
    }

    /** All tokens of bags with or without a class, in order, and the sum of their weights. */
    private static String all(TokenBags bags, int classIndex, String which) {
        double weight = 0;
        Set<String> tokens = new TreeSet<>();
        for (String bag : shown(bags, classIndex)) {
            if (bag.startsWith(which + " ")) {
                String[] parts = bag.split(" ");
                weight += Double.parseDouble(parts[1]);
                tokens.addAll(Arrays.asList(parts).subList(2, parts.length));
            }
        }
        return Math.round(weight * 1000) / 1000.0 + " " + String.join(" ", tokens);
    }

    private static String rows(int from, int to) {
        List<String> all = new ArrayList<>();
        for (int t = from; t < to; t++) {
            for (int f = 0; f < COLUMNS; f++) {
                all.add(t + "/" + f);
            }
        }
        return String.join(" ", all);
    }

    @Test
    void tokensInABoxAreOneBagAndThoseOutsideAnother() {
        // Rows 1 and 2 by more than half, row 3 by less; column 1 and more than half of column 2.
        LabelFile table = table(box(1.25, 3.25, "a", edge(1), edge(2) + 0.7 * (edge(3) - edge(2))));
        TokenBags bags = bags(of(table, 100, clip("a")), 1, 0);
        assertThat(all(bags, 0, "in")).isEqualTo("1.0 1/1 1/2 2/1 2/2");
        assertThat(all(bags, 0, "out")).isEqualTo("1.0 " + rows(0, 1) + " 1/0 1/3 2/0 2/3 3/0 3/3 " + rows(4, 5));
        assertThat(all(bags, 1, "out")).isEqualTo("1.0 " + rows(0, 5));
        assertThat(shown(bags, 1)).noneMatch(bag -> bag.startsWith("in"));
    }

    @Test
    void piecesOfRowsAndColumnsShareTheWeightOfTheirBag() {
        LabelFile table = table(box(1, 5, "a", edge(0), edge(1)), box(2, 4, "b", edge(1), edge(3)));
        TokenBags bags = bags(of(table, 2, clip("a", "b")), 1, 1);
        float third = (float) (1.0 / 3);
        assertThat(shown(bags, 0).stream().filter(bag -> bag.startsWith("in")))
                .containsExactly("in " + third + " 1/0", "in " + third + " 2/0 3/0", "in " + third + " 4/0");
        assertThat(shown(bags, 0)).hasSize(13).contains("out 0.1 0/0", "out 0.1 0/1 1/1", "out 0.1 4/3");
        assertThat(shown(bags, 1).stream().filter(bag -> bag.startsWith("in")))
                .containsExactly("in 0.5 2/1 3/1", "in 0.5 2/2 3/2");
    }

    @Test
    void smallBoxesOverlapsAndMissingEdges() {
        double middle = (edge(1) + edge(2)) / 2;
        LabelFile table = table(
                box(0.1, 0.3, "a", middle - 5, middle + 5),
                box(2, 2, "a", edge(3), edge(4)),
                box(3, 5, "b", edge(0), edge(2)),
                box(4, 5, "b", edge(1), edge(3)),
                box(0, 1, "b", Double.NaN, edge(1)));
        BoxBags all = of(table, 100, clip("a", "b"));
        TokenBags bags = bags(all, 1, 1);
        assertThat(shown(bags, 0).subList(0, 2)).containsExactlyInAnyOrder("in 1.0 0/1", "in 1.0 2/3");
        assertThat(shown(bags, 1).stream().filter(bag -> bag.startsWith("in")))
                .containsExactlyInAnyOrder(
                        "in 1.0 0/0", "in 0.5 3/0 4/0", "in 0.5 3/1 4/1", "in 0.5 4/1", "in 0.5 4/2");
        assertThat(all(bags, 1, "out")).startsWith("1.0 0/1 0/2 0/3 1/0");
        assertThat(all.remarks()).hasSize(1).first().asString().contains("1 of 5 events lack an edge");
    }

    @Test
    void theBoxesInSummary() {
        LabelFile table = table(
                box(1, 3, "a", 200, 400),
                box(2, 2.5, "a", 50, 9000),
                box(2, 99, "a", Double.NaN, 400),
                box(50, 51, "a", 200, 300), // in no clip
                box(1, 2, "a", 4500, 5000), // above what the encoder hears
                box(1, 2, "", 200, 400));
        TrainingBoxes summary = of(table, 100, clip("a", "b")).summary();
        OfClass a = summary.classes().get(0);
        assertThat(a.bands()).containsExactly(new Band(100, 400, 1), new Band(100, 4000, 1), new Band(200, 400, 1));
        assertThat(a.seconds().median()).as("lengths as they are drawn").isEqualTo(2);
        assertThat(a.seconds().ninetieth()).isGreaterThan(70);
        assertThat(summary.classes().get(1)).isEqualTo(OfClass.NONE);
    }

    @Test
    void whatTheEncoderDoesNotHearIsLeftOut() {
        LabelFile table = table(box(1, 2, "a", 5000, 7000), box(1, 2, "b", 3000, 7000), box(7, 9, "b", 1000, 2000));
        BoxBags all = of(table, 100, clip("a", "b"));
        assertThat(all(bags(all, 1, 1), 0, "out")).isEqualTo("1.0 " + rows(0, 5));
        assertThat(all(bags(all, 1, 1), 0, "in")).isEqualTo("0.0 ");
        assertThat(all(bags(all, 1, 1), 1, "in")).isEqualTo("1.0 1/3");
        assertThat(all.remarks())
                .anyMatch(r -> r.contains("1 events lie in no clip"))
                .anyMatch(r -> r.contains("1 boxes lie outside 100 to 4000 Hz"))
                .anyMatch(r -> r.contains("1 classes have no box and are learned from clips as a whole"));
    }

    @Test
    void clipsAndClassesWithoutBoxesAreKnownAsAWhole() {
        LabelFile table = table(box(1, 2, "a", edge(0), edge(1)));
        BoxBags all = of(table, 2, clip("a", "b"), new LabelledClip("w.wav", "", List.of("b")));
        assertThat(shown(bags(all, 1, 1), 1)).containsExactly("in 1.0 " + rows(0, 5));
        TokenBags weak = all.bags(1, new float[] {Float.NaN, 1}, 3, COLUMNS);
        assertThat(shown(weak, 0)).isEmpty();
        assertThat(shown(weak, 1)).containsExactly("in 1.0 " + rows(0, 3));
        TokenBags absent = all.bags(BoxBags.WEAK, new float[2], 2, COLUMNS);
        assertThat(all(absent, 0, "out")).isEqualTo("1.0 " + rows(0, 2));
        assertThat(all.strong()).isEqualTo(1);
        assertThat(all.fingerprint())
                .isNotEqualTo(of(table, 3, clip("a", "b"), new LabelledClip("w.wav", "", List.of("b")))
                        .fingerprint());
    }

    @Test
    void inASparseTableTheRestIsKnownWhereSomebodyLooked(@TempDir Path folder) throws IOException {
        Path raven = folder.resolve("r.Table.1.selections.txt");
        Files.writeString(
                raven,
                "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\n"
                        + "1\tSpectrogram 1\t1\t2\t3\t" + edge(1) + "\t" + edge(2) + "\ta\n");
        LabelFile table = LabelFile.read(
                raven,
                new LabelFile.Options(
                                null, ManifestFormat.AUTO, List.of(), LabelSet.of(List.of("a", "b")), ShareRule.DEFAULT)
                        .with(new Coverage.Rule(Coverage.Tables.USUAL, 1, null)));
        BoxBags all = of(table, 100, new LabelledClip("r", "", List.of("a")));
        TokenBags bags = all.bags(0, new float[] {1, Float.NaN}, 5, COLUMNS);
        assertThat(all(bags, 0, "in")).isEqualTo("1.0 2/1");
        assertThat(all(bags, 0, "out")).isEqualTo("1.0 " + rows(1, 2) + " 2/0 2/2 2/3 " + rows(3, 4));
        assertThat(all(bags, 1, "out")).isEqualTo("1.0 " + rows(1, 4));
    }

    @Test
    void somethingThatNobodyNamed() {
        LabelFile table = table(box(1, 2, "a", edge(0), edge(1)), box(0, 2, "", edge(2), edge(4)));
        assertThat(all(bags(of(table, 100, clip("a")), 1, 0), 1, "out")).isEqualTo("1.0 0/0 0/1 1/0 1/1 " + rows(2, 5));
    }

    @Test
    void tablesWithoutBandsAndEncodersWithOneAreRefused() {
        LabelFile plain = table(new Annotation("r.wav", 0, 1, "a"));
        assertThatThrownBy(() -> of(plain, 1, clip("a"))).hasMessageContaining("no event has a band");
        LabelFile boxed = table(box(1, 2, "a", 100, 200));
        Manifest clips = new Manifest(List.of(clip("a")), LabelSet.of(List.of("a", "b")));
        assertThatThrownBy(() -> BoxBags.of(List.of(boxed), clips, Set.of("r.wav"), _ -> 5, spec(1), 1))
                .hasMessageContaining("one band of tokens");
    }

    /** Token by token: in a bag of its class, in the rest, or touched and in neither. */
    @Test
    void everyTokenIsWhereItsShareSays() {
        SplittableRandom random = new SplittableRandom(7);
        for (int n = 0; n < 100; n++) {
            double on = 4 * random.nextDouble();
            double off = on + (5 - on) * random.nextDouble();
            double low = 3500 * random.nextDouble();
            double high = low + 100 + (4000 - low) * random.nextDouble();
            TokenBags bags = bags(of(table(box(on, off, "a", low, high)), 1 + random.nextInt(6), clip("a")), 1, 0);
            String in = " "
                    + String.join(
                            " ",
                            shown(bags, 0).stream()
                                    .filter(b -> b.startsWith("in"))
                                    .toList()) + " ";
            String out = " "
                    + String.join(
                            " ",
                            shown(bags, 0).stream()
                                    .filter(b -> b.startsWith("out"))
                                    .toList()) + " ";
            boolean any = false;
            for (int t = 0; t < 5; t++) {
                for (int f = 0; f < COLUMNS; f++) {
                    double rows = Math.min(off, t + 1) - Math.max(on, t);
                    double bands = (Math.min(high, edge(f + 1)) - Math.max(low, edge(f))) / (edge(f + 1) - edge(f));
                    String token = " " + t + "/" + f + " ";
                    if (rows >= 0.51 && bands >= 0.51) {
                        assertThat(in).contains(token);
                    }
                    if (rows <= 0 || bands <= 0) {
                        assertThat(in).doesNotContain(token);
                        assertThat(out).contains(token);
                    } else {
                        assertThat(out).doesNotContain(token);
                    }
                    any |= in.contains(token);
                }
            }
            assertThat(any).isTrue();
        }
    }
}
