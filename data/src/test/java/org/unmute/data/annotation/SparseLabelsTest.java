package org.unmute.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.ManifestFormat;
import org.unmute.data.split.LabelAudit;

/** Tables that mark some of the events: what they say of clips, and which clips are taken. */
class SparseLabelsTest {
    private static final String RAVEN =
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t" + "High Freq (Hz)\tAnnotation\n";
    private static final List<String> CLASSES = List.of("crow", "owl", "wren");

    @TempDir
    Path folder;

    /** Marks of one recording, how they are read, and how it is cut. */
    private record Case(
            List<Annotation> marks, double margin, Set<String> complete, double duration, ClipCutter cutter) {
        static Case of(Random r) {
            double duration = 20 + 200 * r.nextDouble();
            List<Annotation> marks = new ArrayList<>();
            for (int i = r.nextInt(12); i >= 0; i--) {
                double onset = Math.rint(1e6 * duration * r.nextDouble()) / 1e6;
                double length = r.nextInt(4) == 0 ? 15 * r.nextDouble() : r.nextInt(5) == 0 ? 0 : 2 * r.nextDouble();
                String label = r.nextInt(8) == 0 ? "" : CLASSES.get(r.nextInt(CLASSES.size()));
                marks.add(new Annotation("a", onset, onset + length, label));
            }
            double length = 0.5 + 6 * r.nextDouble();
            double overlap = r.nextBoolean() ? 0 : 0.8 * length * r.nextDouble();
            Set<String> complete = r.nextInt(3) == 0 ? Set.of("owl") : Set.of();
            return new Case(marks, 8 * r.nextDouble(), complete, duration, new ClipCutter(length, overlap, 0.25));
        }

        LabelFile labels() throws IOException {
            LabelSet classes = LabelSet.of(CLASSES);
            Path list = null;
            if (!complete.isEmpty()) {
                list = Files.createTempFile("complete", ".csv");
                Files.writeString(list, "class\n" + String.join("\n", complete) + "\n");
            }
            Coverage coverage = Coverage.of(
                    Set.of("a"), List.of("a"), classes, new Coverage.Rule(Coverage.Tables.USUAL, margin, list));
            if (list != null) {
                Files.delete(list);
            }
            Manifest manifest = new Manifest(
                    List.of(new LabelledClip("a", "", List.of())),
                    classes,
                    new EventLabels(marks, cutter.rule(), coverage, classes));
            return new LabelFile(LabelFile.Form.EVENTS, manifest, marks, coverage, "", List.of());
        }

        /** Whether a moment lies in a mark or its margin. */
        boolean isLookedAt(double time) {
            return marks.stream()
                    .anyMatch(m -> time >= m.onset() - margin - 2e-6 && time <= m.offset() + margin + 2e-6);
        }

        /** Asserts that what a clip says to be absent was looked for and not found. */
        void requireTrue(LabelledClip clip) {
            ClipId.Part part = ClipId.part(clip.file()).orElseThrow();
            boolean lookedAt = IntStream.rangeClosed(0, 500)
                    .allMatch(i -> isLookedAt(part.start() + i * (part.end() - part.start()) / 500));
            for (String label : CLASSES) {
                List<Annotation> inside = marks.stream()
                        .filter(m -> m.label().equals(label) || m.label().isEmpty())
                        .filter(m -> Math.min(part.end(), m.offset()) - Math.max(part.start(), m.onset()) > 3e-6)
                        .toList();
                if (clip.labels().contains(label)) {
                    assertThat(clip.isKnown(label)).isTrue();
                    assertThat(marks)
                            .anyMatch(m -> m.label().equals(label)
                                    && m.onset() <= part.end() + 1e-6
                                    && m.offset() >= part.start() - 1e-6);
                } else if (clip.isKnown(label)) {
                    assertThat(inside).as(label + " in " + clip).isEmpty();
                    assertThat(lookedAt || complete.contains(label))
                            .as(label + " is absent from " + clip + " where nobody looked: " + this)
                            .isTrue();
                }
            }
        }
    }

