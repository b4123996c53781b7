package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.truth.TrainingBoxes.Band;

/** {@code soundscape --bands}, {@code probe --boxes}, {@code detect} and {@code eval} on tones of two classes. */
class BoxesEndToEndTest {
    private static final int RATE = 16_000;

    @TempDir
    static Path folder;

    private static Path scenes;
    private static Path cache;
    private static Path labels;
    private static Path run;

    @BeforeAll
    static void train() throws IOException {
        Path sounds = Files.createDirectory(folder.resolve("sounds"));
        List<String> rows = new ArrayList<>(List.of("file,label,fold"));
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 24; i++) {
            boolean low = i % 2 == 0;
            Wav.write(sounds.resolve(i + ".wav"), trill(random, low ? 250 : 2500, low ? 0.7 : 0.1), RATE);
            rows.add(i + ".wav," + (low ? "low" : "high") + "," + i % 3);
        }
        Files.write(folder.resolve("sounds.csv"), rows);
        scenes = folder.resolve("scenes");
        Ran.ok(
                "soundscape -q --manifest {} --audio {} --out {} --train 36 --test 12 --train-folds 0,1 "
                        + "--test-folds 2 --seconds 6 --events 1-2 --transpose 0.3 --bands",
                folder.resolve("sounds.csv"),
                sounds,
                scenes);
        cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--audio", scenes, "--out", cache);
        labels = folder.resolve("labels.csv");
        List<String> own = new ArrayList<>();
        for (String row : Files.readAllLines(scenes.resolve("manifest.csv"))) {
            own.add(row.matches("train/00003\\d.*") ? row.replace(",train,", ",val,") : row);
        }
        Files.write(labels, own);
        run = folder.resolve("run");
        Ran ran = probe(run, "--boxes", boxes(), "--epochs", 30);
        assertThat(ran.out()).contains("loss bce (the default of rows and boxes)", "second by second");
    }

    /** A tone whose pitch moves a little, or a hiss around it. */
    private static float[] trill(SplittableRandom random, double hertz, double wide) {
        float[] x = new float[(int) ((1 + 2 * random.nextDouble()) * RATE)];
        double phase = 0;
        for (int i = 0; i < x.length; i++) {
            phase += 2 * Math.PI * hertz * (1 + wide * Math.sin(i * 0.004)) / RATE;
            x[i] = (float) (0.3 * Math.sin(phase) + 0.01 * random.nextGaussian());
        }
        return x;
    }

    private static Path boxes() {
        return scenes.resolve("train-events.tsv");
    }

    private static Ran probe(Path out, Object... more) {
        return Ran.ok(Ran.with(
                Ran.line("probe --probe protobin --cache {} --labels {} --batch 8 --out {}", cache, labels, out),
                more));
    }

    private static JsonNode eval(Path found, Object... more) {
        return Ran.ok(Ran.with(
                        Ran.line(
                                "eval --json -q --events {} --detections {} --bootstrap 50",
                                scenes.resolve("test-events.tsv"),
                                found),
                        more))
                .json();
    }

    @Test
    void boxesAreFound() throws IOException {
        List<String> table = Files.readAllLines(boxes());
        assertThat(table.getFirst()).isEqualTo("filename\tonset\toffset\tevent_label\tlow\thigh");
        assertThat(table.get(1).split("\t")).hasSize(6);
        Path out = folder.resolve("found");
        Ran detect = Ran.ok("detect --probe {} --audio {} --page --format csv,jsonl --out {}", run, testScenes(), out);
        assertThat(detect.err() + detect.out()).contains(" boxes that taught the probe");
        assertThat(out.resolve("events.html")).content().contains("Taught band", "class=\"taught\"");
        JsonNode found = eval(out);
        JsonNode metric = found.at("/metrics/box_0.3_f1_macro");
        assertThat(metric.path("mean").asDouble()).isGreaterThan(0.2);
        assertThat(found.toString()).contains("box_mAP", "box_0.5_recall_micro");
        JsonNode record = Json.read(run.resolve("run.json"));
        assertThat(record.at("/results/boxes/clips").asInt()).isEqualTo(36);
        assertThat(record.at("/results/boxes/validationClips").asInt()).isEqualTo(36);
        assertThat(record.at("/results/boxes/pieceRows").asInt()).isEqualTo(13);
        assertThat(record.at("/results/boxes/taught/low/boxes").asInt()).isGreaterThan(5);
        TrainedProbe probe = TrainedProbe.open(run.resolve("probe-seed0.safetensors"));
        assertThat(record.at("/results/boxes/taught/high/low/1").asDouble())
                .isEqualTo(probe.boxes()
                        .classes()
                        .get(probe.classes().indexOf("high"))
                        .low()
                        .median());
        // Each event has a band among those of the boxes that taught its class.
        List<String> events = Files.readAllLines(out.resolve("events.csv"));
        assertThat(events).hasSizeGreaterThan(5);
        for (String row : events.subList(1, events.size())) {
            String[] c = row.split(",");
            List<Band> own =
                    probe.boxes().classes().get(probe.classes().indexOf(c[3])).bands();
            assertThat(Double.parseDouble(c[5]))
                    .isBetween(least(own, Band::low) - 0.06, -least(own, b -> -b.low()) + 0.06);
            assertThat(Double.parseDouble(c[6]))
                    .isBetween(least(own, Band::high) - 0.06, -least(own, b -> -b.high()) + 0.06);
        }
        JsonNode lines = eval(out.resolve("events.jsonl"));
        assertThat(lines.at("/metrics/box_0.3_f1_macro/mean")).isEqualTo(found.at("/metrics/box_0.3_f1_macro/mean"));
    }

    /** A folder with the scenes that are scored, below the name that their table gives them. */
    private static Path testScenes() throws IOException {
        Path heard = folder.resolve("heard");
        Files.createDirectories(heard.resolve("test"));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(scenes.resolve("test"), "*.wav")) {
            for (Path scene : all) {
                Files.createLink(heard.resolve("test").resolve(scene.getFileName()), scene);
            }
        }
        return heard;
    }

    private static double least(List<Band> bands, ToDoubleFunction<Band> value) {
        return bands.stream().mapToDouble(value).min().orElseThrow();
    }

    @Test
    void whatWasTaughtIsShown() throws IOException {
        Path scene = scenes.resolve("test").resolve("000000.wav");
        Path why = folder.resolve("why");
        Ran ran = Ran.ok("explain", "--probe", run, "--audio", scene, "--class", "low", "--out", why);
        assertThat(ran.out()).containsPattern("Taught by \\d+ boxes, from \\d+ .* Hz, .* s long");
        assertThat(why.resolve("explain.html")).content().contains("Taught by ", "class=\"taught\"");
        JsonNode json = Json.read(why.resolve("explain.json"));
        assertThat(json.at("/results/explained/classes/0/taught/boxes").asInt()).isGreaterThan(5);
        Ran.ok("fsck", run);
    }

    /** The truth as detections is right in every box; where bands lack, a line says that there are no such metrics. */
    @Test
    void tablesOfAnyoneAreScored() throws IOException {
        JsonNode truth = eval(scenes.resolve("test-events.tsv"));
        assertThat(truth.at("/metrics/box_0.5_f1_macro/mean").asDouble()).isEqualTo(1);
        assertThat(truth.at("/metrics/box_mAP/mean").isMissingNode()).isTrue();
        List<String> rows = new ArrayList<>(Files.readAllLines(scenes.resolve("test-events.tsv")));
        rows.set(1, rows.get(1).replaceFirst("\t[\\d.]+\t[\\d.]+$", "\t\t"));
        Path lacking = Files.write(folder.resolve("lacking.tsv"), rows);
        JsonNode without = eval(lacking);
        assertThat(without.toString())
                .contains("1 of " + (rows.size() - 1) + " detections have no band")
                .doesNotContain("box_0.5");
    }

    @Test
    void theSameBitsFromRavensBoxes() throws IOException {
        StringBuilder raven = new StringBuilder("Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)"
                + "\tHigh Freq (Hz)\tAnnotation\tBegin Path\tFile Offset (s)\n");
        List<String> rows = Files.readAllLines(boxes());
        for (int i = 1; i < rows.size(); i++) {
            String[] c = rows.get(i).split("\t");
            raven.append(String.join("\t", "" + i, "Spectrogram 1", "1", c[1], c[2], c[4], c[5], c[3], c[0], c[1]))
                    .append('\n');
        }
        Path table = Files.writeString(folder.resolve("all.selections.txt"), raven);
        Path own = folder.resolve("of-raven");
        probe(own, "--boxes", table, "--complete", "--epochs", 1, "--seed", 3);
        Path again = folder.resolve("of-table");
        probe(again, "--boxes", boxes(), "--epochs", 1, "--seed", 3);
        assertThat(own.resolve("probe-seed3.safetensors"))
                .hasSameBinaryContentAs(again.resolve("probe-seed3.safetensors"));
    }

    @Test
    void whatTheBoxesLackIsNamed() throws IOException {
        List<String> rows = new ArrayList<>(Files.readAllLines(boxes()).subList(0, 30));
        rows.add("train/000001.wav\t1\t2\tlow\t9000\t12000");
        rows.add("train/000001.wav\t3\t99\tlow\t100\t400");
        rows.add("train/000002.wav\t50\t51\tlow\t100\t400");
        rows.add("train/000002.wav\t1\t2\tlow\t\t400");
        Path table = Files.write(folder.resolve("flawed.tsv"), rows);
        Ran ran = probe(folder.resolve("flawed"), "--boxes", table, "--epochs", 1);
        assertThat(ran.err())
                .contains("1 boxes lie outside 20 to 8000 Hz", "events end after their recording and are cut off there")
                .contains("events lie in no clip", "1 of 33 events lack an edge of their band")
                .contains("clips are of recordings that no table of events names");
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Object[] base = {"probe", "--cache", cache, "--labels", labels, "--out", folder.resolve("refused")};
        refused(ExitCode.USAGE, "does not take the maximum", base, "--probe", "linear", "--boxes", boxes());
        refused(
                ExitCode.USAGE,
                "leave one of the two out",
                base,
                Ran.line("--probe protobin --boxes {} --frames {}", boxes(), boxes()));
        refused(
                ExitCode.USAGE,
                "leave one of the two out",
                base,
                Ran.line("--probe protobin --boxes {} --stretch 1", boxes()));
        List<String> plain = new ArrayList<>();
        for (String row : Files.readAllLines(boxes())) {
            plain.add(row.substring(0, row.lastIndexOf('\t', row.lastIndexOf('\t') - 1)));
        }
        Path times = Files.write(folder.resolve("times.tsv"), plain);
        refused(ExitCode.INPUT, "no event has a band", base, "--probe", "protobin", "--boxes", times);
        refused(
                ExitCode.INPUT,
                "none of the 36 training clips is of a recording",
                base,
                "--probe",
                "protobin",
                "--boxes",
                scenes.resolve("test-events.tsv"));
    }

    private static void refused(int status, String message, Object[] base, Object... more) {
        assertThat(Ran.unmute(Ran.with(base, more)).endsWith(status).err()).contains(message);
    }
}
