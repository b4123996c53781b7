package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;

class TimeBlocksTest {
    private static final List<String> CLASSES = List.of("crow", "owl", "wren");
    private static final ClipCutter CUTTER = new ClipCutter(5, 0, ShareRule.DEFAULT);

    private static Map<String, Double> shares() {
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("train", 0.6);
        shares.put("validation", 0.2);
        shares.put("test", 0.2);
        return shares;
    }

    private static LabelFile labels(List<Annotation> marks, Set<String> sparse, double margin) throws Exception {
        LabelSet classes = LabelSet.of(CLASSES);
        Set<String> recordings = marks.stream().map(Annotation::file).collect(Collectors.toCollection(TreeSet::new));
        Coverage coverage =
                Coverage.of(sparse, recordings, classes, new Coverage.Rule(Coverage.Tables.USUAL, margin, null));
        Manifest manifest = new Manifest(
                recordings.stream().map(r -> new LabelledClip(r, "", List.of())).toList(),
                classes,
                new EventLabels(marks, ShareRule.DEFAULT, coverage, classes));
        return new LabelFile(LabelFile.Form.EVENTS, manifest, marks, coverage, "", List.of());
    }

    private static ClipId.Part part(LabelledClip clip) {
        return ClipId.part(clip.file()).orElseThrow();
    }

    @Property
    void clipsOfTwoSplitsAreAGuardApartAndNoMarkIsCut(@ForAll Random r) throws Exception {
        List<Annotation> marks = new ArrayList<>();
        Map<String, Double> seconds = new HashMap<>();
        Set<String> sparse = new TreeSet<>();
        for (String file : List.of("a", "b", "c").subList(0, 1 + r.nextInt(3))) {
            double duration = 100 + 900 * r.nextDouble();
            seconds.put(file, duration);
            if (r.nextBoolean()) {
                sparse.add(file);
            }
            for (int i = 1 + r.nextInt(30); i > 0; i--) {
                double onset = duration * r.nextDouble();
                double length = r.nextInt(6) == 0 ? 20 * r.nextDouble() : 2 * r.nextDouble();
                marks.add(new Annotation(file, onset, onset + length, CLASSES.get(r.nextInt(3))));
            }
        }
        // Two recordings may be the same sound, whose blocks are then the same.
        Map<String, String> sounds = r.nextInt(3) == 0 ? Map.of("a", "a", "b", "a") : Map.of();
        double block = 20 + 100 * r.nextDouble();
        TimeBlocks.Rule rule = new TimeBlocks.Rule(block, Math.min(block - 6, 15) * r.nextDouble());
        ClipPlan plan = new ClipPlan(labels(marks, sparse, 8 * r.nextDouble()), seconds.keySet());
        Manifest clips = plan.cut(CUTTER, seconds, 1, 0).manifest();
        TimeBlocks.Split split;
        try {
            split = TimeBlocks.of(clips, plan, sounds, shares(), rule, r.nextLong());
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("blocks of time: ").hasMessageContaining("--guard");
            return;
        }
        assertThat(split.guarded())
                .isEqualTo(clips.clips().size() - split.manifest().clips().size());
        assertThat(split.manifest().splits()).containsExactlyInAnyOrder("train", "validation", "test");
        Map<String, List<LabelledClip>> bySound = new TreeMap<>();
        for (LabelledClip clip : split.manifest().clips()) {
            bySound.computeIfAbsent(
                            sounds.getOrDefault(part(clip).file(), part(clip).file()), s -> new ArrayList<>())
                    .add(clip);
        }
        bySound.forEach((sound, all) -> {
            for (LabelledClip a : all) {
                for (LabelledClip b : all) {
                    if (!a.split().equals(b.split())) {
                        double apart = Math.max(part(a).start() - part(b).end(), part(b).start() - part(a).end());
                        assertThat(apart).isGreaterThan(rule.guard() - 1e-5);
                    }
                }
            }
            for (Annotation mark : marks) {
                if (sounds.getOrDefault(mark.file(), mark.file()).equals(sound)) {
                    assertThat(all.stream()
                                    .filter(c -> part(c).start() < mark.offset() - 1e-5)
                                    .filter(c -> part(c).end() > mark.onset() + 1e-5)
                                    .map(LabelledClip::split)
                                    .distinct()
                                    .count())
                            .isLessThanOrEqualTo(1);
                }
            }
        });
        // Where clips lie around marks, guards take none of them.
        for (LabelledClip clip : clips.clips()) {
            if (sparse.contains(part(clip).file()) && !clip.labels().isEmpty()) {
                assertThat(split.manifest().clips()).anyMatch(c -> c.file().equals(clip.file()));
            }
        }
    }

