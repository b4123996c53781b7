package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSource;
import org.unmute.tensor.io.SafetensorsFile;

/** Thresholds and calibration that {@code probe} learns on validation clips. */
class DecisionsEndToEndTest {
    @TempDir
    static Path folder;

    private static LearnedRun fixture;

    @BeforeAll
    static void prepare() throws IOException {
        fixture = LearnedRun.in(folder);
    }

    private static float[][] scores(TrainedProbe probe, int from, int to) throws IOException {
        List<String> clips = new ArrayList<>();
        for (int i = from; i < to; i++) {
            clips.add(String.format("train/%06d.wav", i));
        }
        try (TokenCache tokens = TokenCache.open(fixture.cache())) {
            return Scorer.rawScores(probe, TokenSource.of(tokens, clips), 64);
        }
    }

    private static double f1(float[][] scores, int c, double threshold) {
        int hits = 0;
        int predicted = 0;
        int positives = 0;
        for (int i = 0; i < scores.length; i++) {
            boolean is = (LearnedRun.TRAIN + i) % 2 == c;
            boolean said = scores[i][c] > threshold;
            hits += is && said ? 1 : 0;
            predicted += said ? 1 : 0;
            positives += is ? 1 : 0;
        }
        return 2.0 * hits / (predicted + positives);
    }

    @Test
    void aSplitForValidationTeachesThresholds() throws IOException {
        assertThat(fixture.trained().out())
                .contains("thresholds (max F1) and calibration learned on 9 clips (split 'val')")
                .contains("1 of 3 classes have no clip among them and keep the threshold 0.5: dog");
        TrainedProbe probe = LearnedRun.saved(fixture.run());
        assertThat(probe.classes()).isEqualTo(LearnedRun.CLASSES);
        Decisions learned = probe.decisions();
        assertThat(learned.clips()).isEqualTo(LearnedRun.VALIDATION);
        assertThat(learned.positives()).containsExactly(5, 4, 0);
        assertThat(learned.thresholds()[2]).isNaN();
        float[][] scores = scores(probe, LearnedRun.TRAIN, LearnedRun.TRAIN + LearnedRun.VALIDATION);
        for (int c = 0; c < 2; c++) {
            double best = f1(scores, c, -1);
            for (float[] row : scores) {
                best = Math.max(best, f1(scores, c, row[c]));
            }
            assertThat(f1(scores, c, learned.threshold(c)))
                    .as(LearnedRun.CLASSES.get(c))
                    .isEqualTo(best);
        }
        boolean[][] truth = new boolean[LearnedRun.VALIDATION][3];
        for (int i = 0; i < LearnedRun.VALIDATION; i++) {
            truth[i][(LearnedRun.TRAIN + i) % 2] = true;
        }
        assertThat(learned.calibration()).isEqualTo(ScoreCalibration.fit(scores, truth, null));
        assertThat(Files.readAllLines(fixture.run().resolve("validation-clips.csv")))
                .hasSize(LearnedRun.VALIDATION + 1);
        assertThat(Files.readAllLines(fixture.run().resolve("clips.csv"))).hasSize(LearnedRun.TRAIN + 1);
    }

    /** Learning on validation clips does not change the probe itself. */
    @Test
    void withoutThemTheProbeIsTheSame() throws IOException {
        Path plain = folder.resolve("run-none");
        fixture.probe(fixture.labels(), plain, "--thresholds", "none")
                .prints("no thresholds and no calibration learned: --thresholds none was given");
        assertThat(LearnedRun.saved(plain).decisions()).isNull();
        assertThat(plain.resolve("validation-clips.csv")).doesNotExist();
        try (SafetensorsFile a = SafetensorsFile.open(plain.resolve("probe-seed0.safetensors"));
                SafetensorsFile b = SafetensorsFile.open(fixture.run().resolve("probe-seed0.safetensors"))) {
            for (String name : a.names()) {
                assertThat(b.floats(name)).as(name).isEqualTo(a.floats(name));
            }
        }
    }

    @Test
    void withoutOptionsEveryClipTeachesAndTrains() throws IOException {
        Path out = folder.resolve("run-crossed");
        JsonNode run = fixture.probe(fixture.labels(), out, "--json")
                .endsWith(ExitCode.OK)
                .json();
        int all = LearnedRun.TRAIN + LearnedRun.VALIDATION;
        assertThat(run.at("/clips").asInt()).isEqualTo(all);
        assertThat(run.at("/thresholds/clips").asInt()).isEqualTo(all);
        assertThat(run.at("/thresholds/source").asText()).isEqualTo("5 folds of the training clips with split 'val'");
        assertThat(Files.readAllLines(out.resolve("clips.csv"))).hasSize(all + 1);
        assertThat(out.resolve("validation-clips.csv")).doesNotExist();
        TrainedProbe probe = LearnedRun.saved(out);
        assertThat(probe.decisions().positives()).containsExactly(11, 10, 4);
        assertThat(probe.eventDecisions().classes().getFirst().positives()).isEqualTo(11);
        // They are learned from what the probes of the folds say, not from the scores of the one that is kept.
        boolean[][] truth = new boolean[all][3];
        for (int i = 0; i < all; i++) {
            truth[i][i % 2] = true;
            truth[i][2] = i < LearnedRun.TRAIN && i % 3 == 0;
        }
        assertThat(probe.decisions().calibration())
                .isNotEqualTo(ScoreCalibration.fit(scores(probe, 0, all), truth, null));
    }

