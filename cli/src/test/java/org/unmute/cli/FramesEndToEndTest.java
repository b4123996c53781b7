package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.data.scene.SyntheticScenes;

/** {@code probe --frames} on synthetic scenes with the encoder in the program, to {@code detect} and {@code eval}. */
class FramesEndToEndTest {
    private static final int TRAIN = 40;

    @TempDir
    static Path folder;

    private static Path scenes;
    private static Path cache;
    private static Path labels;
    private static Path run;

    /** An event of the scenes, times as the table writes them. */
    private record Row(String file, String onset, String offset, String label) {}

    @BeforeAll
    static void train() throws IOException {
        scenes = folder.resolve("scenes");
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(4), 5).write(scenes, TRAIN, 10);
        cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--audio", scenes, "--out", cache);
        labels = folder.resolve("labels.csv");
        List<String> rows = new ArrayList<>();
        for (String row : Files.readAllLines(scenes.resolve("manifest.csv"))) {
            rows.add(row.matches("train/00003\\d.*") ? row.replace(",train,", ",val,") : row);
        }
        Files.write(labels, rows);
        run = folder.resolve("run");
        Ran ran = probe("protobin", run, "--frames", events(), "--epochs", 30, "--batch", 8);
        assertThat(ran.err()).contains("train-events.tsv: DESED strong labels: 85 annotations");
        assertThat(ran.out())
                .contains("loss bce (the default of rows and boxes)")
                .containsPattern("thresholds \\(f1\\): single rows, median [0-9.]+ s")
                .contains("by events and seconds");
    }

    private static Path events() {
        return scenes.resolve("train-events.tsv");
    }

    private static Ran probe(String probe, Path out, Object... more) {
        return Ran.ok(Ran.with(
                new Object[] {"probe", "--probe", probe, "--cache", cache, "--labels", labels, "--out", out}, more));
    }

    private static double mean(JsonNode document, String metric) {
        return document.at("/metrics/" + metric + "/mean").asDouble();
    }

    private static JsonNode eval(Path of) {
        return Ran.ok(
                        "eval --json -q --bootstrap 0 --run {} --cache {} --events {} --audio {}",
                        of,
                        cache,
                        scenes.resolve("test-events.tsv"),
                        scenes)
                .json();
    }

    /** Thresholds are for the length of stretches that is given. */
    @Test
    void aProbeOfClipsDetectsAtTheLengthThatIsGiven() throws IOException {
        Path weak = folder.resolve("as-trained");
        probe("linear-mean", weak, "--val-split", "val", "--context", 4);
        JsonNode record = Json.read(weak.resolve("run.json"));
        assertThat(record.at("/results/runs/seed 0/events/contextSeconds").asDouble())
                .isEqualTo(4);
    }

    @Test
    void rowsKnowWhenBetterThanClips() throws IOException {
        Path weak = folder.resolve("weak");
        probe("protobin", weak, "--epochs", 30, "--batch", 8, "--context", 1);
        JsonNode ofRows = eval(run);
        JsonNode ofClips = eval(weak);
        assertThat(ofRows.at("/settings/contextRows").asInt()).isEqualTo(1);
        assertThat(ofClips.at("/settings/contextRows").asInt()).isEqualTo(13);
        assertThat(mean(ofRows, "segment_f1_macro")).isGreaterThan(mean(ofClips, "segment_f1_macro"));
        assertThat(mean(ofRows, "event_f1_macro")).isGreaterThan(mean(ofClips, "event_f1_macro"));
        JsonNode record = Json.read(run.resolve("run.json"));
        assertThat(record.at("/results/frames/clips").asInt()).isEqualTo(40);
        assertThat(record.at("/results/frames/validationClips").asInt()).isEqualTo(40);
        assertThat(record.at("/results/frames/edges").asText()).isEqualTo("share");
        JsonNode learned = record.at("/results/runs/seed 0/events");
        assertThat(learned.at("/drop").isNumber()).isTrue();
        assertThat(learned.at("/source").asText()).contains("by events and seconds");
    }

    /** With a rate of events in use, precision counts, and thresholds are those of seconds. */
    @Test
    void givenARateThresholdsAreLearnedSecondBySecond() {
        Object[] options = {"--frames", events(), "--epochs", 3, "--batch", 8, "--events-per-hour", 40};
        assertThat(probe("mlp-time", folder.resolve("rate"), options).out())
                .contains("median 1.0 s", "second by second");
    }

    /** Detection scores single rows by itself, with the thresholds learned on them, and finds what eval counts. */
    @Test
    void detectScoresRows() throws IOException {
        Path found = folder.resolve("found");
        Ran ran = Ran.ok("detect", "--probe", run, "--audio", scenes.resolve("test"), "--out", found);
        assertThat(ran.err() + ran.out()).contains("scores each row of 0.0800 s by itself");
        JsonNode record = Json.read(found.resolve("run.json"));
        assertThat(record.toString()).contains("\"context\":\"1 rows\"");
        JsonNode detected = Ran.ok(
                        "eval --json -q --bootstrap 0 --events {} --detections {}",
                        scenes.resolve("test-events.tsv"),
                        found)
                .json();
        JsonNode scored = eval(run);
        for (String metric : List.of("event_f1_macro", "segment_f1_macro")) {
            assertThat(mean(detected, metric)).as(metric).isCloseTo(mean(scored, metric), offset(0.02));
            assertThat(mean(detected, metric)).as(metric).isPositive();
        }
    }

    private static Map<String, List<Row>> rows() throws IOException {
        Map<String, List<Row>> all = new TreeMap<>();
        for (String line : Files.readAllLines(events())) {
            String[] cells = line.split("\t", -1);
            if (!cells[1].equals("onset")) {
                List<Row> own = all.computeIfAbsent(cells[0], _ -> new ArrayList<>());
                if (!cells[1].isEmpty()) {
                    own.add(new Row(cells[0], cells[1], cells[2], cells[3]));
                }
            }
        }
        return all;
    }

    private static String lines(Collection<Row> rows, Function<Row, String> line) {
        return rows.stream().map(line).collect(Collectors.joining());
    }

    /** The same events in every form give the same probe, byte for byte. */
    @ParameterizedTest
    @ValueSource(strings = {"csv", "raven", "audacity", "birdnet", "other names"})
    void everyFormTeachesTheSame(String form) throws IOException {
        Path tables = Files.createDirectory(folder.resolve("tables-" + form.replace(' ', '-')));
        List<Object> options = new ArrayList<>(List.of("--epochs", 1, "--seed", 3, "--frames"));
        Map<String, List<Row>> all = rows();
        List<Row> flat = all.values().stream().flatMap(List::stream).toList();
        Path table = tables.resolve("events.csv");
        switch (form) {
            case "raven" -> {
                for (Map.Entry<String, List<Row>> one : all.entrySet()) {
                    Path file = tables.resolve(one.getKey().replace(".wav", ".Table.1.selections.txt"));
                    Files.createDirectories(file.getParent());
                    Files.writeString(
                            file,
                            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)"
                                    + "\tHigh Freq (Hz)\tAnnotation\n"
                                    + lines(
                                            one.getValue(),
                                            r -> 1 + one.getValue().indexOf(r) + "\tSpectrogram 1\t1\t" + r.onset + "\t"
                                                    + r.offset + "\t0\t8000\t" + r.label + "\n"));
                }
                options.addAll(List.of(tables, "--complete"));
            }
            case "audacity" -> {
                for (Map.Entry<String, List<Row>> one : all.entrySet()) {
                    Path file = tables.resolve(one.getKey().replace(".wav", ".txt"));
                    Files.createDirectories(file.getParent());
                    Files.writeString(
                            file, lines(one.getValue(), r -> r.onset + "\t" + r.offset + "\t" + r.label + "\n"));
                }
                options.addAll(List.of(tables, "--complete"));
            }
            case "birdnet" -> {
                Files.writeString(
                        table,
                        "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
                                + lines(
                                        flat,
                                        r -> r.onset + "," + r.offset + "," + r.label + "," + r.label + ",1.0," + r.file
                                                + "\n"));
                options.add(table);
            }
            case "csv" -> {
                Files.writeString(
                        table,
                        "file,start,end,label\n"
                                + lines(flat, r -> r.file + "," + r.onset + "," + r.offset + "," + r.label + "\n"));
                options.add(table);
            }
            default -> {
                Files.writeString(
                        table,
                        "path,onset,offset,event_label\n"
                                + lines(flat, r -> r.file + "," + r.onset + "," + r.offset + "," + r.label + "\n"));
                options.add(table);
            }
        }
        Path own = folder.resolve("of-" + form.replace(' ', '-'));
        probe("linear-mean", own, options.toArray());
        Path reference = folder.resolve("of-desed");
        if (!Files.exists(reference)) {
            probe("linear-mean", reference, "--epochs", 1, "--seed", 3, "--frames", events());
        }
        assertThat(own.resolve("probe-seed3.safetensors"))
                .hasSameBinaryContentAs(reference.resolve("probe-seed3.safetensors"));
    }

    /** Scenes as URBAN-SED has them, whose JAMS and text files say when, in the labels themselves. */
    @Test
    void aDataSetTeachesByItsOwnTimes() throws IOException {
        Map<String, String> classOf = new LinkedHashMap<>();
        List<String> urban = List.of(
                ("air_conditioner car_horn children_playing dog_bark drilling engine_idling gun_shot jackhammer "
                                + "siren street_music")
                        .split(" "));
        List<byte[]> probes = new ArrayList<>();
        for (String form : List.of("jams", "txt")) {
            Path root = folder.resolve("URBAN-SED-" + form);
            int number = 0;
            for (Map.Entry<String, List<Row>> one : rows().entrySet()) {
                if (one.getValue().isEmpty() || number == 18) {
                    continue;
                }
                String part = List.of("train", "validate", "test").get(number % 3);
                Path audio = Files.createDirectories(root.resolve("audio").resolve(part));
                Path annotations =
                        Files.createDirectories(root.resolve("annotations").resolve(part));
                String name = "soundscape_" + part + "_bimodal" + number++;
                Files.copy(scenes.resolve(one.getKey()), audio.resolve(name + ".wav"));
                one.getValue().forEach(r -> classOf.computeIfAbsent(r.label, _ -> urban.get(classOf.size() % 10)));
                Files.writeString(
                        annotations.resolve(name + "." + form),
                        form.equals("txt")
                                ? lines(
                                        one.getValue(),
                                        r -> r.onset + "\t" + r.offset + "\t" + classOf.get(r.label) + "\n")
                                : "{\"annotations\":[{\"data\":["
                                        + one.getValue().stream()
                                                .map(r -> jams(r, classOf))
                                                .collect(Collectors.joining(","))
                                        + "]}]}");
            }
            Path tokens = folder.resolve("cache-" + form);
            Ran.ok("embed", "-q", "--dataset", "urban", "--root", root, "--out", tokens);
            Path out = folder.resolve("urban-" + form);
            Ran ran = Ran.ok(
                    "probe --probe linear --cache {} --dataset urban --root {} --frames --epochs 2 --out {}",
                    tokens,
                    root,
                    out);
            JsonNode record = Json.read(out.resolve("run.json"));
            assertThat(record.at("/results/frames/clips").asInt()).as(ran.err()).isEqualTo(12);
            assertThat(record.at("/results/frames/validationClips").asInt()).isEqualTo(12);
            probes.add(Files.readAllBytes(out.resolve("probe-seed0.safetensors")));
        }
        assertThat(probes.get(0)).isEqualTo(probes.get(1));
    }

    private static String jams(Row r, Map<String, String> classOf) {
        // Durations that add up to the same ends.
        BigDecimal onset = new BigDecimal(r.onset);
        BigDecimal duration = new BigDecimal(r.offset).subtract(onset);
        return "{\"time\":" + onset + ",\"duration\":" + duration + ",\"value\":{\"label\":\"" + classOf.get(r.label)
                + "\",\"role\":\"foreground\"}}";
    }

    /** Clips that no table names, classes without an event, events beyond the end, overlaps: each is named. */
    @Test
    void whatTheLabelsLackIsNamed() throws IOException {
        Map<String, List<Row>> all = rows();
        List<Row> some = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            some.addAll(all.get(String.format("train/%06d.wav", i)));
        }
        Row first = some.getFirst();
        some.removeIf(r -> r.file.equals(first.file) && r.label.equals(first.label));
        Row other = some.getFirst();
        some.add(new Row(other.file, other.onset, "3.9", other.label));
        some.add(new Row("train/000001.wav", "3", "9.5", other.label));
        some.add(new Row("train/000002.wav", "12", "13", other.label));
        some.add(new Row("elsewhere.wav", "1", "2", other.label));
        Path table = folder.resolve("flawed.csv");
        Files.writeString(
                table,
                "file,start,end,label\n"
                        + lines(some, r -> r.file + "," + r.onset + "," + r.offset + "," + r.label + "\n"));
        Ran ran = probe("mlp", folder.resolve("flawed"), "--epochs", 1, "--frames", table, "--edges", "open");
        assertThat(ran.err())
                .contains("events overlap or touch another one of their class")
                .contains("events end after their recording and are cut off there")
                .contains("events lie in no clip, beyond the end of their recording or between clips")
                .contains("clips are of recordings that no table of events names")
                .contains("has a class of which no event lies in it", "1 events of 1 recordings are in no clip");
    }

    @Test
    void theRecipeOfTheAuthors() throws IOException {
        Path out = folder.resolve("recipe");
        probe(
                "protobin",
                out,
                Ran.line("--frames {} --recipe bat-frames --epochs 1 --warm-up 1 --prototypes 2", events()));
        JsonNode settings = Json.read(out.resolve("run.json")).at("/results/runs/seed 0/settings");
        assertThat(settings.path("rate").asText()).isEqualTo("0.001");
        assertThat(settings.path("floor").asText()).isEqualTo("1.0E-6");
        assertThat(settings.path("decay").asText()).isEqualTo("0.05");
        assertThat(settings.path("decay_all").asText()).isEqualTo("false");
        assertThat(settings.path("batch").asText()).isEqualTo("16");
        assertThat(settings.path("loss").asText()).isEqualTo("bce");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Object[] base = {"probe", "--cache", cache, "--labels", labels, "--out", folder.resolve("refused")};
        refused(ExitCode.USAGE, "cannot score a moment by itself", base, "--probe", "mhca", "--frames", events());
        refused(
                ExitCode.USAGE,
                "is for one class a clip",
                base,
                Ran.line("--probe linear --frames {} --loss ce", events()));
        refused(
                ExitCode.USAGE,
                "leave one of the two out",
                base,
                Ran.line("--probe linear --frames {} --stretch 1", events()));
        refused(
                ExitCode.USAGE,
                "--edges must be share, open or start",
                base,
                Ran.line("--probe linear --frames {} --edges soft", events()));
        refused(ExitCode.USAGE, "with --frames, bat-frames", base, "--probe", "linear", "--recipe", "bat-frames");
        refused(ExitCode.INPUT, "has a row for each clip, not for each event", base, "--probe", "linear", "--frames");
        refused(
                ExitCode.INPUT,
                "none of the 40 training clips is of a recording",
                base,
                "--probe",
                "linear",
                "--frames",
                scenes.resolve("test-events.tsv"));
    }

    private static void refused(int status, String message, Object[] base, Object... more) {
        assertThat(Ran.unmute(Ran.with(base, more)).endsWith(status).err()).contains(message);
    }
}
