package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.data.scene.SyntheticScenes;

/** {@code eval --events} for a probe trained on synthetic scenes with the built-in encoder. */
class EventEvalEndToEndTest {
    @TempDir
    static Path folder;

    private static Path scenes;
    private static Path cache;
    private static Path run;

    @BeforeAll
    static void train() throws IOException {
        scenes = folder.resolve("scenes");
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(4), 5).write(scenes, 40, 10);
        cache = folder.resolve("cache");
        run = folder.resolve("run");
        Ran.ok("embed", "-q", "--dtype", "f32", "--audio", scenes, "--out", cache);
        Ran.ok(
                "probe -q --probe protobin --cache {} --labels {} --epochs 8 --seeds 1,2 --thresholds none "
                        + "--out {}",
                cache,
                scenes.resolve("manifest.csv"),
                run);
    }

    private static Ran eval(Object... more) {
        Object[] first = {"eval", "--probe", run, "--cache", cache, "--events", scenes.resolve("test-events.tsv")};
        return Ran.unmute(Ran.with(first, more));
    }

    private static double mean(JsonNode document, String metric) {
        return document.at("/metrics/" + metric + "/mean").asDouble();
    }

    @Test
    void scoresAllSeedsAndWritesTheResult() throws IOException {
        JsonNode json = eval("--json", "-q", "--audio", scenes, "--bootstrap", 50)
                .endsWith(ExitCode.OK)
                .json();
        assertThat(json.get("recordings").asInt()).isEqualTo(10);
        assertThat(json.get("hours").asDouble()).isCloseTo(40 / 3600.0, offset(1e-9));
        assertThat(json.get("runs").asInt()).isEqualTo(2);
        assertThat(json.at("/settings/frameSeconds").asDouble()).isCloseTo(0.08, offset(1e-9));
        for (String metric : List.of("psds1", "psds2", "event_f1_macro", "segment_f1_macro", "segment_mAP")) {
            assertThat(mean(json, metric)).as(metric).isBetween(0.0, 1.0);
            assertThat(json.at("/metrics/" + metric + "/sd").isNumber()).isTrue();
        }
        // Far better than chance, so the probe localizes events in time.
        assertThat(mean(json, "segment_mAP")).isGreaterThan(0.2);
        assertThat(mean(json, "event_f1_macro_best_thresholds")).isGreaterThanOrEqualTo(mean(json, "event_f1_macro"));
        JsonNode written = Json.read(run.resolve("eval-events.json"));
        assertThat(written.at("/results/metrics")).isEqualTo(json.get("metrics"));
    }

    /** With the same scores, rules and thresholds, {@code eval} counts the events that {@code detect} finds. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0})
    void scoresWhatDetectFinds(double context) throws IOException {
        Path one = Files.createDirectory(folder.resolve("one-" + context));
        Files.copy(run.resolve("probe-seed1.safetensors"), one.resolve("probe-seed1.safetensors"));
        Files.copy(run.resolve("run.json"), one.resolve("run.json"));
        Path found = folder.resolve("found-" + context);
        Object[] detect = {"detect", "-q", "--probe", one, "--audio", scenes.resolve("test"), "--out", found};
        Ran.ok(Ran.with(detect, "--context", context));
        Object[] eval = {"eval", "--json", "-q", "--bootstrap", 0, "--events", scenes.resolve("test-events.tsv")};
        JsonNode detected = Ran.ok(Ran.with(eval, "--detections", found)).json();
        JsonNode scored = Ran.ok(
                        Ran.with(eval, "--run", one, "--cache", cache, "--audio", scenes, "--context", context))
                .json();
        assertThat(mean(scored, "segment_recall_micro")).isPositive();
        // Micro metrics are excluded: false alarms of classes without events count only when scoring the run.
        for (String metric : List.of("event_f1_macro", "segment_f1_macro", "intersection_0.5_f1_macro")) {
            assertThat(mean(detected, metric)).as(metric).isCloseTo(mean(scored, metric), offset(0.01));
            // Stretches of a second exceed the collar of event-based metrics.
            assertThat(mean(scored, metric) > 0 || context > 0 && metric.startsWith("event"))
                    .as(metric)
                    .isTrue();
        }
    }

    @Test
    void contextsAreSecondsAroundEachMoment() {
        JsonNode usual = eval("--json", "-q", "--bootstrap", 0).json();
        assertThat(usual.at("/settings/contextRows").asInt()).isEqualTo(13);
        assertThat(usual.at("/settings/strideRows").asInt()).isEqualTo(1);
        JsonNode rows = eval("--json", "-q", "--bootstrap", 0, "--context", 0).json();
        assertThat(rows.at("/settings/contextRows").asInt()).isEqualTo(1);
        assertThat(mean(rows, "segment_mAP")).isNotEqualTo(mean(usual, "segment_mAP"));
        JsonNode sparse = eval("--json", "-q", "--bootstrap", 0, "--context", 2, "--stride", 0.5)
                .json();
        assertThat(sparse.at("/settings/contextRows").asInt()).isEqualTo(25);
        assertThat(sparse.at("/settings/strideRows").asInt()).isEqualTo(6);
        Ran.unmute(
                        "eval --events {} --detections {} --context 1",
                        scenes.resolve("test-events.tsv"),
                        scenes.resolve("test-events.tsv"))
                .fails(ExitCode.USAGE, "leave them out without --run");
    }

    @Test
    void saysWhatItTookAndTheSplitChooses() {
        Ran plain = eval("--bootstrap", 0).endsWith(ExitCode.OK);
        // Without other sources, the length is that of the rows of sound: 4 s, and not the encoder's window of 5.92 s.
        assertThat(plain.out())
                .contains("10 recordings (0.01 h)")
                .contains("40 recordings in " + cache + " are not named in")
                .contains("lengths of recordings are those of their tokens, to a row:");
        Ran split = eval("--bootstrap", 0, "--labels", scenes.resolve("manifest.csv"), "--audio", scenes)
                .endsWith(ExitCode.OK);
        assertThat(split.out()).contains("10 recordings (0.01 h)").doesNotContain("are not named in", "lengths of");
        JsonNode high = eval("--json", "-q", "--bootstrap", 0, "--threshold", 2).json();
        assertThat(mean(high, "event_f1_macro")).isZero();
        assertThat(mean(high, "psds2"))
                .isEqualTo(mean(eval("--json", "-q", "--bootstrap", 0).json(), "psds2"));
    }

    @Test
    void aCacheThatDoesNotSayWhenItsRowsBeginAsksTheEncoder() throws IOException {
        Path old = folder.resolve("old");
        Files.createDirectory(old);
        try (Stream<Path> files = Files.list(cache)) {
            for (Path file : files.toList()) {
                Files.copy(file, old.resolve(file.getFileName()));
            }
        }
        ObjectNode record = (ObjectNode) Json.read(old.resolve("run.json"));
        ((ObjectNode) record.get("results")).remove("rowTimes");
        Files.writeString(old.resolve("run.json"), record.toString());
        Object[] args = Ran.line(
                "eval --json -q --bootstrap 0 --run {} --cache {} --events {}",
                run,
                old,
                scenes.resolve("test-events.tsv"));
        assertThat(Ran.ok(args).json().get("metrics"))
                .isEqualTo(eval("--json", "-q", "--bootstrap", 0).json().get("metrics"));
    }

    @Test
    void namesClassesThatTheProbeDoesNotKnow() throws IOException {
        Path reference = Files.writeString(folder.resolve("other.tsv"), """
                filename\tonset\toffset\tevent_label
                test/000000.wav\t1\t2\tdog
                """);
        Ran ran = Ran.unmute("eval", "--probe", run, "--cache", cache, "--events", reference);
        ran.fails(
                ExitCode.INPUT,
                "has no events of the",
                "its classes are 'dog'; if only names differ, use --rename OLD=NEW");
        Files.writeString(reference, "filename\tonset\toffset\tevent_label\nnone.wav\t1\t2\tdog\n");
        Ran.unmute("eval", "--probe", run, "--cache", cache, "--events", reference)
                .fails(
                        ExitCode.INPUT,
                        "none of the 1 recordings of " + reference + " is in " + cache + ": it names 'none.wav'");
    }
}
