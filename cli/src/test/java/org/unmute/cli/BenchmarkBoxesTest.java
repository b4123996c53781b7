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
import org.unmute.kernels.contract.golden.RealData;
import org.unmute.metrics.event.BoxScores;
import org.unmute.probes.pool.TrainedProbe;

/** {@code benchmark} with a probe that is trained on boxes beside the same one on clips and on rows. */
class BenchmarkBoxesTest {
    static final String DATASET = "name = \"desed\"\nroot = \"desed\"\nboxes = \"boxes.tsv\"\n";
    static final String WEAK = "[[probes]]\nname = \"protobin\"\nset.prototypes = 4\n";
    static final String FRAMES = WEAK + "frames = true\n";
    static final String BOXES = WEAK + "boxes = true\n";

    @TempDir
    static Path folder;

    private static Path run;
    private static Ran ran;

    @BeforeAll
    static void work() throws IOException {
        DesedFixture.write(folder.resolve("desed"), 24, 6, 12, 12);
        DesedFixture.boxes(folder.resolve("desed"), folder.resolve("boxes.tsv"));
        run = folder.resolve("run");
        ran = Ran.ok("benchmark", grid("all", DATASET, WEAK + FRAMES + BOXES), "--out", run);
    }

    private static Path grid(String name, String dataset, String probes) throws IOException {
        return Files.writeString(
                folder.resolve(name + ".toml"),
                "[[encoders]]\nname = \"own\"\nembedded = true\n[[datasets]]\n" + dataset + BenchmarkFramesTest.PROTOCOL
                        + probes);
    }

    private static JsonNode json(Path file) throws IOException {
        return Json.read(file);
    }

    private static Path cell(String probe) {
        return run.resolve("own/desed").resolve(probe);
    }

    @Test
    void boxesAreComparedBesideEvents() throws IOException {
        JsonNode cell = json(cell("protobin-boxes").resolve("cell.json"));
        assertThat(cell.path("metric").asText()).isEqualTo("mAP");
        assertThat(cell.at("/options/bands").asText()).isEqualTo("taught");
        for (String metric :
                List.of("event_f1_macro", "segment_f1_macro", "box_0.3_f1_macro", "box_0.5_f1_macro", "box_mAP")) {
            double mean = 0;
            for (int seed = 0; seed < 2; seed++) {
                mean += json(cell("protobin-boxes").resolve("seed-" + seed + "/events.json"))
                                .path("metrics")
                                .path(metric)
                                .asDouble()
                        / 2;
            }
            assertThat(cell.path("events").path(metric).path("mean").asDouble(-1))
                    .as(metric)
                    .isBetween(0.0, 1.0)
                    .isEqualTo(mean);
        }
        assertThat(cell.at("/events/box_0.3_f1_macro/mean").asDouble()).isPositive();
        JsonNode events = json(cell("protobin-boxes").resolve("seed-0/events.json"));
        assertThat(events.path("recordingsWithBoxes").asInt()).isEqualTo(12);
        assertThat(events.path("boxes").asInt())
                .isEqualTo(events.path("events").asInt())
                .isPositive();
        assertThat(events.path("boxesFound").asInt()).isPositive();
        assertThat(events.path("thresholds").asText()).isEqualTo("of events, learned on the validation clips");
        assertThat(events.path("medianSeconds").asDouble()).isIn(0.25, 0.5, 1.0, 2.0, 4.0);
        assertThat(cell("protobin-boxes").resolve("settings.txt")).content().contains("-boxes-", "-rows-");
        assertThat(cell("protobin-frames").resolve("cell.json")).content().doesNotContain("box_");
        TrainedProbe probe = TrainedProbe.open(cell("protobin-boxes").resolve("seed-0/probe.safetensors"));
        assertThat(probe.boxes().boxes()).isGreaterThan(24);
        assertThat(ran.err())
                .contains("data set desed, boxes: 6 clips are of recordings that no table of events names");
        assertThat(ran.out()).contains("protobin-boxes", "box F1, IoU 0.3");
        Ran.ok("fsck", run);
    }

