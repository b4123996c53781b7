package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.probes.decision.Decisions;

/** Learned thresholds and calibration in the commands that show them: {@code eval}, {@code tag}, {@code explain}. */
class DecisionsShownTest {
    @TempDir
    static Path folder;

    private static LearnedRun fixture;

    @BeforeAll
    static void prepare() throws IOException {
        fixture = LearnedRun.in(folder);
    }

    @Test
    void evalShowsScoresAtLearnedThresholds() throws IOException {
        Object[] eval = Ran.line(
                "eval -q --probe {} --cache {} --labels {} --bootstrap 0",
                fixture.run(),
                fixture.cache(),
                fixture.labels());
        Ran ran = Ran.ok(Ran.with(eval, "--per-class"));
        assertThat(ran.out())
                .contains("F1 (macro, at 0.5)", "F1 (macro, at learned thresholds)", "calibration error, calibrated")
                .containsPattern("class +clips +AP +threshold +precision +recall +F1")
                .contains("thresholds: max F1, learned on 9 clips (split 'val')")
                .doesNotContain("too good", "confusion");
        Decisions learned = LearnedRun.saved(fixture.run()).decisions();
        JsonNode json = Ran.ok(Ran.with(eval, "--json")).json();
        assertThat(json.at("/learned/rule").asText()).isEqualTo("f1");
        assertThat(json.at("/learned/perClass/bee/thresholds/0").asDouble()).isEqualTo(learned.threshold(0));
        assertThat(json.at("/learned/perClass/dog/known").asBoolean()).isFalse();
        assertThat(json.at("/learned/perClass/dog/thresholds/0").asDouble()).isEqualTo(Decisions.FALLBACK);
        assertThat(Ran.ok(Ran.with(eval, "--split", "val")).out()).contains("too good");
        Ran.unmute(Ran.with(eval, "--confusion", folder.resolve("c.csv"))).fails(ExitCode.INPUT, "one class a clip");
        // Learned thresholds and calibration do not change other metrics.
        Path plain = folder.resolve("run-plain");
        fixture.probe(fixture.labels(), plain, "--thresholds", "none").endsWith(ExitCode.OK);
        eval[3] = plain;
        JsonNode without = Ran.ok(Ran.with(eval, "--json")).json();
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
        Path single = Files.writeString(
                folder.resolve("single.csv"), LearnedRun.labels("val").replace(";dog", ""));
        Path out = folder.resolve("run-single");
        fixture.probe(single, out, "--loss", "ce").endsWith(ExitCode.OK);
        Path csv = folder.resolve("confusion.csv");
        Object[] eval = Ran.line(
                "eval -q --probe {} --cache {} --labels {} --bootstrap 0 --confusion {}",
                out,
                fixture.cache(),
                single,
                csv);
        Ran ran = Ran.ok(eval);
        assertThat(ran.out()).contains("confusion:").containsAnyOf("true \\ predicted", "every clip has its class");
        List<String> rows = Files.readAllLines(csv);
        assertThat(rows).hasSize(3);
        assertThat(rows.getFirst()).isEqualTo("true,bee,crow");
        JsonNode json = Ran.ok(Ran.with(eval, "--json")).json();
        int right = 0;
        for (int t = 0; t < 2; t++) {
            JsonNode counts = json.at("/confusion/counts/" + t);
            assertThat(rows.get(t + 1))
                    .isEqualTo(LearnedRun.CLASSES.get(t) + "," + counts.get(0) + "," + counts.get(1));
            assertThat(counts.get(0).asInt() + counts.get(1).asInt())
                    .as("a row holds the clips of a true class")
                    .isEqualTo(LearnedRun.TEST / 2);
            right += counts.get(t).asInt();
        }
        assertThat((double) right / LearnedRun.TEST)
                .isEqualTo(json.at("/metrics/top1_first_index/mean").asDouble());
    }

    private static Ran tag(Object... more) {
        return Ran.unmute(Ran.with(
                Ran.line(
                        "tag -q --encoder {} --audio {} --top 3", fixture.encoder(), folder.resolve("recordings/test")),
                more));
    }

    private static List<String[]> table(Path csv) throws IOException {
        return Files.readAllLines(csv).stream().map(line -> line.split(",")).toList();
    }