    @Test
    void aKilledRunGoesOnWithTheSameBytes() throws IOException {
        Path out = folder.resolve("run-killed");
        fixture.probe(fixture.labels(), out).endsWith(ExitCode.OK);
        Path file = out.resolve("probe-seed0.safetensors");
        byte[] whole = Files.readAllBytes(file);
        Files.delete(file);
        for (int fold = 2; fold < 5; fold++) {
            Files.delete(out.resolve("checkpoint-fold" + fold + "-seed0.safetensors"));
        }
        FileTime kept = Files.getLastModifiedTime(out.resolve("checkpoint-fold1-seed0.safetensors"));
        fixture.probe(fixture.labels(), out).endsWith(ExitCode.OK);
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
        assertThat(Files.getLastModifiedTime(out.resolve("checkpoint-fold1-seed0.safetensors")))
                .isEqualTo(kept);
    }

    @Test
    void recordingsThatCannotBeLeftOutAreNamed() throws IOException {
        StringBuilder rows = new StringBuilder("file,label\n");
        for (int i = 0; i < 9; i++) {
            rows.append(String.format("train/%06d.wav,%s%n", i, i == 8 ? "sole" : i % 2 == 0 ? "bee" : "crow"));
        }
        Path out = folder.resolve("run-single");
        fixture.probe(Files.writeString(folder.resolve("single.csv"), rows), out)
                .prints(
                        "learned on 9 clips (5 folds of the training clips)",
                        "threshold 0.5 for 1 class, since all clips of each are of one recording: sole");
        TrainedProbe probe = LearnedRun.saved(out);
        assertThat(probe.decisions().positives()).containsExactly(4, 4, 0);
        assertThat(probe.eventDecisions().classes().get(2).isOff()).isFalse();
        Path one = Files.writeString(folder.resolve("alone.csv"), "file,label\ntrain/000001.wav,bee\n");
        fixture.probe(one, folder.resolve("run-alone"))
                .prints("no thresholds and no calibration learned: all training clips are of one recording");
    }

    private static List<String> foldLabels(int classes) {
        List<String> rows = new ArrayList<>(List.of("file,labels"));
        for (int i = 0; i < LearnedRun.TRAIN + LearnedRun.VALIDATION; i++) {
            int other = (i + 1 + i / classes % (classes - 1)) % classes;
            rows.add(String.format(
                    "train/%06d.wav,c%02d%s", i, i % classes, i < 9 ? String.format(";c%02d", other) : ""));
        }
        return rows;
    }

    /** A screen has 24 lines; the rows of all classes are printed where they are wanted. */
    @Test
    void manyClassesAreSummedUpOnOneScreen() throws IOException {
        Path labels = Files.write(folder.resolve("many.csv"), foldLabels(15));
        Path out = folder.resolve("run-many");
        List<String> lines =
                fixture.probe(labels, out).endsWith(ExitCode.OK).out().lines().toList();
        assertThat(lines)
                .hasSizeLessThanOrEqualTo(25)
                .allMatch(l -> l.length() <= 100 || l.contains(out.toString()))
                .contains("  training ended while still improving: --epochs 6 is likely to be better")
                .anyMatch(l -> l.matches("  loss of left-out clips 0\\.\\d{4} after \\d+ steps.*"))
                .anyMatch(l -> l.matches("left-out clips \\(21, of 21 recordings\\): mAP"
                        + " 0\\.\\d+ \\(0\\.\\d+ to [01]\\.\\d+\\), AUROC 0\\.\\d+ \\(0\\.\\d+ to [01]\\.\\d+\\)"));
        assertThat(lines).anyMatch(l -> l.matches("half of the clips: mAP 0\\.\\d+, all: 0\\.\\d+ \\(.* more\\): .*"));
        assertThat(lines).anyMatch(l -> l.matches("classes: 0 good .*, \\d+ doubtful, \\d+ off.*"));
        assertThat(lines).contains("--per-class prints all 15 classes");
        assertThat(lines.stream().filter(l -> l.matches("c\\d\\d +(off|doubtful|unknown) .*")))
                .hasSize(5);
        JsonNode record = Json.read(out.resolve("run.json")).at("/results/leftOut");
        assertThat(record.path("classes"))
                .hasSize(15)
                .allMatch(c -> !c.path("reason").asText().isEmpty());
        assertThat(record.at("/learned/perClass")).hasSize(15);
        JsonNode curve = Json.read(out.resolve("run.json")).at("/results/runs/seed 0/heldOutLoss/points");
        assertThat(curve).hasSizeGreaterThan(1).allMatch(p -> p.path("loss").asDouble() > 0);
        assertThat(record.at("/learningCurve/all").asDouble())
                .isEqualTo(record.at("/mAP/mean").asDouble());
        assertThat(fixture.probe(labels, out, "--json")
                        .endsWith(ExitCode.OK)
                        .json()
                        .path("leftOut"))
                .isEqualTo(record);
        List<String> all = fixture.probe(labels, out, "--per-class")
                .endsWith(ExitCode.OK)
                .out()
                .lines()
                .toList();
        for (String word : List.of("(off|doubtful|unknown)", "\\d+", "\\d+ +\\d+ +\\d\\.\\d+")) {
            assertThat(all.stream().filter(l -> l.matches("c\\d\\d +" + word + " .*")))
                    .as(word)
                    .hasSizeGreaterThanOrEqualTo(15);
        }
    }