    /** The events and bands of a saved probe are those that detect finds and eval compares. */
    @Test
    void theBoxesAreThoseOfDetect() throws IOException {
        Path found = folder.resolve("found");
        Ran.ok(
                "detect -q --probe {} --encoder embedded --audio {} --format jsonl --out {}",
                cell("protobin-boxes").resolve("seed-1"),
                folder.resolve("desed/audio/eval/public"),
                found);
        List<String> rows = new ArrayList<>();
        for (String row : Files.readAllLines(folder.resolve("boxes.tsv"))) {
            if (row.startsWith("test") || row.startsWith("filename")) {
                rows.add(row);
            }
        }
        Path reference = Files.write(folder.resolve("test-boxes.tsv"), rows);
        JsonNode eval = Ran.ok("eval", "--json", "-q", "--bootstrap", 0, "--events", reference, "--detections", found)
                .json();
        JsonNode own =
                json(cell("protobin-boxes").resolve("seed-1/events.json")).path("metrics");
        for (double iou : BoxScores.IOU) {
            String metric = "box_" + iou + "_f1_micro";
            assertThat(eval.path("metrics").path(metric).path("mean").asDouble())
                    .as(metric)
                    .isCloseTo(own.path(metric).asDouble(), within(0.02));
        }
    }

    /** Cells for clips and rows do not notice that others of their grid are trained on boxes. */
    @Test
    void otherCellsAreTheSameWithoutThem() throws IOException {
        Path alone = folder.resolve("alone");
        Ran.ok("benchmark -q {} --out {}", grid("alone", "name = \"desed\"\nroot = \"desed\"\n", WEAK + FRAMES), alone);
        for (String probe : List.of("protobin", "protobin-frames")) {
            TreeMap<String, String> before = BenchmarkFixture.results(alone.resolve("own/desed/" + probe));
            assertThat(before).containsKeys("cell.json", "seed-1/events.json", "seed-0/probe.safetensors");
            assertThat(BenchmarkFixture.results(cell(probe))).as(probe).isEqualTo(before);
        }
    }

    @Test
    void theReportShowsThreeTrainings() throws IOException {
        Path report = folder.resolve("report");
        Ran.ok("report", "-q", run, "--out", report);
        for (String metric : List.of("event_f1_macro", "segment_f1_macro")) {
            String file = "events-" + metric.replace('_', '-');
            Map<String, String> bars = new TreeMap<>();
            Files.readAllLines(report.resolve("figures/" + file + "-by-training.csv")).stream()
                    .map(row -> row.split(",", -1))
                    .forEach(c -> bars.put(c[0] + ", " + c[1], c[2]));
            Map<String, String> cells = Map.of(
                    "protobin, whole clips (threshold 0.5)", "protobin",
                    "protobin, rows (learned thresholds)", "protobin-frames",
                    "protobin, boxes (learned thresholds)", "protobin-boxes");
            assertThat(bars).hasSize(1 + cells.size());
            for (Map.Entry<String, String> bar : cells.entrySet()) {
                assertThat(Double.parseDouble(bars.get(bar.getKey())))
                        .as(bar.getKey())
                        .isEqualTo(json(cell(bar.getValue()).resolve("cell.json"))
                                .path("events")
                                .path(metric)
                                .path("mean")
                                .asDouble());
            }
            assertThat(Files.readAllLines(report.resolve("tables/" + file + ".csv")).stream()
                            .map(row -> row.split(",")[2]))
                    .containsExactly("probe", "protobin", "protobin frames", "protobin boxes");
        }
        List<String> boxes = Files.readAllLines(report.resolve("tables/events-box-0.3-f1-macro.csv"));
        assertThat(boxes.getLast()).contains("protobin boxes");
        assertThat(Double.parseDouble(boxes.getLast().split(",", -1)[3]))
                .isEqualTo(json(cell("protobin-boxes").resolve("cell.json"))
                        .at("/events/box_0.3_f1_macro/mean")
                        .asDouble());
        assertThat(report.resolve("report.html")).content().contains("Box F1: IoU 0.3", "boxes (learned thresholds)");
    }

