package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.data.ClipId;
import org.unmute.data.ClipList;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.split.GroupedSplit;
import org.unmute.data.split.LabelAudit;
import org.unmute.probes.cache.AudioClip;

class ClipPlanTest {
    @TempDir
    Path folder;

    private LabelFile labels(String text) throws IOException {
        return LabelFile.read(Files.writeString(folder.resolve("labels.csv"), text), LabelFile.Options.AUTO);
    }

    @Test
    void recordingsAreCutAndPartsOfEventsAreNoNegatives() throws IOException {
        LabelFile labels = labels("file,start,end,label,split\na.wav,1,4,wren,train\na.wav,4.9,14,crow,train\n"
                + "b.wav,3,3.5,wren,test\na.wav,100,101,wren,train\ngone.wav,0,1,wren,test\n");
        ClipPlan plan = new ClipPlan(labels, List.of("a.wav", "b.wav", "c.wav"));
        assertThat(plan.missing()).containsExactly("gone.wav");
        assertThat(plan.unnamed()).containsExactly("c.wav");
        ClipCutter cutter = new ClipCutter(5, 0, new ShareRule(0.5, ShareRule.Of.CLIP));
        Map<String, Double> seconds = Map.of("a.wav", 20.0, "b.wav", 10.0);
        ClipPlan.Clips clips = plan.cut(cutter, seconds, 1, 0);
        assertThat(clips.manifest().clips())
                .containsExactly(
                        new LabelledClip("a.wav#0-5", "train", List.of("wren")),
                        new LabelledClip("a.wav#5-10", "train", List.of("crow")),
                        new LabelledClip("a.wav#10-15", "train", List.of("crow")),
                        new LabelledClip("a.wav#15-20", "train", List.of()),
                        new LabelledClip("b.wav#5-10", "test", List.of()));
        assertThat(clips.partial()).isEqualTo(1);
        assertThat(clips.without()).isEqualTo(2);
        assertThat(clips.beyond()).containsExactly(Map.entry("a.wav", 1));
        assertThat(plan.cut(cutter, seconds, 0, 0).manifest().clips()).hasSize(3);
        assertThat(plan.cut(cutter, seconds, 0.5, 0).dropped()).isEqualTo(1);
        assertThat(plan.rows(1, 0).manifest().clips())
                .extracting(LabelledClip::file)
                .containsExactly("a.wav#1-4", "a.wav#4.9-14", "b.wav#3-3.5", "a.wav#100-101");
        plan.includeUnnamed();
        assertThat(plan.recordings()).containsExactly("a.wav", "b.wav", "c.wav");
    }

    @Test
    void clipsThatAreCutKeepTheGroupOfTheirRecording() throws IOException {
        ClipPlan plan = new ClipPlan(
                labels("file,start,end,label,recording\na.wav,1,4,wren,night\nb.wav,3,4,wren,\n"),
                List.of("a.wav", "b.wav"));
        assertThat(plan.cut(new ClipCutter(5, 0, ShareRule.DEFAULT), Map.of("a.wav", 9.0, "b.wav", 5.0), 1, 0)
                        .manifest()
                        .clips())
                .extracting(LabelledClip::group)
                .containsExactly("night", "night", "");
        assertThat(plan.rows(1, 0).manifest().clips())
                .extracting(LabelledClip::group)
                .containsExactly("night", "");
    }

    @Test
    void labelsOfWholeFilesHoldForTheirClips() throws IOException {
        ClipPlan plan = new ClipPlan(labels("file,labels\nb/a.wav,wren;crow\n"), List.of("b/a.wav"));
        assertThat(plan.cut(new ClipCutter(5, 0, ShareRule.DEFAULT), Map.of("b/a.wav", 9.0), 1, 0)
                        .manifest()
                        .clips())
                .containsExactly(
                        new LabelledClip("b/a.wav#0-5", "", List.of("crow", "wren")),
                        new LabelledClip("b/a.wav#4-9", "", List.of("crow", "wren")));
    }

