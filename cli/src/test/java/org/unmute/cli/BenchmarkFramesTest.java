package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.probes.pool.TrainedProbe;

/** {@code benchmark} with probes that are trained row by row, on DESED's layout and HEAR's. */
class BenchmarkFramesTest {
    static final String PROTOCOL = """
        [protocol]
        epochs = 4
        batch = 8
        sobol = 2
        tpe = 1
        top = 2
        seeds = [0, 1]
        standardize = true
        """;

    private static final String WEAK = "[[probes]]\nname = \"protobin\"\nset.prototypes = 4\n";
    private static final String LEARNED = "[[probes]]\nname = \"protobin\"\nlabel = \"protobin-learned\"\n"
            + "set.prototypes = 4\nevent-thresholds = \"learned\"\n";
    private static final String FRAMES = "[[probes]]\nname = \"protobin\"\nset.prototypes = 4\nframes = true\n"
            + "[[probes]]\nname = \"linear-mean\"\nframes = true\nlr = [1e-3, 2e-2]\n";

    @TempDir
    static Path folder;

    private static Path run;
    private static Ran ran;

    @BeforeAll
    static void work() throws IOException {
        DesedFixture.write(folder.resolve("desed"), 24, 6, 12, 12);
        run = folder.resolve("run");
        ran = Ran.ok("benchmark", grid("all", WEAK + LEARNED + FRAMES), "--out", run);
    }

    private static Path grid(String name, String probes) throws IOException {
        return grid(name, "name = \"desed\"\nroot = \"desed\"\n", probes);
    }

    private static Path grid(String name, String dataset, String probes) throws IOException {
        return Files.writeString(
                folder.resolve(name + ".toml"),
                "[[encoders]]\nname = \"own\"\nembedded = true\n[[datasets]]\n" + dataset + PROTOCOL + probes);
    }

    private static JsonNode json(String file) throws IOException {
        return Json.read(run.resolve("own/desed").resolve(file));
    }

    @Test
    void cellsOfRowsReportEventsBesideTheMetricOfClips() throws IOException {
        for (String probe : List.of("protobin-frames", "linear-mean-frames", "protobin-learned")) {
            JsonNode cell = json(probe + "/cell.json");
            assertThat(cell.path("metric").asText()).isEqualTo("mAP");
            assertThat(cell.path("trainClips").asInt()).isEqualTo(30);
            assertThat(cell.at("/options/rows").asText()).as(probe).isEqualTo(probe.endsWith("-frames") ? "true" : "");
            for (String metric : List.of("event_f1_macro", "segment_f1_macro", "event_f1_micro", "psds1")) {
                double mean = 0;
                for (int seed = 0; seed < 2; seed++) {
                    mean += json(probe + "/seed-" + seed + "/events.json")
                                    .at("/metrics/" + metric)
                                    .asDouble()
                            / 2;
                }
                assertThat(cell.at("/events/" + metric + "/mean").asDouble())
                        .as(probe + " " + metric)
                        .isBetween(0.0, 1.0)
                        .isEqualTo(mean);
            }
            JsonNode events = json(probe + "/seed-0/events.json");
            assertThat(events.path("recordings").asInt()).isEqualTo(12);
            assertThat(events.path("thresholds").asText()).isEqualTo("of events, learned on the validation clips");
            assertThat(events.path("context").asDouble()).isEqualTo(probe.endsWith("-frames") ? 0 : 1);
            assertThat(events.path("medianSeconds").asDouble()).isIn(0.25, 0.5, 1.0, 2.0, 4.0);
        }
        assertThat(ran.err())
                .contains("data set desed, labels with times: 6 clips are of recordings that no table of events names");
        assertThat(ran.out()).contains("event F1", "segment F1", "protobin-frames");
        Path report = folder.resolve("report");
        Ran.ok("report", "-q", run, "--out", report);
        assertThat(Files.readAllLines(report.resolve("tables/events-segment-f1-macro.csv")).stream()
                        .map(row -> row.split(",")[2]))
                .containsExactly(
                        "probe",
                        "protobin",
                        "protobin event-thresholds=learned",
                        "protobin frames",
                        "linear-mean frames");
        assertThat(report.resolve("tables/events-event-f1-macro.csv")).content().contains("linear-mean frames");
        List<String> figure = Files.readAllLines(report.resolve("figures/events-segment-f1-macro-by-training.csv"));
        assertThat(figure.getFirst()).isEqualTo("group,series,value,error");
        assertThat(figure).hasSize(1 + 2 * 3);
        Map<String, String> bars = new TreeMap<>();
        figure.stream().map(row -> row.split(",", -1)).forEach(c -> bars.put(c[0] + ", " + c[1], c[2]));
        Map<String, String> cells = Map.of(
                "protobin, whole clips (threshold 0.5)", "protobin",
                "protobin, whole clips (learned thresholds)", "protobin-learned",
                "protobin, rows (learned thresholds)", "protobin-frames",
                "linear-mean, rows (learned thresholds)", "linear-mean-frames");
        for (Map.Entry<String, String> bar : cells.entrySet()) {
            assertThat(Double.parseDouble(bars.get(bar.getKey())))
                    .as(bar.getKey())
                    .isEqualTo(json(bar.getValue() + "/cell.json")
                            .at("/events/segment_f1_macro/mean")
                            .asDouble());
        }
        assertThat(bars.get("linear-mean, whole clips (threshold 0.5)")).isEmpty();
    }