    @Test
    void whatCannotBeTrainedOnBoxesIsRefused() throws IOException {
        refused("no-tables", "name = \"desed\"\nroot = \"desed\"\n", BOXES, ".boxes: ", "has no tables of boxes");
        refused("linear", DATASET, "[[probes]]\nname = \"linear\"\nboxes = true\n", ".boxes: ", "use one of protobin");
        refused("both", DATASET, FRAMES + "boxes = true\n", ".boxes: ", "leave one of the two out");
        refused("rows", DATASET, BOXES + "set.rows = \"true\"\n", ".boxes: ", "leave set.rows out");
        refused("top-k", DATASET, BOXES + "set.topk = 2\n", ".boxes: ", "leave set.topk out");
        refused("of-set", DATASET + "set.protobin.topk = 2\n", BOXES, ".boxes: ", "leave set.protobin.topk of data");
        refused("one-class", DATASET + "loss = \"ce\"\n", BOXES, ".boxes: ", "with one class for each clip");
        refused(
                "manifest",
                "name = \"many\"\nmanifest = \"manifest.csv\"\nboxes = \"boxes.tsv\"\n",
                BOXES,
                ".boxes: ",
                "is for a dataset with its own files");
        List<String> rows = Files.readAllLines(folder.resolve("boxes.tsv"));
        table(
                "plain.tsv",
                rows.stream().map(row -> row.replaceFirst("(\t[^\t]*){2}$", "")).toList());
        refused("plain", with("plain.tsv"), BOXES, "data set desed", "no event has a band");
        table(
                "half.tsv",
                rows.stream()
                        .map(row -> row.replaceFirst("\t[\\d.]+(\t[\\d.]+)$", "\t$1"))
                        .toList());
        refused("half", with("half.tsv"), BOXES, "data set desed", "boxes of test clips lack an edge of their band");
        table("train.tsv", rows.stream().filter(row -> !row.startsWith("test")).toList());
        refused("train", with("train.tsv"), BOXES, "data set desed", "none of the 12 test clips");
        table("test.tsv", rows.stream().filter(row -> !row.startsWith("train")).toList());
        refused("test", with("test.tsv"), BOXES, "data set desed", "none of the 30 training clips");
        table("other.tsv", List.of(rows.getFirst(), rows.get(1).replaceFirst("[A-Z][a-z_]+\t", "Bat\t")));
        refused("other", with("other.tsv"), BOXES, "other.tsv:2", "unknown label 'Bat'");
        refused("absent", with("absent.tsv"), BOXES, "absent.tsv", "no such file or folder");
        assertThat(folder.resolve("refused/own")).doesNotExist();
    }

    /** KWT-1's tokens span all frequencies. */
    @Test
    void anEncoderWithOneBandIsRefusedBeforeAnythingIsEmbedded() throws IOException {
        Path encoder = RealData.require("kwt1/kwt1_v2_12.safetensors");
        Path grid = Files.writeString(
                folder.resolve("one-band.toml"),
                "[[encoders]]\nname = \"flat\"\nfile = \"" + encoder.toAbsolutePath() + "\"\n[[datasets]]\n" + DATASET
                        + BenchmarkFramesTest.PROTOCOL + BOXES);
        Ran refused = Ran.unmute("benchmark", "-q", grid, "--out", folder.resolve("one-band"));
        refused.fails(ExitCode.INPUT, "encoder flat", "has one band of tokens", "protobin-boxes has boxes = true");
        assertThat(folder.resolve("one-band/flat")).doesNotExist();
    }

    private static void table(String name, List<String> rows) throws IOException {
        Files.write(folder.resolve(name), rows);
    }

    private static String with(String table) {
        return DATASET.replace("boxes.tsv", table);
    }

    private static void refused(String name, String dataset, String probes, String where, String what)
            throws IOException {
        Ran refused = Ran.unmute("benchmark", "-q", grid(name, dataset, probes), "--out", folder.resolve("refused"));
        assertThat(refused.endsWith(ExitCode.INPUT).err())
                .as(name)
                .contains(where)
                .contains(what);
    }
}