    /** Holds for a trained probe and for its packed form. */
    @Test
    void tagShowsCalibratedProbabilitiesAndMarksWhatExceedsItsThreshold() throws IOException {
        Path packed = folder.resolve("packed-tag.safetensors");
        Ran.ok("pack", "-q", "--probe", fixture.run(), "--out", packed);
        for (Path probe : List.of(fixture.run(), packed)) {
            Decisions learned = LearnedRun.saved(fixture.run()).decisions();
            Path raw = folder.resolve("raw.csv");
            Path calibrated = folder.resolve("calibrated.csv");
            tag("--probe", probe, "--force", "--scores", raw).endsWith(ExitCode.OK);
            tag("--probe", probe, "--force", "--scores", calibrated, "--activation", "calibrated")
                    .endsWith(ExitCode.OK);
            String text = tag("--probe", probe).endsWith(ExitCode.OK).out();
            assertThat(text)
                    .contains("top 1 (calibrated probability)")
                    .contains("* above the threshold of its class: max F1, learned on 9 clips (split 'val')");
            JsonNode json =
                    tag("--probe", probe, "--json").endsWith(ExitCode.OK).json();
            for (int i = 0; i < LearnedRun.TEST; i++) {
                List<String> present = new ArrayList<>();
                for (int c = 0; c < LearnedRun.CLASSES.size(); c++) {
                    float score = Float.parseFloat(table(raw).get(i + 1)[c + 1]);
                    float shown = Float.parseFloat(table(calibrated).get(i + 1)[c + 1]);
                    assertThat(shown).isEqualTo((float) learned.calibration().apply(c, score));
                    if (score > learned.threshold(c)) {
                        present.add(LearnedRun.CLASSES.get(c));
                    }
                    String row = text.lines().skip(2 + i).findFirst().orElseThrow();
                    assertThat(row.contains(String.format(
                                    java.util.Locale.ROOT, "%s %.3f *", LearnedRun.CLASSES.get(c), shown)))
                            .as(row)
                            .isEqualTo(score > learned.threshold(c));
                }
                List<String> said = new ArrayList<>();
                json.get(i).get("present").forEach(c -> said.add(c.asText()));
                assertThat(said).isEqualTo(present);
            }
        }
        Path plain = folder.resolve("run-tag-plain");
        fixture.probe(fixture.labels(), plain, "--thresholds", "none").endsWith(ExitCode.OK);
        tag("--probe", plain, "--activation", "calibrated").fails(ExitCode.USAGE, "has learned no calibration");
        assertThat(tag("--probe", plain).endsWith(ExitCode.OK).out())
                .contains("top 1 (probability)")
                .doesNotContain("*");
    }

    @Test
    void explainShowsThresholdAndCalibratedScore() throws IOException {
        Path out = folder.resolve("why");
        Path clip = folder.resolve("recordings/test/000000.wav");
        Object[] explain = Ran.line(
                "explain -q --probe {} --encoder {} --audio {} --class bee --class dog",
                fixture.run(),
                fixture.encoder(),
                clip);
        Ran ran = Ran.ok(Ran.with(explain, "--out", out));
        JsonNode json = Ran.ok(Ran.with(explain, "--json")).json();
        Decisions learned = LearnedRun.saved(fixture.run()).decisions();
        JsonNode bee = json.at("/classes/0");
        double score = bee.get("score").asDouble();
        assertThat(bee.at("/verdict/threshold").asDouble()).isEqualTo(learned.threshold(0));
        assertThat(bee.at("/verdict/calibrated").asDouble())
                .isEqualTo(learned.calibration().apply(0, score));
        assertThat(bee.at("/verdict/present").asBoolean()).isEqualTo(score > learned.threshold(0));
        assertThat(json.at("/classes/1/verdict/known").asBoolean()).isFalse();
        assertThat(json.at("/learned/clips").asInt()).isEqualTo(LearnedRun.VALIDATION);
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
                .contains("the default threshold 0.5000", "max F1, learned on 9 clips (split 'val')");
        assertThat(Files.readString(out.resolve("explain.html")))
                .contains(verdict)
                .contains("max F1, learned on 9 clips");
        assertThat(Files.readString(out.resolve("explain.json"))).contains("verdict");
        Path plain = folder.resolve("run-explain-plain");
        fixture.probe(fixture.labels(), plain, "--thresholds", "none").endsWith(ExitCode.OK);
        explain[3] = plain;
        assertThat(Ran.ok(explain).out()).doesNotContain("calibrated", "threshold");
    }
}