    /** Few clips around the marks of a table lead to a search for these; few clips of other labels do not. */
    @Test
    void fewClipsThatWereCutAroundMarksLeadToASearch() throws IOException {
        Path labels = Files.write(folder.resolve("cut.csv"), foldLabels(3));
        Path beside = folder.resolve("cut.csv.run.json");
        String search = "  unmute find dawn.txt --audio dawn.wav";
        String made = "{\"command\": [\"unmute\", \"labels\", \"dawn.txt\", \"--audio\", \"dawn.wav\"%s],"
                + " \"inputs\": [{}], \"results\": {\"labels\": \"dawn.txt\", \"form\": \"events\"}}";
        Files.writeString(beside, String.format(made, ""));
        Path out = folder.resolve("run-cut");
        assertThat(fixture.probe(labels, out).endsWith(ExitCode.OK).out().lines())
                .endsWith(
                        "fewer than 20 clips of 3 classes: better is a probe of what this finds, to listen to:",
                        search);
        Files.writeString(beside, String.format(made, ", \"--complete\""));
        assertThat(fixture.probe(labels, out).endsWith(ExitCode.OK).out())
                .doesNotContain("fewer than 20", "unmute find");
        Files.writeString(beside, "{\"command\": [");
        assertThat(fixture.probe(labels, out).endsWith(ExitCode.OK).out())
                .doesNotContain("fewer than 20", "unmute find");
        Files.delete(beside);
        assertThat(fixture.probe(labels, out).endsWith(ExitCode.OK).out())
                .doesNotContain("fewer than 20", "unmute find");
    }

