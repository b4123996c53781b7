package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;

/**
 * {@code benchmark} on data sets stored as files: validation splits, parts of recordings, mixup variants, folds, all
 * layers.
 */
class BenchmarkDatasetTest {
    private static final String PROTOCOL = """
        [protocol]
        epochs = 2
        batch = 16
        sobol = 2
        tpe = 0
        top = 1
        seeds = [0]
        """;

    @TempDir
    static Path folder;

    private static Path encoder;

    @BeforeAll
    static void prepare() {
        encoder = TinyEncoder.write(folder, 16, 2);
    }

    private static Path grid(String name, String dataset, String probes) throws IOException {
        return Files.writeString(
                folder.resolve(name + ".toml"),
                "[[encoders]]\nname = \"tiny\"\nfile = \"" + encoder.getFileName() + "\"\n[[datasets]]\n" + dataset
                        + "\n" + PROTOCOL + probes);
    }

    private static JsonNode cell(Path run, String cell) throws IOException {
        return Json.read(run.resolve(cell).resolve("cell.json"));
    }

    /** Writes one second of a tone. */
    private static void tone(Path file, int number) throws IOException {
        float[] samples = new float[16_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) (0.3 * Math.sin(2 * Math.PI * (200 + 90 * number) * i / 16_000));
        }
        Files.createDirectories(file.getParent());
        Wav.write(file, samples, 16_000);
    }

    /** Recordings whose second halves are the clips, with two classes and a validation split. */
    private static void table(Path root) throws IOException {
        StringBuilder rows = new StringBuilder("path,start,end,labels,split\n");
        for (int i = 0; i < 36; i++) {
            tone(root.resolve(String.format(Locale.ROOT, "%02d.wav", i)), i % 6);
            rows.append(String.format(
                    Locale.ROOT,
                    "%02d.wav,0.5,1.0,%s,%s%n",
                    i,
                    i % 6 < 3 ? "low" : i % 2 == 0 ? "high;odd" : "high",
                    i < 20 ? "train" : i < 28 ? "validation" : "test"));
        }
        Files.writeString(root.resolve("clips.csv"), rows.toString());
    }

    @Test
    void theSetsOwnValidationPartAndVariantsOfTheTrainingClips() throws IOException {
        table(folder.resolve("tones"));
        Path run = folder.resolve("table-run");
        Path grid = grid("table", """
            name = "tones"
            dataset = "table"
            root = "tones"
            mixup = { variants = 2, probability = 1.0 }
            """, "[[probes]]\nname = \"linear-mean\"\n");
        Ran dry = Ran.ok("benchmark", grid, "--out", run, "--dry-run");
        assertThat(dry.out()).contains("36 recordings to embed first").contains("of token caches");
        Ran.ok("benchmark", "-q", grid, "--out", run);
        JsonNode cell = cell(run, "tiny/tones/linear-mean");
        assertThat(List.of(
                        cell.path("trainClips").asInt(),
                        cell.path("validationClips").asInt(),
                        cell.path("testClips").asInt()))
                .containsExactly(20 * 3, 8, 8);
        List<String> used = Files.readAllLines(run.resolve("tiny/tones/clips.csv"));
        assertThat(used.stream().filter(l -> l.startsWith("mixup/train/") && l.contains(",train,")))
                .hasSize(40);
        assertThat(used).anyMatch(l -> l.matches("20\\.wav,0\\.5,1,low,validation,[0-9a-f]{64}"));
        Ran again = Ran.ok("benchmark", grid, "--out", run);
        assertThat(again.err())
                .contains("0 cells to work through, 1 finished before")
                .doesNotContain("to embed");
    }

    /** The metrics of a benchmark would count unknown labels as absent. */
    @Test
    void labelsOfWhichSomeAreNotKnownAreRefused() throws IOException {
        table(folder.resolve("open"));
        Path clips = folder.resolve("open/clips.csv");
        List<String> rows = Files.readAllLines(clips).stream()
                .map(row -> row + (row.startsWith("path") ? ",unknown" : row.startsWith("21") ? ",*" : ","))
                .toList();
        Files.write(clips, rows);
        Path grid = grid("open", """
            name = "tones"
            dataset = "table"
            root = "open"
            """, "[[probes]]\nname = \"linear-mean\"\n");
        Ran.unmute("benchmark", "-q", grid, "--out", folder.resolve("open-run"))
                .fails(
                        ExitCode.INPUT,
                        "data set tones, validation: of 1 of 8 clips some classes are not known, the first"
                                + " '21.wav#0.5-1'");
    }

    /** URBAN-SED as unpacked, but with only two of its classes. */
    private static void urban(Path root) throws IOException {
        int number = 0;
        for (String part : List.of("train", "validate", "test")) {
            Files.createDirectories(root.resolve("annotations").resolve(part));
            for (int i = 0; i < (part.equals("train") ? 16 : 6); i++) {
                String name = "soundscape_" + part + "_bimodal" + i;
                tone(root.resolve("audio/" + part + "/" + name + ".wav"), number++ % 2 == 0 ? 1 : 9);
                Files.writeString(
                        root.resolve("annotations/" + part + "/" + name + ".txt"),
                        i == 5
                                ? ""
                                : "0.0\t" + (i % 3 + 1) * 0.3 + "\t" + (number % 2 == 0 ? "siren" : "drilling") + "\n");
            }
        }
    }

    @Test
    void strongLabelsGiveEventMetricsInAddition() throws IOException {
        urban(folder.resolve("urban"));
        Path run = folder.resolve("urban-run");
        Path grid = grid(
                "urban",
                "name = \"urban\"\nroot = \"urban\"\n",
                "[[probes]]\nname = \"protobin\"\n[[probes]]\nname = \"linear-mean\"\n");
        Ran.ok("benchmark", "-q", grid, "--out", run);
        for (String probe : List.of("protobin", "linear-mean")) {
            JsonNode cell = cell(run, "tiny/urban/" + probe);
            JsonNode seed = Json.read(run.resolve("tiny/urban/" + probe + "/seed-0/events.json"));
            assertThat(seed.path("recordings").asInt()).isEqualTo(6);
            assertThat(seed.path("events").asInt()).isEqualTo(5);
            for (String metric : List.of("psds1", "psds2", "event_f1_macro")) {
                double mean = cell.at("/events/" + metric + "/mean").asDouble();
                assertThat(mean).isBetween(0.0, 1.0);
                assertThat(mean).isEqualTo(seed.at("/metrics/" + metric).asDouble());
            }
            assertThat(seed.at("/metrics/segment_mAP").isNumber()).isTrue();
            assertThat(cell.path("metric").asText()).isEqualTo("mAP");
        }
        Path report = folder.resolve("urban-report");
        Ran.ok("report", "-q", run, "--out", report);
        try (Stream<Path> files = Files.walk(report)) {
            assertThat(files.filter(f -> f.toString().endsWith(".html")))
                    .anySatisfy(f -> assertThat(f).content().contains("Events in time", "PSDS 1", "Event-based F1"));
        }
    }

    @Test
    void foldsOfEsc50() throws IOException {
        Path root = folder.resolve("esc50");
        StringBuilder rows = new StringBuilder("filename,fold,target,category,esc10,src_file,take\n");
        for (int c = 0; c < 50; c++) {
            for (int f = 1; f <= 5; f++) {
                String name = f + "-" + c + "-A-" + c + ".wav";
                tone(root.resolve("audio").resolve(name), c);
                rows.append(name)
                        .append(',')
                        .append(f)
                        .append(',')
                        .append(c)
                        .append(",class")
                        .append(c)
                        .append(",False,")
                        .append(c)
                        .append(",A\n");
            }
        }
        Files.createDirectories(root.resolve("meta"));
        Files.writeString(root.resolve("meta/esc50.csv"), rows.toString());
        Path run = folder.resolve("esc50-run");
        Path grid = grid(
                "folds",
                "name = \"esc50\"\nroot = \"esc50\"\nfolds = [1, 3]\n",
                "[[probes]]\nname = \"linear-mean\"\n");
        Ran.ok("benchmark", "-q", grid, "--out", run);
        JsonNode cell = cell(run, "tiny/esc50/linear-mean");
        assertThat(cell.path("metric").asText()).isEqualTo("accuracy");
        assertThat(cell.path("folds")).hasSize(2);
        assertThat(cell.path("testClips").asInt()).isEqualTo(100);
        assertThat(cell.path("trainClips").asInt()
                        + cell.path("validationClips").asInt())
                .isEqualTo(200);
        assertThat(run.resolve("tiny/esc50/linear-mean/seed-0/fold-3/probe.safetensors"))
                .exists();
        assertThat(Files.readAllLines(run.resolve("tiny/esc50/linear-mean/seed-0/scores.csv")))
                .hasSize(101);
        assertThat(run.resolve("tiny/esc50/clips-fold-3.csv")).exists();
        JsonNode metrics = Json.read(run.resolve("tiny/esc50/linear-mean/seed-0/metrics.json"));
        double mean = (metrics.path("folds").path(0).path("value").asDouble()
                        + metrics.path("folds").path(1).path("value").asDouble())
                / 2;
        assertThat(metrics.path("value").asDouble()).isEqualTo(mean);
        assertThat(cell.path("testMean").asDouble()).isEqualTo(mean);
    }

    @Test
    void aProbeOfAllLayersGetsACacheOfItsOwn() throws IOException {
        table(folder.resolve("layers"));
        Path run = folder.resolve("layers-run");
        Path grid = grid(
                "layers",
                "name = \"tones\"\ndataset = \"table\"\nroot = \"layers\"\nstandardize = true\n",
                "[[probes]]\nname = \"linear-mean\"\n[[probes]]\nname = \"cgp\"\nset.total = 8\n");
        Ran.ok("benchmark", "-q", grid, "--out", run);
        assertThat(cell(run, "tiny/tones/cgp").path("cache").asText()).isEqualTo("cache/tiny/tones.layers");
        assertThat(cell(run, "tiny/tones/cgp").path("options").path("layers").asText())
                .isEqualTo("2");
        assertThat(cell(run, "tiny/tones/linear-mean").path("cache").asText()).isEqualTo("cache/tiny/tones");
    }
}
