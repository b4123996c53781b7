package org.unmute.data.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;

/** BirdSet's metadata as CSV, and few-shot sampling. */
class BirdSetTest {
    private static final String HEADER =
            "filepath,start_time,ebird_code,ebird_code_multilabel,ebird_code_secondary,length,"
                    + "detected_events,event_cluster\n";

    @TempDir
    Path root;

    private Tree train(String... rows) throws IOException {
        Tree tree = new Tree(root);
        tree.text("HSN/HSN_metadata_train.csv", HEADER + String.join("\n", rows) + "\n");
        return tree;
    }

    private static ReadOptions shots(int k) {
        return options(k, FewShot.Condition.LENIENT, false);
    }

    private static ReadOptions options(int shots, FewShot.Condition condition, boolean fillUp) {
        return new ReadOptions(0, Double.NaN, new FewShot(shots, condition, fillUp, 0));
    }

    private static FewShotDraw draw(int shots, long seed) {
        return new FewShotDraw(new FewShot(shots, FewShot.Condition.LENIENT, false, seed), 5);
    }

    @Test
    void testSegmentsMayHaveAnyNumberOfLabels() throws IOException {
        Tree tree = new Tree(root)
                .wav(
                        "HSN/test5s/HSN_001_20150708_061805_000_005.wav",
                        "HSN/test5s/HSN_001_20150708_061805_005_010.wav",
                        "HSN/test5s/HSN_001_20150708_061805_010_015.wav",
                        "HSN/test5s/HSN_001_20150708_061805_015_020.wav");
        tree.text("HSN/HSN_metadata_test_5s.csv", """
            filepath,ebird_code_multilabel
            /somewhere/HSN_001_20150708_061805_000_005.ogg,"['gcrfin' 'whcspa']"
            HSN_001_20150708_061805_005_010.ogg,[]
            HSN_001_20150708_061805_010_015.ogg,"[2, 20]"
            HSN_001_20150708_061805_015_020.ogg,"[""foxspa""]"
            """);
        Reading test = tree.read("hsn", Part.TEST);
        assertThat(Tree.lines(test))
                .containsExactly(
                        "HSN/test5s/HSN_001_20150708_061805_000_005.wav: gcrfin;whcspa",
                        "HSN/test5s/HSN_001_20150708_061805_005_010.wav: ",
                        "HSN/test5s/HSN_001_20150708_061805_010_015.wav: amepip;norfli",
                        "HSN/test5s/HSN_001_20150708_061805_015_020.wav: foxspa");
        assertThat(test.labels().size()).isEqualTo(21);
        tree.text(
                "HSN/HSN_metadata_test_5s.csv",
                "filepath,ebird_code_multilabel\nHSN_001_20150708_061805_000_005.ogg,['dodo1']\n");
        assertThatThrownBy(() -> tree.read("hsn", Part.TEST))
                .isInstanceOf(MalformedTableException.class)
                .hasMessageContaining(
                        "HSN_metadata_test_5s.csv:2: unknown label 'dodo1': it is none of the 21 codes of HSN");
        tree.text(
                "HSN/HSN_metadata_test_5s.csv",
                "filepath,ebird_code_multilabel\nHSN_001_20150708_061805_000_005.ogg,[21]\n");
        assertFails(() -> tree.read("hsn", Part.TEST), "unknown label '21'");
        assertThatThrownBy(() -> tree.read("pow", Part.TEST))
                .hasMessageContaining("no file " + root.resolve("POW_metadata_test_5s.parquet"))
                .hasMessageContaining("huggingface.co/datasets/DBD-research-group/BirdSet");
    }