    /** The number of clips of each class in each split. */
    private static Map<String, Map<String, Integer>> counted(Manifest manifest) {
        Map<String, Map<String, Integer>> counted = new TreeMap<>();
        manifest.clips()
                .forEach(clip -> clip.labels()
                        .forEach(label -> counted.computeIfAbsent(label, l -> new TreeMap<>())
                                .merge(clip.split(), 1, Integer::sum)));
        return counted;
    }

    @Property
    void tenBoxesInAnHourGiveEverySplitSome(@ForAll Random r) throws Exception {
        List<Annotation> marks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            double onset = 10 + 350 * i + 330 * r.nextDouble();
            marks.add(new Annotation("rec", onset, onset + 2 * r.nextDouble(), CLASSES.get(i < 5 ? 0 : i < 8 ? 1 : 2)));
        }
        ClipPlan plan = new ClipPlan(labels(marks, Set.of("rec"), 5), List.of("rec"));
        Manifest clips = plan.cut(CUTTER, Map.of("rec", 3600.0), 1, 0).manifest();
        // Blocks of a whole hour are divided, too.
        double block = r.nextBoolean() ? 60 : 3600;
        TimeBlocks.Split split =
                TimeBlocks.of(clips, plan, Map.of(), shares(), new TimeBlocks.Rule(block, 5), r.nextLong());
        assertThat(split.remarks()).isEmpty();
        Map<String, Map<String, Integer>> counted = counted(split.manifest());
        for (String label : CLASSES) {
            assertThat(counted.get(label)).as(label).containsKeys("train", "validation");
        }
        assertThat(split.manifest().clips().stream().filter(c -> c.labels().isEmpty()))
                .hasSizeGreaterThan(10);
        assertThat(split.manifest().isKnown()).isTrue();
    }

    @Test
    void marksWithoutRoomForAGuardAreNamed() throws Exception {
        List<Annotation> marks = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            marks.add(new Annotation("rec", 4 * i, 4 * i + 1, i == 3 ? "owl" : "wren"));
        }
        marks.add(new Annotation("rec", 600, 601, "crow"));
        marks.add(new Annotation("rec", 700, 701, "crow"));
        ClipPlan plan = new ClipPlan(labels(marks, Set.of(), 0), List.of("rec"));
        Manifest clips = plan.cut(CUTTER, Map.of("rec", 900.0), 1, 0).manifest();
        TimeBlocks.Split split = TimeBlocks.of(clips, plan, Map.of(), shares(), new TimeBlocks.Rule(60, 5), 0);
        assertThat(split.remarks())
                .contains(
                        "the marks of rec from 'wren' at 0 s to 'wren' at 396 s leave no gap of 5 s where a block of 60 s"
                                + " could end: they stay in one block of 400 s; a shorter --guard lets it be divided",
                        "all clips of 'wren' are in one split: between 0 and 400 s of rec no boundary with a guard of 5 s"
                                + " fits between them: mark more of it elsewhere, or choose a shorter --guard");
        ClipPlan dense = new ClipPlan(labels(marks.subList(0, 100), Set.of(), 0), List.of("rec"));
        Manifest few = dense.cut(CUTTER, Map.of("rec", 400.0), 1, 0).manifest();
        assertThatThrownBy(() -> TimeBlocks.of(few, dense, Map.of(), shares(), new TimeBlocks.Rule(60, 5), 0))
                .hasMessageContaining("1 blocks cannot fill 3 splits: the marks of rec from 'wren' at 0 s to 'wren' at"
                        + " 396 s leave no gap of 5 s");
        assertThat(TimeBlocks.of(few, dense, Map.of(), shares(), new TimeBlocks.Rule(60, 2), 0)
                        .blocks())
                .isGreaterThan(4);
    }

    @Test
    void whatCannotBeSplitIsRefused() throws Exception {
        ClipPlan plan = new ClipPlan(labels(List.of(new Annotation("rec", 1, 2, "wren")), Set.of(), 0), List.of("rec"));
        Manifest whole = new Manifest(List.of(new LabelledClip("rec", "", List.of("wren"))), LabelSet.of(CLASSES));
        assertThatThrownBy(() -> TimeBlocks.of(whole, plan, Map.of(), shares(), new TimeBlocks.Rule(60, 5), 0))
                .hasMessageContaining("'rec' is a whole recording: cut recordings into clips (--clip SECONDS)");
        assertThatThrownBy(() -> new TimeBlocks.Rule(60, 60)).hasMessageContaining("60.0 s, 60.0 s");
        assertThatThrownBy(() -> new TimeBlocks.Rule(0, 0)).hasMessageContaining("longer than 0 s");
        Manifest clips = plan.cut(CUTTER, Map.of("rec", 30.0), 1, 0).manifest();
        assertThatThrownBy(() -> TimeBlocks.of(clips, plan, Map.of(), shares(), new TimeBlocks.Rule(7, 6), 0))
                .hasMessageContaining("lies outside the guards: choose longer blocks (--block)");
    }
}
