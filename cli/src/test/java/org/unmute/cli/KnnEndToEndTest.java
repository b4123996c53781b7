package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.probes.pool.TrainedProbe;

/** {@code knn} by every command that takes a probe, and benchmarks without training: {@code knn} and retrieval. */
class KnnEndToEndTest {
    @TempDir
    static Path folder;

    private static Path run;

    @BeforeAll
    static void prepare() throws IOException {
        DetectFixture.probes(folder);
        run = DetectFixture.probe(folder, "knn", folder.resolve("run-knn"), "--k", 3, "--set", "temperature=0.1");
    }

    private static JsonNode json(Path file) throws IOException {
        return Json.read(file);
    }

    @Test
    void itsRunSaysWhatWasKept() throws IOException {
        JsonNode seed = json(run.resolve("run.json")).at("/results/runs/seed 0");
        assertThat(seed.path("parameters").asInt()).isZero();
        assertThat(seed.at("/options/k").asText()).isEqualTo("3");
        assertThat(seed.at("/options/keep").asText()).isEqualTo("50000");
        assertThat(seed.path("lastEpochLoss").asDouble())
                .isEqualTo(seed.path("firstEpochLoss").asDouble());
        TrainedProbe probe = TrainedProbe.open(run.resolve("probe-seed0.safetensors"));
        assertThat(probe.probe().buffers().get("vectors").shape().dim(0)).isEqualTo(24);
        assertThat(Ran.ok("fsck", run).out()).contains("Nothing is damaged or unfinished");
    }

    @Test
    void itIsEvaluatedTaggedAndDetectedWith() throws IOException {
        Path recordings = DetectFixture.recordings(folder.resolve("recordings"), 3);
        JsonNode eval = Ran.ok(
                        "eval -q --json --run {} --cache {} --labels {} --split train --bootstrap 0",
                        run,
                        folder.resolve("cache"),
                        folder.resolve("clips/manifest.csv"))
                .json();
        // Each clip is its own nearest neighbour.
        assertThat(eval.at("/metrics/mAP_macro_skip/mean").asDouble()).isGreaterThan(0.8);
        assertThat(Ran.ok("tag", "-q", "--probe", run, "--audio", recordings.resolve("0.wav"))
                        .out())
                .contains("0.");
        Path events = folder.resolve("events");
        Ran.ok("detect", "-q", "--probe", run, "--audio", recordings, "--threshold", 0.2, "--out", events);
        assertThat(Files.readAllLines(events.resolve("events.csv"))).hasSizeGreaterThan(1);
    }

    @Test
    void whatItHasNoFormForSaysSo() {
        Ran.unmute("pack", run, "--out", folder.resolve("packed.safetensors")).fails(ExitCode.INPUT, "pack: probe knn");
        Ran.unmute("export", "--from", "tokens", "--probe", run, "--out", folder.resolve("knn.onnx"))
                .fails(ExitCode.USAGE, "probe knn compares a clip with its training clips", "train another probe");
        Ran.ok("export", "--probe", run, "--out", folder.resolve("knn.safetensors"));
        assertThat(folder.resolve("knn.safetensors")).exists();
    }

    @Test
    void aBenchmarkSearchesKAndRetrieves() throws IOException {
        Path encoder = TinyEncoder.write(folder, 16);
        BenchmarkFixture.scenes(folder, "many", false, 30, 12);
        BenchmarkFixture.scenes(folder, "one", true, 40, 12);
        String protocol = "epochs = 2\nsobol = 3\ntpe = 1\ntop = 1\nseeds = [0, 1]\nretrieval = 4";
        Path grid = BenchmarkFixture.grid(folder, "grid.toml", encoder, protocol, "name = \"knn\"\nk = [1, 9]");
        Path out = folder.resolve("benchmark");
        Ran ran = Ran.ok("benchmark", grid, "--out", out, "--only", "tiny");
        assertThat(ran.out()).contains("Retrieval of test clips by mean tokens").contains("precision at 4");
        for (String data : List.of("many", "one")) {
            Path cell = out.resolve("tiny/" + data + "/knn");
            JsonNode json = json(cell.resolve("cell.json"));
            int k = json.at("/options/k").asInt();
            assertThat(k).isBetween(1, 9);
            assertThat(json.path("best").has("lr")).isFalse();
            assertThat(Files.readAllLines(cell.resolve("trials.jsonl")))
                    .hasSize(4)
                    .allMatch(l -> l.contains("\"k\":"));
            TrainedProbe probe = TrainedProbe.open(cell.resolve("seed-1/probe.safetensors"));
            assertThat(probe.probe().options().values()).containsEntry("k", Integer.toString(k));
            JsonNode found = json(out.resolve("tiny/" + data + "/retrieval.json"));
            assertThat(found.path("clips").asInt()).isEqualTo(12);
            JsonNode eval = Ran.ok(
                            "eval -q --json --retrieval --cache {} --labels {} --split test --at 4",
                            out.resolve("cache/tiny/" + data),
                            folder.resolve(data + "/manifest.csv"))
                    .json();
            assertThat(found.path("mAP").asDouble())
                    .isEqualTo(eval.findValue("meanAveragePrecision").asDouble());
            assertThat(found.path("classPrecisionAtK").asDouble())
                    .isEqualTo(eval.findValue("classPrecisionAtK").asDouble());
        }
        assertThat(Ran.unmute("fsck", out).out()).doesNotContain("damaged:");
        Path damaged = out.resolve("tiny/many/retrieval.json");
        String before = Files.readString(damaged);
        Files.writeString(damaged, before.replace("\"mAP\"", "\"map\""));
        assertThat(Ran.unmute("fsck", out).out()).contains("retrieval.json");
        Files.delete(damaged);
        // What was deleted is made again with the next cell of the data.
        try (Stream<Path> files = Files.walk(out.resolve("tiny/many/knn"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        Ran.ok("benchmark", grid, "--out", out, "--only", "tiny", "-q");
        assertThat(Files.readString(damaged)).isEqualTo(before);
        Path report = folder.resolve("report");
        Ran.ok("report", out, "--out", report);
        assertThat(Files.readAllLines(report.resolve("tables/retrieval.csv"))).hasSize(3);
        assertThat(Files.readString(report.resolve("report.html"))).contains("Retrieval without training");
    }

    @Test
    void aGridNamesWhatDoesNotFit() throws IOException {
        Path encoder = TinyEncoder.write(folder, 8);
        for (String[] wrong : new String[][] {
            {"name = \"knn\"\nlr = [1e-3, 1e-2]", "is not trained by gradients"},
            {"name = \"knn\"\nset.k = 5", "k = [5, 5]"},
            {"name = \"knn\"\nk = [1.5, 3]", "two whole numbers"},
            {"name = \"linear\"\nk = [1, 3]", "is searched for knn"}
        }) {
            Path grid = BenchmarkFixture.grid(folder, "wrong.toml", encoder, "epochs = 2", wrong[0]);
            assertThat(Ran.unmute("benchmark", grid, "--out", folder.resolve("wrong"))
                            .err())
                    .contains(wrong[1]);
        }
    }
}