    /** A cell for clips as a whole does not notice that others of its grid are trained on rows. */
    @Test
    void cellsOfClipsAreTheSameWithoutThem() throws IOException {
        Path alone = folder.resolve("alone");
        Ran.ok("benchmark", "-q", grid("alone", WEAK), "--out", alone);
        TreeMap<String, String> before = BenchmarkFixture.results(alone.resolve("own/desed/protobin"));
        assertThat(before).containsKeys("cell.json", "settings.txt", "seed-1/events.json", "seed-0/probe.safetensors");
        assertThat(BenchmarkFixture.results(run.resolve("own/desed/protobin"))).isEqualTo(before);
        assertThat(before.get("settings.txt")).doesNotContain("events", "rows");
        assertThat(before.get("seed-0/events.json")).contains("\"thresholds\":\"0.5\"");
        assertThat(before.get("cell.json")).doesNotContain("event_f1_micro");
        Path frames = folder.resolve("frames-alone");
        Ran.ok("benchmark", "-q", grid("frames-alone", FRAMES), "--out", frames, "--workers", 2);
        for (Map.Entry<String, String> file :
                BenchmarkFixture.results(frames.resolve("own/desed")).entrySet()) {
            if (file.getKey().contains("-frames/")) {
                assertThat(BenchmarkFixture.result(run.resolve("own/desed").resolve(file.getKey())))
                        .as(file.getKey())
                        .isEqualTo(file.getValue());
            }
        }
    }

    @Test
    void theProbeOfASeedDetects() throws IOException {
        Path found = folder.resolve("found");
        Ran detect = Ran.ok(
                "detect --probe {} --encoder embedded --audio {} --out {}",
                run.resolve("own/desed/protobin-frames/seed-0"),
                folder.resolve("desed/audio/eval/public"),
                found);
        assertThat(detect.err() + detect.out()).contains("learned");
        Ran.ok("fsck", run);
    }

    /** The saved probe, scored by another command: the same scores, thresholds and window give the same events. */
    @Test
    void theEventsAreThoseOfEval() throws IOException {
        for (String probe : List.of("protobin-frames", "linear-mean-frames", "protobin-learned")) {
            JsonNode own = json(probe + "/seed-1/events.json");
            JsonNode eval = Ran.ok(
                            "eval --json -q --bootstrap 0 --run {} --cache {} --dataset desed --root {} --split test "
                                    + "--events --median {}",
                            run.resolve("own/desed").resolve(probe).resolve("seed-1"),
                            run.resolve("cache/own/desed"),
                            folder.resolve("desed"),
                            own.path("medianSeconds").asDouble())
                    .json();
            for (String metric : List.of("event_f1_macro", "event_f1_micro", "segment_f1_macro", "psds2")) {
                assertThat(eval.at("/metrics/" + metric + "/mean").asDouble())
                        .as(probe + " " + metric)
                        .isCloseTo(own.at("/metrics/" + metric).asDouble(), within(1e-9));
            }
        }
    }