    @Test
    void trainingClipsLieAboutTheEventsOfTheMostFrequentCluster() throws IOException {
        Tree tree = train(
                        "train/XC1.ogg,,gcrfin,['gcrfin'],[],12,\"[[1.0, 2.0], [6.0, 6.5], [9.5, 11.5], [9.6,"
                                + " 9.7]]\",\"[0, 1, 1, 1]\"",
                        "XC2.ogg,,whcspa,[1],,4,\"[array([0.5, 1. ]) array([2. , 3.5])]\",[0 0]",
                        "XC3.ogg,,whcspa,[1],None,19,[],[]")
                .wav("a/XC1.wav", "b/XC2.wav", "b/XC3.wav");
        List<String> lines = Tree.lines(tree.read("hsn", Part.TRAIN));
        // XC1: cluster 1; [9.6, 9.7] lies inside [9.5, 11.5]; the window around 10.5 is shifted back into the
        // recording.
        assertThat(lines)
                .containsExactly(
                        "a/XC1.wav#3.75-8.75: gcrfin",
                        "a/XC1.wav#7-12: gcrfin",
                        "b/XC2.wav: whcspa",
                        "b/XC3.wav#0-5: whcspa");
        assertThat(Tree.lines(tree.read("hsn", Part.TRAIN, shots(1))))
                .hasSize(2)
                .filteredOn(l -> l.startsWith("a/"))
                .hasSize(1);
        Reading.Report report = tree.read("hsn", Part.TRAIN).report();
        assertThat(report.remarks())
                .singleElement()
                .asString()
                .startsWith("21 of 21 classes have fewer than 64 training clips: gcrfin (2), whcspa (2), amepip (0)");
    }

    @Test
    void aClusterOfNoiseCountsOnlyAlone() throws IOException {
        Tree tree = train(
                        "XC1.ogg,,gcrfin,['gcrfin'],[],12,\"[[9.0, 10.0]]\",[-1]",
                        "XC2.ogg,,gcrfin,['gcrfin'],[],12,\"[[9.0, 10.0], [2.0, 4.0], [8, 9]]\",\"[-1, 3, -1]\"",
                        "XC3.ogg,,gcrfin,['gcrfin'],[],12,\"[[9.0, 10.0], [8, 9]]\",\"[-1, -1]\"")
                .wav("XC1.wav", "XC2.wav", "XC3.wav");
        assertThat(Tree.lines(tree.read("hsn", Part.TRAIN)))
                .containsExactly("XC1.wav#7-12: gcrfin", "XC2.wav#0.5-5.5: gcrfin", "XC3.wav#0-5: gcrfin");
    }

    @Test
    void conditionsChooseTheRecordings() throws IOException {
        Tree tree = train(
                        "XC1.ogg,,gcrfin,['gcrfin'],[],4,\"[[1, 2]]\",[0]",
                        "XC2.ogg,,gcrfin,['gcrfin'],[],20,\"[[1, 2]]\",[0]",
                        "XC3.ogg,,gcrfin,['gcrfin'],[],21,\"[[1, 2]]\",[0]",
                        "XC4.ogg,,gcrfin,\"['gcrfin', 'foxspa']\",['foxspa'],4,\"[[1, 2]]\",[0]")
                .wav("XC1.wav", "XC2.wav", "XC3.wav", "XC4.wav");
        assertThat(Tree.lines(tree.read("hsn", Part.TRAIN, shots(3))))
                .containsExactly("XC1.wav: gcrfin", "XC2.wav#0-5: gcrfin");
        assertThat(Tree.lines(tree.read("hsn", Part.TRAIN, options(3, FewShot.Condition.STRICT, false))))
                .containsExactly("XC1.wav: gcrfin", "XC4.wav: gcrfin;foxspa");
        assertThat(tree.read("hsn", Part.TRAIN, options(3, FewShot.Condition.ANY, false))
                        .clips())
                .hasSize(3);
        assertThat(Tree.lines(tree.read("hsn", Part.TRAIN, options(3, FewShot.Condition.LENIENT, true))))
                .hasSize(3)
                .contains("XC1.wav: gcrfin", "XC2.wav#0-5: gcrfin");
        assertThat(Tree.lines(tree.read("hsn", Part.TRAIN, options(10, FewShot.Condition.LENIENT, true))))
                .hasSize(4);
    }