    /** The written table is read back as the same clips, both as labels and as a list of recordings. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theTableIsReadAsItWasWritten(long seed) throws IOException {
        Random r = new Random(seed);
        List<LabelledClip> clips = new ArrayList<>();
        ClipCutter cutter = new ClipCutter(1 + 5 * r.nextDouble(), r.nextDouble(), 0.3);
        List<String> names = List.of("wren", "say \"hi\"", "a, b", "=cmd()", "päärme");
        for (String file : List.of("a.wav", "b c/d,e.wav", "ü.flac")) {
            List<Annotation> events = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                double onset = 60 * r.nextDouble();
                events.add(new Annotation(file, onset, onset + r.nextDouble(), names.get(r.nextInt(names.size()))));
            }
            for (ClipCutter.Clip clip : cutter.cut(61, events)) {
                String id = ClipId.part(file, clip.start(), clip.end());
                clips.add(new LabelledClip(id, r.nextBoolean() ? "train" : "test", clip.labels())
                        .in(file.startsWith("b") ? "north, 1" : ""));
            }
        }
        Path table = folder.resolve("clips.csv");
        TrainingTable.write(table, new Manifest(clips, LabelSet.union(names)));
        assertThat(LabelFile.read(table, LabelFile.Options.AUTO).manifest().clips())
                .isEqualTo(clips);
        assertThat(Manifest.read(table, ManifestFormat.AUTO, null).clips()).isEqualTo(clips);
        assertThat(ClipList.of(table, folder).clips().stream().map(AudioClip::id))
                .containsExactlyElementsOf(
                        clips.stream().map(LabelledClip::file).toList());
        assertThatThrownBy(() -> TrainingTable.write(
                        table,
                        new Manifest(
                                List.of(new LabelledClip("a.wav", "", List.of("a;b"))), LabelSet.of(List.of("a;b")))))
                .hasMessageContaining("'a;b' cannot be written");
    }

    /** Groups stay whole, and splits get their share of the clips and of every class that is in many groups. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void classesAreSpreadOverTheSplits(long seed) {
        Random r = new Random(seed);
        List<String> groups = new ArrayList<>();
        List<List<String>> labels = new ArrayList<>();
        for (int g = 0; g < 120; g++) {
            int species = r.nextInt(10);
            for (int i = 0; i < 5 + r.nextInt(20); i++) {
                groups.add("site" + g);
                labels.add(r.nextInt(3) == 0 ? List.of() : List.of("s" + species, "t" + species % 3));
            }
        }
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("train", 0.6);
        shares.put("validation", 0.2);
        shares.put("test", 0.2);
        Map<String, String> splits = GroupedSplit.assign(groups, labels, shares, seed);
        Map<String, Map<String, Integer>> positives = new TreeMap<>();
        Map<String, Integer> sizes = new HashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            String split = splits.get(groups.get(i));
            sizes.merge(split, 1, Integer::sum);
            labels.get(i)
                    .forEach(label -> positives
                            .computeIfAbsent(label, l -> new HashMap<>())
                            .merge(split, 1, Integer::sum));
        }
        shares.forEach((split, share) ->
                assertThat(sizes.get(split) / (double) groups.size()).isCloseTo(share, Offset.offset(0.06)));
        positives.forEach((label, of) -> {
            double all = of.values().stream().mapToInt(n -> n).sum();
            shares.forEach((split, share) -> assertThat(of.getOrDefault(split, 0) / all)
                    .as(label + " in " + split)
                    .isCloseTo(share, Offset.offset(0.16)));
        });
        // The order of the clips does not matter.
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            order.add(i);
        }
        java.util.Collections.shuffle(order, r);
        assertThat(GroupedSplit.assign(
                        order.stream().map(groups::get).toList(),
                        order.stream().map(labels::get).toList(),
                        shares,
                        seed))
                .isEqualTo(splits);
    }

    @Test
    void everySplitGetsAGroupWhateverTheLabels() {
        Random r = new Random(1);
        for (int i = 0; i < 300; i++) {
            int splits = 1 + r.nextInt(4);
            Map<String, Double> shares = new LinkedHashMap<>();
            for (int s = 0; s < splits; s++) {
                shares.put("split" + s, 0.01 + r.nextDouble());
            }
            List<String> groups = new ArrayList<>();
            List<List<String>> labels = new ArrayList<>();
            for (int g = 0; g < splits + r.nextInt(5); g++) {
                for (int k = 0; k <= r.nextInt(6); k++) {
                    groups.add("g" + g);
                    labels.add(r.nextBoolean() ? List.of() : List.of("c" + r.nextInt(3)));
                }
            }
            Map<String, String> assigned = GroupedSplit.assign(groups, labels, shares, i);
            assertThat(assigned.keySet()).isEqualTo(new HashSet<>(groups));
            assertThat(Set.copyOf(assigned.values())).isEqualTo(shares.keySet());
        }
    }

    @Test
    void groupsComeFromFoldersAndColumnsAndEqualFilesAreJoined() throws IOException {
        RecordingGroups folders = RecordingGroups.folders(List.of("a/1.wav", "a/2.wav", "b/3.wav", "4.wav"));
        assertThat(folders.of("a/1.wav")).isEqualTo(folders.of("a/2.wav")).isNotEqualTo(folders.of("b/3.wav"));
        folders.join(Map.of("4.wav", "b/3.wav", "b/3.wav", "a/1.wav", "x.wav", "x.wav"));
        assertThat(folders.of("4.wav")).isEqualTo(folders.of("a/2.wav"));
        Path table = Files.writeString(
                folder.resolve("sites.csv"), "file,label,Site\na.wav,x,north\nb.wav,x,south\na.wav,y,north\n");
        RecordingGroups column = RecordingGroups.column(List.of("a.wav", "b.wav"), table, "site", name -> name);
        assertThat(column.of("a.wav")).isEqualTo("north");
        assertThatThrownBy(() -> RecordingGroups.column(List.of("c.wav"), table, "site", name -> name))
                .hasMessageContaining("recording 'c.wav' has no value in that column");
        assertThatThrownBy(() -> RecordingGroups.column(List.of("a.wav"), table, "label", name -> name))
                .hasMessageContaining(":4: recording 'a.wav' is in the groups 'x' and 'y'");
        assertThatThrownBy(() -> RecordingGroups.column(List.of("a.wav"), table, "place", name -> name))
                .hasMessageContaining("no column 'place' (--group-by): there are 'file, label, Site'");
    }

    @Test
    void overlapsAcrossSplitsAndLabelsAlikeAreFound() {
        List<LabelledClip> clips = List.of(
                new LabelledClip("a.wav#0-5", "train", List.of("Wren")),
                new LabelledClip("a.wav#4-9", "test", List.of("wren")),
                new LabelledClip("a.wav#9-14", "test", List.of("Winter wren")),
                new LabelledClip("a.wav#9-14", "train", List.of("winter_wren")),
                new LabelledClip("b.wav", "train", List.of("crow")));
        Manifest manifest =
                new Manifest(clips, LabelSet.of(List.of("Wren", "wren", "Winter wren", "winter_wren", "crow", "owl")));
        LabelAudit audit = LabelAudit.of(manifest, c -> c.file().replaceAll("#.*", ""), List.of("train"), 2);
        assertThat(audit.overlapping()).containsExactly(List.of(clips.get(0), clips.get(1)));
        assertThat(audit.shared()).containsExactly(List.of(clips.get(2), clips.get(3)));
        assertThat(audit.alike())
                .containsExactlyInAnyOrder(List.of("Wren", "wren"), List.of("Winter wren", "winter_wren"));
        assertThat(audit.unused()).containsExactly("owl");
        assertThat(audit.rare()).containsOnlyKeys("Wren", "crow", "winter_wren");
        assertThat(audit.lines())
                .contains("1 classes have no clip at all: owl")
                .contains("1 pairs of clips in different splits overlap in one recording: a.wav#0-5 (train) and"
                        + " a.wav#4-9 (test)")
                .contains("2 groups of labels differ only in case, spaces or punctuation: 'Winter wren' and"
                        + " 'winter_wren', 'Wren' and 'wren'");
        assertThat(audit.isClean()).isFalse();
    }
}