    @Test
    void aClassThatEveryClipHasIsNotCalledGood() throws IOException {
        List<String> rows = foldLabels(3).stream()
                .map(row -> row.replaceAll(",c.*", ",c00"))
                .toList();
        assertThat(fixture.probe(Files.write(folder.resolve("every.csv"), rows), folder.resolve("run-every"))
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("no mAP, since no class has both clips with it and clips without it", "0 good")
                .contains("every clip has it: label clips without it")
                .doesNotContain("half of the clips");
    }

    @Test
    void aTrainingOnHalfOfTheClipsThatWasKilledGoesOn() throws IOException {
        Path labels = Files.write(folder.resolve("half.csv"), foldLabels(3));
        Path out = folder.resolve("run-half");
        fixture.probe(labels, out).endsWith(ExitCode.OK);
        JsonNode before = Json.read(out.resolve("run.json")).at("/results/leftOut");
        byte[] second = Files.readAllBytes(out.resolve("checkpoint-half1-seed0.safetensors"));
        byte[] probe = Files.readAllBytes(out.resolve("probe-seed0.safetensors"));
        Files.delete(out.resolve("checkpoint-half1-seed0.safetensors"));
        Files.delete(out.resolve("probe-seed0.safetensors"));
        Files.delete(out.resolve("run.json"));
        fixture.probe(labels, out).endsWith(ExitCode.OK);
        assertThat(Json.read(out.resolve("run.json")).at("/results/leftOut")).isEqualTo(before);
        assertThat(Files.readAllBytes(out.resolve("checkpoint-half1-seed0.safetensors")))
                .isEqualTo(second);
        assertThat(Files.readAllBytes(out.resolve("probe-seed0.safetensors"))).isEqualTo(probe);
    }

    @Test
    void aNamedSplitIsNotTrainedOn() throws IOException {
        Path other = Files.writeString(folder.resolve("other.csv"), LearnedRun.labels("held"));
        Path out = folder.resolve("run-other");
        JsonNode named = fixture.probe(other, out, "--val-split", "held", "--thresholds", "precision=0.9", "--json")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(named.at("/thresholds/rule").asText()).isEqualTo("precision=0.9");
        assertThat(named.at("/thresholds/clips").asInt()).isEqualTo(LearnedRun.VALIDATION);
        assertThat(named.at("/thresholds/unknownClasses/0").asText()).isEqualTo("dog");
        assertThat(LearnedRun.saved(out).decisions().rule().precision()).isEqualTo(0.9);
    }

    @Test
    void aShareOfTheTrainingClipsIsNotTrainedOn() throws IOException {
        Path out = folder.resolve("run-share");
        fixture.probe(fixture.labels(), out, "--val-share", "0.25")
                .prints("learned on 3 clips (share 0.25 set aside)", "9 clips, ");
        List<String> used = new ArrayList<>(Files.readAllLines(out.resolve("clips.csv")));
        List<String> held = Files.readAllLines(out.resolve("validation-clips.csv"));
        assertThat(used).hasSize(10);
        assertThat(held).hasSize(4);
        assertThat(Collections.disjoint(used.subList(1, 10), held.subList(1, 4)))
                .isTrue();
        assertThat(LearnedRun.saved(out).decisions().clips()).isEqualTo(3);
    }

    /** Four recordings in each of five classes, and one in another. */
    @Test
    void whatAShareCannotDivideIsNamedByClass() throws IOException {
        StringBuilder rows = new StringBuilder("file,label,split\n");
        for (int i = 0; i <= 20; i++) {
            String label = i == 20
                    ? "sole"
                    : List.of("bee", "crow", "dog", "fox", "owl").get(i / 4);
            rows.append(String.format("train/%06d.wav,%s,train%n", i, label));
        }
        Path few = Files.writeString(folder.resolve("few.csv"), rows);
        Path out = folder.resolve("run-few");
        assertThat(fixture.probe(few, out, "--val-share", "0.1")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("learned on 2 clips (share 0.1 set aside)", "4 of 6 classes have no clip among them")
                .contains("1 class cannot be divided, since all clips of each are of one recording: sole")
                .containsPattern(
                        "the share is too small for \\w+, \\w+, \\w+: --val-share 0.25 would set aside clips of each");
        List<String> held = Files.readAllLines(out.resolve("validation-clips.csv"));
        assertThat(held).hasSize(3);
        assertThat(held.get(1)).isNotEqualTo(held.get(2));
        assertThat(fixture.probe(few, folder.resolve("run-more"), "--val-share", "0.25")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("1 of 6 classes have no clip among them")
                .doesNotContain("too small");
        Path one =
                Files.writeString(folder.resolve("one.csv"), "file,label\ntrain/000001.wav,bee\ntest/000001.wav,owl\n");
        Ran refused = fixture.probe(one, folder.resolve("run-one"), "--val-share", "0.5");
        refused.fails(ExitCode.USAGE, "no class may lose more than half of its clips", "--group-by block");
    }

    @Test
    void optionsThatContradictEachOtherAreRefused() throws IOException {
        Path out = folder.resolve("run-refused");
        Object[][] usage = {
            {"--val-split and --val-share", "--val-split", "val", "--val-share", "0.1"},
            {"above 0 and below 1", "--val-share", "1"},
            {"'f2' is no rule", "--thresholds", "f2"},
            {"--thresholds none learns nothing", "--thresholds", "none", "--val-split", "val"},
            {"(0, 1]: 1.5", "--thresholds", "precision=1.5"},
        };
        for (Object[] one : usage) {
            fixture.probe(fixture.labels(), out, Arrays.copyOfRange(one, 1, one.length))
                    .fails(ExitCode.USAGE, (String) one[0]);
        }
        fixture.probe(fixture.labels(), out, "--val-split", "train")
                .fails(ExitCode.INPUT, "12 of 12 clips of split 'train' are trained on", "train/000000.wav");
        fixture.probe(fixture.labels(), out, "--val-split", "valid").fails(ExitCode.INPUT, "no clips in split [valid]");
        Path flat = Files.writeString(
                folder.resolve("flat.csv"), LearnedRun.labels("val").replaceAll("(?m),[^,]*$", ""));
        fixture.probe(flat, out, "--val-split", "val").fails(ExitCode.INPUT, "no split column");
    }

    @Test
    void aPackedProbeKeepsWhatWasLearned() throws IOException {
        Path packed = folder.resolve("packed.safetensors");
        Ran.ok("pack", "-q", "--probe", fixture.run().resolve("probe-seed0.safetensors"), "--out", packed);
        assertThat(PackedProtobin.load(packed).decisions())
                .isEqualTo(LearnedRun.saved(fixture.run()).decisions());
    }
}