    @Test
    void rowsThatCannotBeUsedAreReported() throws IOException {
        Tree tree = train(
                        "XC1.ogg,,gcrfin,['gcrfin'],[],4,\"[[1, 2]]\",[0]",
                        "XC2.ogg,,gcrfin,['gcrfin'],[],,\"[[1, 2]]\",[0]",
                        "XC3.ogg,,gcrfin,['gcrfin'],[],4,\"[[1, 2]]\",\"[0, 1]\"",
                        "XC4.ogg,,gcrfin,['gcrfin'],[],4,\"[[2, 1]]\",[0]",
                        "XC5.ogg,,gcrfin,['gcrfin'],[],0,[],[]",
                        "XC6.ogg,,,[],[],4,[],[]",
                        "XC7.ogg,,gcrfin,['gcrfin'],[],4,[],[]")
                .wav("XC1.wav", "XC2.wav", "XC3.wav", "XC4.wav", "XC5.wav", "XC6.wav");
        Reading.Report report = tree.read("hsn", Part.TRAIN, ReadOptions.DEFAULT.withMaxMissing(1))
                .report();
        assertThat(report.unusable())
                .extracting(Reading.Problem::toString)
                .containsExactly(
                        "XC2.ogg (HSN/HSN_metadata_train.csv:3): not a finite number: ''",
                        "XC3.ogg (HSN/HSN_metadata_train.csv:4): 1 detected events have 2 clusters",
                        "XC4.ogg (HSN/HSN_metadata_train.csv:5): a detected event is not a start and an end: '[2, 1]'",
                        "XC5.ogg (HSN/HSN_metadata_train.csv:6): its length is 0.0 s",
                        "XC6.ogg (HSN/HSN_metadata_train.csv:7): it has 0 codes in ebird_code, one is needed");
        assertThat(report.missing()).extracting(Reading.Problem::clip).containsExactly("XC7.ogg");
        assertThat(report.listed()).isEqualTo(7);
        assertFails(DatasetException.class, () -> tree.read("hsn", Part.TRAIN), "1 of 7 clips", "5 cannot be used");
        assertThatThrownBy(() -> train("XC1.ogg,,gcrfin,[],[],4,[],[]", "b/XC1.ogg,,gcrfin,[],[],4,[],[]")
                        .read("hsn", Part.TRAIN))
                .hasMessageContaining("recording 'XC1.ogg' is already in line 2");
    }

    private static FewShotDraw.Source source(int i) {
        List<double[]> events = List.of(new double[] {1, 2}, new double[] {8, 9}, new double[] {14, 15});
        return new FewShotDraw.Source(
                String.format("XC%03d", i), i % 3 == 0 ? "rare" : "often", 18, false, events, new int[] {0, 0, 0});
    }

    @Test
    void theDrawDependsOnRecordingsAndSeedAlone() {
        List<FewShotDraw.Source> sources = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sources.add(source(i));
        }
        List<FewShotDraw.Drawn> first = draw(16, 0).draw(sources).get("often");
        Collections.shuffle(sources, new Random(3));
        assertThat(draw(16, 0).draw(sources).get("often")).isEqualTo(first);
        assertThat(draw(16, 1).draw(sources).get("often")).isNotEqualTo(first).hasSize(16);
    }

    @Test
    void oneClipOfEachRecordingComesBeforeSecondOnes() {
        List<FewShotDraw.Source> sources = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sources.add(source(i));
        }
        var drawn = draw(30, 0).draw(sources);
        // The rare class has 20 recordings: all are drawn, 10 of them with a second clip. The other has 40: 30
        // different ones are drawn.
        assertThat(drawn.get("rare"))
                .hasSize(30)
                .extracting(d -> d.source().name())
                .containsAll(sources.stream()
                        .filter(s -> s.label().equals("rare"))
                        .map(FewShotDraw.Source::name)
                        .toList());
        assertThat(new HashSet<>(
                        drawn.get("often").stream().map(d -> d.source().name()).toList()))
                .hasSize(30);
        assertThat(drawn.get("often")).doesNotHaveDuplicates();
        assertThat(draw(1000, 0).draw(sources).get("rare")).hasSize(60).doesNotHaveDuplicates();
        assertThat(draw(0, 0).draw(sources).get("rare")).hasSize(20);
    }
}
