package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSource;
import org.unmute.tensor.io.SafetensorsFile;

/** Thresholds and calibration from the probe that learns them to the commands that show them. */
class DecisionsEndToEndTest {
    private static final int TRAIN = 12;
    private static final int VALIDATION = 9;
    private static final int TEST = 6;
    private static final List<String> CLASSES = List.of("bee", "crow", "dog");

    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path cache;
    private static Path labels;
    private static Path run;
    private static Ran trained;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16);
        Path recordings = TinyEncoder.recordings(folder, TRAIN + VALIDATION, TEST);
        cache = folder.resolve("cache");
        Ran.unmute("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", cache)
                .endsWith(ExitCode.OK);
        labels = Files.writeString(folder.resolve("labels.csv"), labels("val"));
        run = folder.resolve("run");
        trained = probe(labels, run).endsWith(ExitCode.OK);
    }

    /** Every clip crows or buzzes; only training and test clips bark. */
    private static String labels(String validation) {
        StringBuilder text = new StringBuilder("file,labels,split\n");
        for (int i = 0; i < TRAIN + VALIDATION; i++) {
            text.append(String.format(
                    "train/%06d.wav,%s%s,%s%n",
                    i,
                    i % 2 == 0 ? "bee" : "crow",
                    i < TRAIN && i % 3 == 0 ? ";dog" : "",
                    i < TRAIN ? "train" : validation));
        }
        for (int i = 0; i < TEST; i++) {
            text.append(String.format("test/%06d.wav,%s,test%n", i, i % 2 == 0 ? "bee;dog" : "crow"));
        }
        return text.toString();
    }

    private static Ran probe(Path file, Path out, Object... more) {
        return Ran.unmute(with(
                new Object[] {
                    "probe",
                    "-q",
                    "--probe",
                    "protobin",
                    "--cache",
                    cache,
                    "--labels",
                    file,
                    "--epochs",
                    3,
                    "--out",
                    out
                },
                more));
    }

    private static Object[] with(Object[] args, Object... more) {
        Object[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return all;
    }

    private static TrainedProbe saved(Path run) throws IOException {
        return TrainedProbe.open(run.resolve("probe-seed0.safetensors"));
    }

    private static float[][] scores(TrainedProbe probe, int from, int to) throws IOException {
        List<String> clips = new ArrayList<>();
        for (int i = from; i < to; i++) {
            clips.add(String.format("train/%06d.wav", i));
        }
        try (TokenCache tokens = TokenCache.open(cache)) {
            return Scorer.scores(probe, TokenSource.of(tokens, clips), 64);
        }
    }

    private static double f1(float[][] scores, int c, double threshold) {
        int hits = 0;
        int predicted = 0;
        int positives = 0;
        for (int i = 0; i < scores.length; i++) {
            boolean is = (TRAIN + i) % 2 == c;
            boolean said = scores[i][c] > threshold;
            hits += is && said ? 1 : 0;
            predicted += said ? 1 : 0;
            positives += is ? 1 : 0;
        }
        return 2.0 * hits / (predicted + positives);
    }

    @Test
    void aSplitForValidationTeachesThresholds() throws IOException {
        assertThat(trained.out())
                .contains("thresholds (max F1) and calibration learned on 9 clips (split 'val')")
                .contains("1 of 3 classes have no clip among them and keep the threshold 0.5: dog");
        TrainedProbe probe = saved(run);
        assertThat(probe.classes()).isEqualTo(CLASSES);
        Decisions learned = probe.decisions();
        assertThat(learned.clips()).isEqualTo(VALIDATION);
        assertThat(learned.positives()).containsExactly(5, 4, 0);
        assertThat(learned.thresholds()[2]).isNaN();
        float[][] scores = scores(probe, TRAIN, TRAIN + VALIDATION);
        for (int c = 0; c < 2; c++) {
            double best = f1(scores, c, -1);
            for (float[] row : scores) {
                best = Math.max(best, f1(scores, c, row[c]));
            }
            assertThat(f1(scores, c, learned.threshold(c))).as(CLASSES.get(c)).isEqualTo(best);
        }
        boolean[][] truth = new boolean[VALIDATION][3];
        for (int i = 0; i < VALIDATION; i++) {
            truth[i][(TRAIN + i) % 2] = true;
        }
        assertThat(learned.calibration()).isEqualTo(ScoreCalibration.fit(scores, truth));
        assertThat(Files.readAllLines(run.resolve("validation-clips.csv"))).hasSize(VALIDATION + 1);
        assertThat(Files.readAllLines(run.resolve("clips.csv"))).hasSize(TRAIN + 1);
    }

    /** What is learned on validation clips changes nothing in the probe itself. */
    @Test
    void withoutThemTheProbeIsTheSame() throws IOException {
        Path plain = folder.resolve("run-none");
        assertThat(probe(labels, plain, "--thresholds", "none")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("no thresholds and no calibration learned: --thresholds none was given");
        assertThat(saved(plain).decisions()).isNull();
        assertThat(plain.resolve("validation-clips.csv")).doesNotExist();
        try (SafetensorsFile a = SafetensorsFile.open(plain.resolve("probe-seed0.safetensors"));
                SafetensorsFile b = SafetensorsFile.open(run.resolve("probe-seed0.safetensors"))) {
            for (String name : a.names()) {
                assertThat(b.floats(name)).as(name).isEqualTo(a.floats(name));
            }
        }
    }

    @Test
    void withoutValidationClipsALineSaysWhatToDo() throws IOException {
        Path other = Files.writeString(folder.resolve("other.csv"), labels("held"));
        Path out = folder.resolve("run-other");
        assertThat(probe(other, out).endsWith(ExitCode.OK).out())
                .contains("no thresholds and no calibration learned: there are no validation clips")
                .contains("--val-split NAME")
                .contains("--val-share 0.1");
        assertThat(saved(out).decisions()).isNull();
        JsonNode named = probe(other, out, "--val-split", "held", "--thresholds", "precision=0.9", "--json")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(named.at("/thresholds/rule").asText()).isEqualTo("precision=0.9");
        assertThat(named.at("/thresholds/clips").asInt()).isEqualTo(VALIDATION);
        assertThat(named.at("/thresholds/unknownClasses/0").asText()).isEqualTo("dog");
        assertThat(saved(out).decisions().rule().precision()).isEqualTo(0.9);
    }

    @Test
    void aShareOfTheTrainingClipsIsNotTrainedOn() throws IOException {
        Path out = folder.resolve("run-share");
        assertThat(probe(labels, out, "--val-share", "0.25")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("learned on 3 clips (share 0.25 set aside)")
                .contains("9 clips, loss");
        List<String> used = new ArrayList<>(Files.readAllLines(out.resolve("clips.csv")));
        List<String> held = Files.readAllLines(out.resolve("validation-clips.csv"));
        assertThat(used).hasSize(10);
        assertThat(held).hasSize(4);
        assertThat(Collections.disjoint(used.subList(1, 10), held.subList(1, 4)))
                .isTrue();
        assertThat(saved(out).decisions().clips()).isEqualTo(3);
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
            assertThat(probe(labels, out, Arrays.copyOfRange(one, 1, one.length))
                            .endsWith(ExitCode.USAGE)
                            .err())
                    .contains((String) one[0]);
        }
        assertThat(probe(labels, out, "--val-split", "train")
                        .endsWith(ExitCode.INPUT)
                        .err())
                .contains("12 of 12 clips of split 'train' are trained on")
                .contains("train/000000.wav");
        assertThat(probe(labels, out, "--val-split", "valid")
                        .endsWith(ExitCode.INPUT)
                        .err())
                .contains("no clips in split [valid]");
        Path flat = Files.writeString(folder.resolve("flat.csv"), labels("val").replaceAll("(?m),[^,]*$", ""));
        assertThat(probe(flat, out, "--val-split", "val")
                        .endsWith(ExitCode.INPUT)
                        .err())
                .contains("no split column");
    }

    @Test
    void evalShowsScoresAtLearnedThresholds() throws IOException {
        Object[] eval = {"eval", "-q", "--run", run, "--cache", cache, "--labels", labels, "--bootstrap", 0};
        Ran ran = Ran.unmute(with(eval, "--per-class")).endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains("F1 (macro, at 0.5)")
                .contains("F1 (macro, at learned thresholds)")
                .contains("calibration error, calibrated")
                .containsPattern("class +clips +AP +threshold +precision +recall +F1")
                .contains("thresholds: max F1, learned on 9 clips (split 'val')")
                .doesNotContain("too good")
                .doesNotContain("confusion");
        Decisions learned = saved(run).decisions();
        JsonNode json = Ran.unmute(with(eval, "--json")).endsWith(ExitCode.OK).json();
        assertThat(json.at("/learned/rule").asText()).isEqualTo("f1");
        assertThat(json.at("/learned/perClass/bee/thresholds/0").asDouble()).isEqualTo(learned.threshold(0));
        assertThat(json.at("/learned/perClass/dog/known").asBoolean()).isFalse();
        assertThat(json.at("/learned/perClass/dog/thresholds/0").asDouble()).isEqualTo(Decisions.FALLBACK);
        assertThat(Ran.unmute(with(eval, "--split", "val"))
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("too good");
        assertThat(Ran.unmute(with(eval, "--confusion", folder.resolve("c.csv")))
                        .endsWith(ExitCode.INPUT)
                        .err())
                .contains("one class a clip");
        // What is learned changes no other metric.
        Path plain = folder.resolve("run-plain");
        probe(labels, plain, "--thresholds", "none").endsWith(ExitCode.OK);
        eval[3] = plain;
        JsonNode without =
                Ran.unmute(with(eval, "--json")).endsWith(ExitCode.OK).json();
        assertThat(without.has("learned")).isFalse();
        without.get("metrics")
                .properties()
                .forEach(e -> assertThat(json.at("/metrics/" + e.getKey()))
                        .as(e.getKey())
                        .isEqualTo(e.getValue()));
        assertThat(json.get("averagePrecision")).isEqualTo(without.get("averagePrecision"));
    }

    @Test
    void aSetWithOneClassAClipHasAConfusionMatrix() throws IOException {
        Path single =
                Files.writeString(folder.resolve("single.csv"), labels("val").replace(";dog", ""));
        Path out = folder.resolve("run-single");
        probe(single, out, "--loss", "ce").endsWith(ExitCode.OK);
        Path csv = folder.resolve("confusion.csv");
        Object[] eval = {
            "eval", "-q", "--run", out, "--cache", cache, "--labels", single, "--bootstrap", 0, "--confusion", csv
        };
        Ran ran = Ran.unmute(eval).endsWith(ExitCode.OK);
        assertThat(ran.out()).contains("confusion:").containsAnyOf("true \\ predicted", "every clip has its class");
        List<String> rows = Files.readAllLines(csv);
        assertThat(rows).hasSize(3);
        assertThat(rows.getFirst()).isEqualTo("true,bee,crow");
        JsonNode json = Ran.unmute(with(eval, "--json")).endsWith(ExitCode.OK).json();
        int right = 0;
        for (int t = 0; t < 2; t++) {
            JsonNode counts = json.at("/confusion/counts/" + t);
            assertThat(rows.get(t + 1)).isEqualTo(CLASSES.get(t) + "," + counts.get(0) + "," + counts.get(1));
            assertThat(counts.get(0).asInt() + counts.get(1).asInt())
                    .as("a row holds the clips of a true class")
                    .isEqualTo(TEST / 2);
            right += counts.get(t).asInt();
        }
        assertThat((double) right / TEST)
                .isEqualTo(json.at("/metrics/top1_first_index/mean").asDouble());
    }

    private static Ran tag(Object... more) {
        return Ran.unmute(with(
                new Object[] {
                    "tag", "-q", "--encoder", encoder, "--audio", folder.resolve("recordings/test"), "--top", 3
                },
                more));
    }

    private static List<String[]> table(Path csv) throws IOException {
        return Files.readAllLines(csv).stream().map(line -> line.split(",")).toList();
    }

    /** The same for a trained and a packed probe. */
    @Test
    void tagShowsCalibratedProbabilitiesAndMarksWhatExceedsItsThreshold() throws IOException {
        Path packed = folder.resolve("packed-tag.safetensors");
        Ran.unmute("pack", "-q", run, "--out", packed).endsWith(ExitCode.OK);
        for (Path probe : List.of(run, packed)) {
            Decisions learned = saved(run).decisions();
            Path raw = folder.resolve("raw.csv");
            Path calibrated = folder.resolve("calibrated.csv");
            tag("--probe", probe, "--scores", raw).endsWith(ExitCode.OK);
            tag("--probe", probe, "--scores", calibrated, "--activation", "calibrated")
                    .endsWith(ExitCode.OK);
            String text = tag("--probe", probe).endsWith(ExitCode.OK).out();
            assertThat(text)
                    .contains("top 1 (calibrated probability)")
                    .contains("* above the threshold of its class: max F1, learned on 9 clips (split 'val')");
            JsonNode json =
                    tag("--probe", probe, "--json").endsWith(ExitCode.OK).json();
            for (int i = 0; i < TEST; i++) {
                List<String> present = new ArrayList<>();
                for (int c = 0; c < CLASSES.size(); c++) {
                    float score = Float.parseFloat(table(raw).get(i + 1)[c + 1]);
                    float shown = Float.parseFloat(table(calibrated).get(i + 1)[c + 1]);
                    assertThat(shown).isEqualTo((float) learned.calibration().apply(c, score));
                    if (score > learned.threshold(c)) {
                        present.add(CLASSES.get(c));
                    }
                    String row = text.lines().skip(2 + i).findFirst().orElseThrow();
                    assertThat(row.contains(String.format(java.util.Locale.ROOT, "%s %.3f *", CLASSES.get(c), shown)))
                            .as(row)
                            .isEqualTo(score > learned.threshold(c));
                }
                List<String> said = new ArrayList<>();
                json.get(i).get("present").forEach(c -> said.add(c.asText()));
                assertThat(said).isEqualTo(present);
            }
        }
        Path plain = folder.resolve("run-tag-plain");
        probe(labels, plain, "--thresholds", "none").endsWith(ExitCode.OK);
        assertThat(tag("--probe", plain, "--activation", "calibrated")
                        .endsWith(ExitCode.USAGE)
                        .err())
                .contains("has learned no calibration");
        assertThat(tag("--probe", plain).endsWith(ExitCode.OK).out())
                .contains("top 1 (probability)")
                .doesNotContain("*");
    }

    @Test
    void explainShowsThresholdAndCalibratedScore() throws IOException {
        Path out = folder.resolve("why");
        Path clip = folder.resolve("recordings/test/000000.wav");
        Object[] explain = {
            "explain", "-q", "--run", run, "--encoder", encoder, "--audio", clip, "--class", "bee", "--class", "dog"
        };
        Ran ran = Ran.unmute(with(explain, "--out", out)).endsWith(ExitCode.OK);
        JsonNode json =
                Ran.unmute(with(explain, "--json")).endsWith(ExitCode.OK).json();
        Decisions learned = saved(run).decisions();
        JsonNode bee = json.at("/classes/0");
        double score = bee.get("score").asDouble();
        assertThat(bee.at("/verdict/threshold").asDouble()).isEqualTo(learned.threshold(0));
        assertThat(bee.at("/verdict/calibrated").asDouble())
                .isEqualTo(learned.calibration().apply(0, score));
        assertThat(bee.at("/verdict/present").asBoolean()).isEqualTo(score > learned.threshold(0));
        assertThat(json.at("/classes/1/verdict/known").asBoolean()).isFalse();
        assertThat(json.at("/learned/clips").asInt()).isEqualTo(VALIDATION);
        String verdict = String.format(
                java.util.Locale.ROOT,
                "calibrated %.4f, %s its threshold %.4f",
                learned.calibration().apply(0, score),
                score > learned.threshold(0) ? "above" : "not above",
                learned.threshold(0));
        assertThat(ran.out())
                .containsPattern("class +score +logit +calibrated +threshold")
                .contains("bee: score")
                .contains(verdict)
                .contains("the default threshold 0.5000")
                .contains("max F1, learned on 9 clips (split 'val')");
        assertThat(Files.readString(out.resolve("explain.html")))
                .contains(verdict)
                .contains("max F1, learned on 9 clips");
        assertThat(Files.readString(out.resolve("explain.json"))).contains("verdict");
        Path plain = folder.resolve("run-explain-plain");
        probe(labels, plain, "--thresholds", "none").endsWith(ExitCode.OK);
        explain[3] = plain;
        assertThat(Ran.unmute(explain).endsWith(ExitCode.OK).out())
                .doesNotContain("calibrated")
                .doesNotContain("threshold");
    }

    @Test
    void aPackedProbeKeepsWhatWasLearned() throws IOException {
        Path packed = folder.resolve("packed.safetensors");
        Ran.unmute("pack", "-q", run.resolve("probe-seed0.safetensors"), "--out", packed)
                .endsWith(ExitCode.OK);
        assertThat(PackedProtobin.load(packed).decisions()).isEqualTo(saved(run).decisions());
    }
}
