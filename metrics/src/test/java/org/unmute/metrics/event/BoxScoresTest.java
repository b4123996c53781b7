package org.unmute.metrics.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.unmute.metrics.Bootstrap;

/** Against an implementation that tries every assignment and walks every threshold. */
class BoxScoresTest {
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final List<String> FILES = List.of("x", "y", "z");

    private static SoundBox box(String file, String label, double on, double off, double low, double high, double s) {
        return new SoundBox(new SoundEvent(file, on, off, label), low, high, s);
    }

    /** On a coarse grid, so that boxes overlap, are equal and tie. */
    private static List<SoundBox> random(SplittableRandom random, int most) {
        List<SoundBox> all = new ArrayList<>();
        int n = random.nextInt(most + 1);
        for (int i = 0; i < n; i++) {
            double on = random.nextInt(4);
            double low = 1000 * random.nextInt(4);
            all.add(box(
                    FILES.get(random.nextInt(2)),
                    CLASSES.get(random.nextInt(2)),
                    on,
                    on + random.nextInt(4),
                    low,
                    low + 1000 * random.nextInt(4),
                    random.nextInt(4) / 4.0));
        }
        return all;
    }

    private static double slowIou(SoundBox a, SoundBox b) {
        int both = 0;
        int any = 0;
        for (double t = 0.25; t < 10; t += 0.5) {
            for (double f = 250; f < 10_000; f += 500) {
                boolean inA = holds(a, t, f);
                boolean inB = holds(b, t, f);
                both += inA && inB ? 1 : 0;
                any += inA || inB ? 1 : 0;
            }
        }
        return both == 0 ? 0 : (double) both / any;
    }

    private static boolean holds(SoundBox b, double t, double f) {
        return b.event().onset() < t && t < b.event().offset() && b.low() < f && f < b.high();
    }

    private static List<SoundBox> of(List<SoundBox> all, String file, String label) {
        return all.stream()
                .filter(b -> b.event().file().equals(file) && b.event().label().equals(label))
                .toList();
    }

    private static int slowPairs(List<SoundBox> ref, List<SoundBox> det, double iou, Set<Integer> used, int from) {
        if (from == ref.size()) {
            return 0;
        }
        int best = slowPairs(ref, det, iou, used, from + 1);
        for (int d = 0; d < det.size(); d++) {
            if (!used.contains(d) && slowIou(ref.get(from), det.get(d)) >= iou) {
                Set<Integer> more = new HashSet<>(used);
                more.add(d);
                best = Math.max(best, 1 + slowPairs(ref, det, iou, more, from + 1));
            }
        }
        return best;
    }

    private static double slowAp(List<SoundBox> refs, List<SoundBox> dets, String label, double iou) {
        long references =
                refs.stream().filter(r -> r.event().label().equals(label)).count();
        Set<Double> scores = new TreeSet<>(Comparator.reverseOrder());
        dets.forEach(d -> scores.add(d.score()));
        double area = 0;
        double before = 0;
        for (double least : scores) {
            int right = 0;
            int seen = 0;
            for (String file : FILES) {
                List<SoundBox> free = new ArrayList<>(of(refs, file, label));
                for (SoundBox d : of(dets, file, label).stream()
                        .filter(d -> d.score() >= least)
                        .sorted(Comparator.comparingDouble((SoundBox d) -> -d.score())
                                .thenComparingDouble(d -> d.event().onset())
                                .thenComparingDouble(d -> d.event().offset())
                                .thenComparingDouble(SoundBox::low)
                                .thenComparingDouble(SoundBox::high))
                        .toList()) {
                    seen++;
                    SoundBox best = free.stream()
                            .max(Comparator.comparingDouble(r -> slowIou(r, d)))
                            .orElse(null);
                    if (best != null && slowIou(best, d) >= iou) {
                        free.remove(best);
                        right++;
                    }
                }
            }
            double recall = (double) right / references;
            area += seen == 0 ? 0 : (recall - before) * right / seen;
            before = recall;
        }
        return area;
    }

    @Test
    void countsAndPrecisionAreThoseOfTheSlowImplementation() {
        SplittableRandom random = new SplittableRandom(3);
        int pairs = 0;
        for (int n = 0; n < 200; n++) {
            List<SoundBox> refs = random(random, 14);
            List<SoundBox> dets = random(random, 14);
            BoxScores scores = new BoxScores(CLASSES, FILES, refs, dets);
            for (double iou : BoxScores.IOU) {
                EventFigures figures = scores.figures(iou, null);
                double sum = 0;
                int classes = 0;
                for (int c = 0; c < CLASSES.size(); c++) {
                    String label = CLASSES.get(c);
                    int expected = 0;
                    for (String file : FILES) {
                        expected += slowPairs(of(refs, file, label), of(dets, file, label), iou, Set.of(), 0);
                    }
                    assertThat(figures.classes().get(c).truePositives()).isEqualTo(expected);
                    pairs += expected;
                    if (figures.classes().get(c).references() > 0) {
                        classes++;
                        sum += slowAp(refs, dets, label, iou);
                    }
                }
                double map = scores.values(null).get("box_mAP_" + iou);
                if (classes == 0) {
                    assertThat(map).isNaN();
                } else {
                    assertThat(map).isCloseTo(sum / classes, within(1e-12));
                }
            }
        }
        assertThat(pairs).isGreaterThan(100);
    }