    @Property
    void noClipStatesAbsentWhereNobodyLooked(@ForAll Random random) throws IOException {
        Case data = Case.of(random);
        LabelFile labels = data.labels();
        ClipPlan plan = new ClipPlan(labels, List.of("a.wav"));
        List<LabelledClip> clips = plan.cut(data.cutter, Map.of("a.wav", data.duration), 1, 0)
                .manifest()
                .clips();
        clips.forEach(data::requireTrue);
        // The same of clips that were cut without the labels.
        List<String> ids = new ArrayList<>();
        for (ClipCutter.Clip clip : data.cutter.cut(data.duration, List.of())) {
            ids.add(ClipId.part("a.wav", clip.start(), clip.end()));
        }
        Manifest.Matched matched = labels.manifest().matchedTo(ids);
        matched.manifest().clips().forEach(data::requireTrue);
        int left = ids.size() - matched.manifest().clips().size();
        assertThat(matched.remark().contains(left + " clips were left out, because the labels say nothing of them"))
                .isEqualTo(left > 0);
    }

    @Property
    void eachMarkHasAClipAndNoTwoClipsAreNearlyTheSame(@ForAll Random random) throws IOException {
        Case data = Case.of(random);
        double length = data.cutter.length();
        SparseRecording recording =
                data.labels().coverage().recording("a", data.marks, LabelSet.of(CLASSES), data.cutter.rule());
        List<SparseRecording.Span> clips = MarkedClips.of(data.cutter, data.duration, recording);
        for (Annotation mark : data.marks) {
            double end = Math.min(mark.offset(), data.duration);
            double some = Math.min(length, end - mark.onset()) / 2;
            if (!mark.label().isEmpty()) {
                assertThat(clips)
                        .as(mark + " in " + data)
                        .anyMatch(c -> Math.min(c.end(), end) - Math.max(c.start(), mark.onset()) >= some - 1e-5);
            }
        }
        double apart = Math.min(length - data.cutter.overlap(), length / 4);
        for (int i = 1; i < clips.size(); i++) {
            SparseRecording.Span before = clips.get(i - 1);
            SparseRecording.Span clip = clips.get(i);
            assertThat(clip.end() - clip.start()).isBetween(length - 1e-5, length + 1e-5);
            assertThat(clip.end() <= data.duration).isTrue();
            if (clip.end() < data.duration - length) {
                assertThat(clip.start() - before.start()).as("%s", data).isGreaterThan(apart - 1e-5);
            }
        }
    }