    /** HEAR's package of DCASE 2016 task 2, with the scenes and sounds of the other set. */
    @Test
    void hearsPackageComparesOnsets() throws IOException {
        Path root = folder.resolve("hear");
        List<String> classes = List.of(
                "clearthroat cough doorslam drawer keyboard keys knock laughter pageturn phone speech".split(" "));
        List<String> heard = new ArrayList<>();
        for (String part : List.of("train", "valid", "test")) {
            String list = Map.of(
                            "train",
                            "train/synthetic21_train/soundscapes",
                            "valid",
                            "validation/validation",
                            "test",
                            "eval/public")
                    .get(part);
            Path audio = Files.createDirectories(root.resolve("48000").resolve(part));
            Map<String, List<String>> events = new TreeMap<>();
            List<String> rows = Files.readAllLines(folder.resolve("desed/metadata/" + list + ".tsv"));
            for (String row : rows.subList(1, rows.size())) {
                String[] f = row.split("\t", -1);
                if (!f[3].isEmpty()) {
                    if (!heard.contains(f[3])) {
                        heard.add(f[3]);
                    }
                    events.computeIfAbsent(f[0], _ -> new ArrayList<>())
                            .add("{\"label\": \"" + classes.get(heard.indexOf(f[3])) + "\", \"start\": "
                                    + 1000 * Double.parseDouble(f[1]) + ", \"end\": "
                                    + 1000 * Double.parseDouble(f[2]) + "}");
                }
            }
            List<String> entries = new ArrayList<>();
            for (Map.Entry<String, List<String>> e : events.entrySet()) {
                Files.copy(folder.resolve("desed/audio/" + list).resolve(e.getKey()), audio.resolve(e.getKey()));
                entries.add("\"" + e.getKey() + "\": [" + String.join(", ", e.getValue()) + "]");
            }
            Files.writeString(root.resolve(part + ".json"), "{" + String.join(",\n", entries) + "}");
        }
        Files.writeString(root.resolve("task_metadata.json"), "{\"task_name\": \"dcase2016_task2\"}");
        StringBuilder vocabulary = new StringBuilder("idx,label\n");
        classes.forEach(
                c -> vocabulary.append(classes.indexOf(c)).append(',').append(c).append('\n'));
        Files.writeString(root.resolve("labelvocabulary.csv"), vocabulary.toString());
        Path out = folder.resolve("hear-run");
        Ran.ok(
                "benchmark -q {} --out {}",
                grid(
                        "hear",
                        "name = \"dcase2016\"\nroot = \"hear\"\n",
                        "[[probes]]\nname = \"linear-mean\"\nframes = true\nlr = [1e-3, 2e-2]\n"),
                out);
        JsonNode events = Json.read(out.resolve("own/dcase2016/linear-mean-frames/seed-0/events.json"));
        assertThat(events.path("onsetOnly").asBoolean()).isTrue();
        assertThat(events.path("collarSeconds").asDouble()).isEqualTo(0.2);
        assertThat(json("linear-mean-frames/seed-0/events.json")
                        .path("onsetOnly")
                        .asBoolean())
                .isFalse();
        assertThat(events.at("/metrics/event_f1_micro").asDouble()).isBetween(0.0, 1.0);
        Path cell = out.resolve("own/dcase2016/linear-mean-frames");
        assertThat(TrainedProbe.open(cell.resolve("seed-0/probe.safetensors"))
                        .eventDecisions()
                        .learned()
                        .source())
                .contains("by onsets and seconds");
        // What an earlier version began: its thresholds were chosen by ends, too.
        String settings = Files.readString(cell.resolve("settings.txt"));
        assertThat(settings).contains("events.thresholds=learned by onsets\n");
        Files.writeString(cell.resolve("settings.txt"), settings.replace(" by onsets", ""));
        assertThat(Ran.unmute("benchmark", "-q", folder.resolve("hear.toml"), "--out", out)
                        .endsWith(ExitCode.FAILED)
                        .out())
                .contains("events.thresholds is learned by onsets, there it was learned");
    }

    @Test
    void whatHasNoTimesIsRefused() throws IOException {
        String linear = "[[probes]]\nname = \"linear-mean\"\nframes = true\n";
        List<String[]> wrong = new ArrayList<>();
        wrong.add(new String[] {
            "name = \"many\"\nmanifest = \"many/manifest.csv\"\n",
            linear,
            ".frames: ",
            "data set many is a label file, which says which classes a clip has, not when"
        });
        wrong.add(new String[] {
            "name = \"esc50\"\nroot = \"esc50\"\n", linear, ".frames: ", "data set esc50 is trained with one class"
        });
        wrong.add(new String[] {
            "name = \"desed\"\nroot = \"desed\"\n",
            "[[probes]]\nname = \"mhca\"\nframes = true\n",
            ".frames: ",
            "probe mhca cannot score a moment by itself"
        });
        wrong.add(new String[] {
            "name = \"desed\"\nroot = \"desed\"\n",
            "[[probes]]\nname = \"conv\"\nset.rows = \"false\"\nframes = true\n",
            ".frames: ",
            "leave set.rows out"
        });
        wrong.add(new String[] {
            "name = \"desed\"\nroot = \"desed\"\n",
            "[[probes]]\nname = \"conv\"\nevent-thresholds = \"0.5\"\n",
            "event-thresholds: ",
            "'0.5' is not known"
        });
        DesedFixture.write(folder.resolve("weak/desed"), 0, 12, 4, 4);
        Files.delete(folder.resolve("weak/desed/metadata/train/synthetic21_train/soundscapes.tsv"));
        wrong.add(new String[] {
            "name = \"desed\"\nroot = \"weak/desed\"\n",
            linear,
            "data set desed",
            "none of its 12 training clips has labels with times, and probe linear-mean-frames has frames = true"
        });
        for (String[] each : wrong) {
            Ran refused =
                    Ran.unmute("benchmark", "-q", grid("wrong", each[0], each[1]), "--out", folder.resolve("refused"));
            refused.fails(ExitCode.INPUT, each[2], each[3]);
        }
    }
}