    @Test
    void theOrderOfEventsDoesNotMatterAndEqualBoxesAreFound() {
        SplittableRandom random = new SplittableRandom(5);
        for (int n = 0; n < 50; n++) {
            List<SoundBox> refs = random(random, 14);
            List<SoundBox> dets = random(random, 14);
            Map<String, Double> values = new BoxScores(CLASSES, FILES, refs, dets).values(null);
            assertThat(new BoxScores(CLASSES, FILES, refs.reversed(), dets.reversed()).values(null))
                    .isEqualTo(values);
            List<SoundBox> wide = refs.stream().filter(b -> slowIou(b, b) > 0).toList();
            if (!wide.isEmpty()) {
                assertThat(new BoxScores(CLASSES, FILES, wide, wide).values(null))
                        .containsEntry("box_0.5_f1_macro", 1.0)
                        .containsEntry("box_mAP", 1.0);
            }
        }
    }

    @Test
    void iouIsOfAreasInSecondsAndHertz() {
        SoundBox a = box("x", "a", 0, 2, 1000, 2000, 1);
        assertThat(a.iou(box("x", "a", 1, 3, 1000, 2000, 1))).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(a.iou(box("x", "a", 0, 2, 1500, 3000, 1))).isCloseTo(0.25, within(1e-12));
        assertThat(a.iou(box("x", "a", 2, 3, 1000, 2000, 1))).isZero();
        assertThat(a.iou(box("x", "a", 0, 2, Double.NaN, 2000, 1))).isZero();
        SoundBox point = box("x", "a", 1, 1, 1000, 2000, 1);
        assertThat(point.iou(point)).isZero();
        assertThatThrownBy(() -> box("x", "a", 0, 1, 2000, 1000, 1)).hasMessageContaining("0 <= low <= high");
        assertThatThrownBy(() -> box("x", "a", 0, 1, -1, 1000, 1)).hasMessageContaining("0 <= low <= high");
    }

    /** A greedy matching in the order of the list would find one pair only. */
    @Test
    void theMatchingOfF1IsAMaximumOne() {
        List<SoundBox> refs = List.of(box("x", "a", 0, 2, 0, 1000, 1), box("x", "a", 1, 3, 0, 1000, 1));
        List<SoundBox> dets = List.of(box("x", "a", 0.5, 2.5, 0, 1000, 0.9), box("x", "a", 0, 1, 0, 1000, 0.1));
        assertThat(new BoxScores(CLASSES, FILES, refs, dets).values(null)).containsEntry("box_0.5_f1_macro", 1.0);
    }

    @Test
    void withoutReferencesOrDetectionsOrScores() {
        SoundBox one = box("x", "a", 0, 1, 0, 1000, Double.NaN);
        Map<String, Double> missed = new BoxScores(CLASSES, FILES, List.of(one), List.of()).values(null);
        assertThat(missed).containsEntry("box_0.3_f1_macro", 0.0).containsEntry("box_mAP", 0.0);
        Map<String, Double> alarms = new BoxScores(CLASSES, FILES, List.of(), List.of(one)).values(null);
        assertThat(alarms.get("box_0.3_f1_macro")).isNaN();
        assertThat(alarms).containsEntry("box_0.3_precision_micro", 0.0).doesNotContainKey("box_mAP");
        SoundBox elsewhere = box("w", "a", 0, 1, 0, 1000, 1);
        assertThat(new BoxScores(CLASSES, FILES, List.of(elsewhere), List.of(elsewhere))
                        .figures(0.3, null)
                        .classes())
                .allMatch(k -> k.references() == 0 && k.detections() == 0);
    }

    @Test
    void intervalsAreOfResampledRecordings() {
        SplittableRandom random = new SplittableRandom(9);
        List<SoundBox> refs = random(random, 40);
        List<SoundBox> dets = new ArrayList<>(random(random, 40));
        dets.addAll(refs.subList(0, refs.size() / 2));
        BoxScores scores = new BoxScores(CLASSES, FILES, refs, dets);
        assertThat(scores.values(new int[] {1, 1, 1})).isEqualTo(scores.values(null));
        // A recording that is drawn twice counts as two recordings.
        List<SoundBox> twice = new ArrayList<>(refs);
        List<SoundBox> found = new ArrayList<>(dets);
        for (List<SoundBox> all : List.of(twice, found)) {
            of(all, "x", "a").forEach(b -> all.add(copy(b)));
            of(all, "x", "b").forEach(b -> all.add(copy(b)));
        }
        BoxScores doubled = new BoxScores(CLASSES, List.of("x", "z"), twice, found);
        assertThat(scores.values(new int[] {2, 0, 0})).isEqualTo(doubled.values(null));
        scores.intervals(new Bootstrap(200, 0.95, 1))
                .forEach((name, interval) -> assertThat(scores.values(null).get(name))
                        .as(name)
                        .isBetween(interval.low() - 0.1, interval.high() + 0.1));
    }

    private static SoundBox copy(SoundBox b) {
        return box("z", b.event().label(), b.event().onset(), b.event().offset(), b.low(), b.high(), b.score());
    }
}