    private LabelFile read(Path source, Coverage.Tables tables, double margin, Path list) throws IOException {
        return LabelFile.read(source, LabelFile.Options.AUTO.with(new Coverage.Rule(tables, margin, list)));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<LabelledClip> cut(LabelFile labels, String recording, double seconds) {
        return new ClipPlan(labels, List.of(recording))
                .cut(new ClipCutter(5, 0, ShareRule.DEFAULT), Map.of(recording, seconds), 1, 0)
                .manifest()
                .clips();
    }

    private static LabelledClip clip(String id, List<String> labels, String... unknown) {
        return new LabelledClip(id, "", labels, List.of(unknown));
    }

    @Test
    void aMarkHasAClipAroundItAndOneOnEachSide() throws IOException {
        Path raven = write(
                "rec.Table.1.selections.txt",
                RAVEN + "1\tS\t1\t100\t101\t0\t9\twren\n"
                        + "2\tS\t1\t300.5\t301\t0\t9\tcrow\n3\tS\t1\t302\t302.5\t0\t9\tcrow\n");
        LabelFile labels = LabelFile.read(raven, LabelFile.Options.AUTO);
        assertThat(labels.remarks())
                .containsExactly(
                        "of 1 of 1 recordings only the marks and 5 s around each (--margin) are known: where nobody looked, no"
                                + " class is taken to be absent. --complete says that all that is there is marked");
        assertThat(cut(labels, "rec.wav", 3600))
                .containsExactly(
                        clip("rec.wav#95-100", List.of()),
                        clip("rec.wav#96.373276-101.373276", List.of("wren")),
                        clip("rec.wav#101-106", List.of()),
                        clip("rec.wav#295.5-300.5", List.of()),
                        clip("rec.wav#298.925855-303.925855", List.of("crow")),
                        clip("rec.wav#302.5-307.5", List.of()));
        ClipPlan.Clips made = new ClipPlan(labels, List.of("rec.wav"))
                .cut(new ClipCutter(5, 0, ShareRule.DEFAULT), Map.of("rec.wav", 3600.0), 0, 0);
        assertThat(made.unknown()).isEqualTo(3600 - 11 - 12);
        assertThat(made.dropped()).isEqualTo(4);
        // A narrow margin leaves what a clip shows beside the mark unknown.
        assertThat(cut(read(raven, Coverage.Tables.USUAL, 1, null), "rec.wav", 3600))
                .containsExactly(
                        clip("rec.wav#98-103", List.of("wren"), "*"), clip("rec.wav#299-304", List.of("crow"), "*"));
        assertThat(cut(read(raven, Coverage.Tables.COMPLETE, 1, null), "rec.wav", 3600))
                .hasSize(720)
                .allMatch(LabelledClip::isKnown);
    }

    /** Else a probe of clips would learn where in a clip sounds are. */
    @Test
    void marksLieAnywhereInTheirClips() throws IOException {
        for (int i = 0; i < 60; i++) {
            write(
                    "r" + i + ".Table.1.selections.txt",
                    RAVEN + "1\tS\t1\t" + (20 + i) + "\t" + (21 + i) + "\t0\t9\twren\n");
        }
        LabelFile labels = LabelFile.read(folder, LabelFile.Options.AUTO);
        int[] sixths = new int[6];
        for (int i = 0; i < 60; i++) {
            ClipId.Part part = cut(labels, "r" + i + ".wav", 100).stream()
                    .filter(clip -> clip.labels().equals(List.of("wren")))
                    .map(clip -> ClipId.part(clip.file()).orElseThrow())
                    .findFirst()
                    .orElseThrow();
            double before = 20 + i - part.start();
            assertThat(before).isBetween(0.0, 4.0);
            sixths[(int) Math.min(5, before / 4 * 6)]++;
        }
        assertThat(sixths)
                .as("of 60, 10 in each")
                .satisfies(all -> assertThat(Arrays.stream(all).boxed()).allMatch(n -> n >= 4 && n <= 18));
    }

    @Test
    void whatOnlyTouchesAClipIsNotKnownThere() throws IOException {
        Path track = write("rec.txt", "10\t11\twren\n13.25\t20\tcrow\n50\t51\t\n52.5\t53\tcrow\n70\t71\towl\n");
        assertThat(cut(LabelFile.read(track, LabelFile.Options.AUTO), "rec.wav", 60))
                .contains(
                        clip("rec.wav#9.709319-14.709319", List.of("crow", "wren")),
                        clip("rec.wav#49.391831-54.391831", List.of("crow"), "*"));
        assertThat(LabelFile.read(track, LabelFile.Options.AUTO)
                        .manifest()
                        .matchedTo(List.of("rec.wav#9-14", "rec.wav#30-35", "rec.wav"))
                        .manifest()
                        .clips())
                .containsExactly(
                        clip("rec.wav", List.of("crow", "owl", "wren")), clip("rec.wav#9-14", List.of("wren"), "crow"));
    }

    @Test
    void completeFilesAndClassesAreAbsentElsewhere() throws IOException {
        write("a.Table.1.selections.txt", RAVEN + "1\tS\t1\t20\t21\t0\t9\twren\n2\tS\t1\t80\t81\t0\t9\tcrow\n");
        write("b.Table.1.selections.txt", RAVEN + "1\tS\t1\t20\t21\t0\t9\twren\n");
        write("c.Table.1.selections.txt", RAVEN);
        write("d.BirdNET.selection.table.txt", RAVEN + "1\tS\t1\t20\t21\t0\t9\twren\n");
        Path list = Files.writeString(Files.createTempFile("list", ".csv"), "file,class\nb.wav,\n,crow\nc.wav,wren\n");
        LabelFile labels = read(folder, Coverage.Tables.USUAL, 5, list);
        Files.delete(list);
        // Of c both classes are complete, and BirdNET searched all of d.
        assertThat(labels.coverage().sparse()).containsExactly("a");
        List<LabelledClip> a = cut(labels, "a.wav", 100);
        assertThat(a)
                .hasSize(20)
                .contains(
                        clip("a.wav#0-5", List.of(), "wren"),
                        clip("a.wav#15-20", List.of()),
                        clip("a.wav#18.604172-23.604172", List.of("wren")),
                        clip("a.wav#46-51", List.of(), "wren"));
        for (String other : List.of("b.wav", "c.wav", "d.wav")) {
            assertThat(cut(labels, other, 100)).hasSize(20).allMatch(LabelledClip::isKnown);
        }
        LabelFile usual = LabelFile.read(folder, LabelFile.Options.AUTO);
        assertThat(usual.coverage().sparse()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(cut(usual, "c.wav", 100)).isEmpty();
        assertThat(usual.manifest()
                        .matchedTo(List.of("c.wav", "d.wav"))
                        .manifest()
                        .clips())
                .containsExactly(clip("d.wav", List.of("wren")));
    }

    @Test
    void aListThatDoesNotFitTheLabelsIsRefusedWithItsLine() throws IOException {
        Path raven = write("rec.Table.1.selections.txt", RAVEN + "1\tS\t1\t20\t21\t0\t9\twren\n");
        Map<String, String> messages = Map.of(
                "file,class\nrec.wav,owl\n", "complete.csv:2: class 'owl' is none of the 1 classes of the labels",
                "file\nrec.wav\nother.wav\n", "complete.csv:3: recording 'other.wav' is none of the 1 recordings",
                "file,class\n,\n", "complete.csv:2: neither a file nor a class",
                "a,b\nc,d\n", "complete.csv:1: no column file and no column class among");
        for (Map.Entry<String, String> one : messages.entrySet()) {
            Path list = write("complete.csv", one.getKey());
            assertThatThrownBy(() -> read(raven, Coverage.Tables.USUAL, 5, list))
                    .as(one.getKey())
                    .hasMessageContaining(one.getValue());
        }
        Path clips = write("clips.csv", "file,labels\na.wav,wren\n");
        assertThatThrownBy(() -> read(clips, Coverage.Tables.SPARSE, 5, null))
                .hasMessageContainingAll("its rows are clips", "--sparse and --complete=FILE are for rows of events");
        assertThatThrownBy(() -> new Coverage.Rule(Coverage.Tables.USUAL, -1, null))
                .hasMessageContaining("-1.0");
    }

    @Test
    void tablesOfEventsAreSparseIfThisIsSaid() throws IOException {
        Path events = write("events.csv", "file,start,end,label\na.wav,20,21,wren\na.wav,80,81,crow\na.wav,,,owl\n");
        assertThat(LabelFile.read(events, LabelFile.Options.AUTO).coverage().isComplete())
                .isTrue();
        List<LabelledClip> clips = cut(read(events, Coverage.Tables.SPARSE, 5, null), "a.wav", 100);
        assertThat(clips)
                .contains(
                        clip("a.wav#18.604172-23.604172", List.of("owl", "wren")),
                        clip("a.wav#76.132036-81.132036", List.of("crow", "owl")),
                        clip("a.wav#15-20", List.of("owl")),
                        clip("a.wav#0-5", List.of("owl"), "*"));
    }

    @Test
    void whatIsNotKnownIsWrittenAndRead() throws IOException {
        LabelSet classes = LabelSet.of(List.of("a, b", "crow", "owl", "wren"));
        List<LabelledClip> clips = List.of(
                clip("a.wav#0-5", List.of("crow"), "*"),
                clip("a.wav#5-10", List.of("a, b", "owl"), "crow", "wren"),
                clip("b.wav", List.of()));
        Path table = folder.resolve("clips.csv");
        TrainingTable.write(table, new Manifest(clips, classes));
        assertThat(table)
                .hasContent("file,start,end,labels,split,unknown\na.wav,0,5,crow,,*\n"
                        + "a.wav,5,10,\"a, b;owl\",,crow;wren\nb.wav,,,,,\n");
        LabelFile read = LabelFile.read(table, LabelFile.Options.AUTO);
        assertThat(read.form()).isEqualTo(LabelFile.Form.CLIPS);
        assertThat(read.manifest().clips()).isEqualTo(clips);
        // A class that is only said to be unknown is one, too.
        assertThat(read.manifest().labels()).isEqualTo(classes);
        assertThat(Manifest.read(table, ManifestFormat.AUTO, classes).clips()).isEqualTo(clips);
        assertThatThrownBy(() -> cut(read, "a.wav", 100)).hasMessageContaining("of 2 of 3 clips some classes are not");
        TrainingTable.write(table, new Manifest(clips.subList(2, 3), classes));
        assertThat(table).hasContent("file,start,end,labels,split\nb.wav,,,,\n");
        assertThatThrownBy(() -> TrainingTable.write(
                        table,
                        new Manifest(List.of(clip("a", List.of("*"), "wren")), LabelSet.of(List.of("*", "wren")))))
                .hasMessageContaining("the class '*' cannot be written");
    }

    @Property
    void anyClipsAreReadAsTheyWereWritten(@ForAll Random random) throws IOException {
        List<String> names = List.of("wren", "say \"hi\"", "a, b", "=cmd()", "päärme");
        List<LabelledClip> clips = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Set<String> labels = new LinkedHashSet<>();
            Set<String> unknown = new LinkedHashSet<>();
            for (String name : names) {
                int state = random.nextInt(3);
                (state == 0 ? labels : state == 1 ? unknown : new LinkedHashSet<String>()).add(name);
            }
            List<String> open = random.nextInt(4) == 0 ? LabelledClip.OTHERS : List.copyOf(unknown);
            clips.add(new LabelledClip("f.wav#" + i + "-" + (i + 1), "train", List.copyOf(labels), open));
        }
        Path table = Files.createTempFile("clips", ".csv");
        TrainingTable.write(table, new Manifest(clips, LabelSet.union(names)));
        assertThat(LabelFile.read(table, LabelFile.Options.AUTO).manifest().clips())
                .isEqualTo(clips);
        Files.delete(table);
    }

    @Test
    void theAuditLeavesOutWhatIsNotKnown() {
        List<LabelledClip> clips = List.of(
                new LabelledClip("a", "train", List.of("crow"), LabelledClip.OTHERS),
                new LabelledClip("b", "train", List.of("wren"), List.of("owl")),
                new LabelledClip("c", "train", List.of("wren"), LabelledClip.OTHERS),
                new LabelledClip("d", "test", List.of("owl")));
        LabelAudit audit =
                LabelAudit.of(new Manifest(clips, LabelSet.of(CLASSES)), LabelledClip::file, List.of("train"), 1);
        assertThat(audit.partly()).isEqualTo(3);
        assertThat(audit.unknown()).isEqualTo(Map.of("crow", 1, "owl", 3, "wren", 1));
        // Of wren clips a and d say nothing or lie in the test, so nothing to train on is without it.
        assertThat(audit.neverAbsent()).containsExactly("wren");
        assertThat(audit.lines())
                .contains(
                        "3 of 4 clips count neither as examples of some classes nor as clips without them, because this"
                                + " is not known: owl 3, crow 1, wren 1")
                .contains(
                        "1 classes are absent from no clip to train on, so that nothing shows what they are not: wren");
        assertThat(audit.isClean()).isFalse();
        assertThat(audit.describe())
                .containsEntry("clipsNotKnownInFull", 3)
                .containsEntry("neverAbsent", List.of("wren"));
    }
}
