package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.annotation.AnnotationTable;
import org.unmute.data.provenance.Json;

/** {@code unmute detect} without a probe: the head that comes with an encoder. */
@Tag("golden")
class DetectHeadEndToEndTest {
    @TempDir
    static Path folder;

    private static Path recordings() throws IOException {
        Path audio = folder.resolve("audio");
        if (Files.notExists(audio)) {
            Files.createDirectories(audio);
            float[] samples =
                    Wav.read(ModelsGolden.require("wav/mix10s_16k.wav")).samples();
            float[] longer = Arrays.copyOf(samples, 200_000);
            System.arraycopy(samples, 0, longer, 160_000, 40_000);
            Files.copy(ModelsGolden.require("wav/mix10s_16k.wav"), audio.resolve("clip.wav"));
            Wav.write(audio.resolve("long.wav"), longer, 16_000);
        }
        return audio;
    }

    private static Ran detect(Path encoder, Path out, Object... more) throws IOException {
        List<Object> args =
                new ArrayList<>(List.of("detect", "--encoder", encoder, "--audio", recordings(), "--out", out));
        args.addAll(List.of(more));
        return Ran.unmute(args.toArray());
    }

    private static List<String> words(List<Annotation> events, String file, double before) {
        return events.stream()
                .filter(a -> a.file().equals(file) && a.offset() < before)
                .map(a -> String.format(Locale.ROOT, "%s %.2f %.2f", a.label(), a.onset(), a.offset()))
                .sorted()
                .toList();
    }

    private static List<String> words(JsonNode events, double before) {
        List<String> all = new ArrayList<>();
        for (JsonNode e : events) {
            if (e.get(2).asDouble() < before) {
                all.add(String.format(
                        Locale.ROOT,
                        "class_%d %.2f %.2f",
                        e.get(0).asInt(),
                        e.get(1).asDouble(),
                        e.get(2).asDouble()));
            }
        }
        all.sort(null);
        return all;
    }

    /** The authors' events at each of their thresholds, with their post-processing as the default. */
    @TestFactory
    List<DynamicTest> theAuthorsEvents() {
        return List.of("beats", "asit", "atst", "m2d").stream()
                .map(name -> dynamicTest(name, () -> {
                    Path golden = ModelsGolden.require("tiny/" + name + "_strong");
                    JsonNode events = Json.read(golden.resolve("events.json"));
                    for (String threshold : List.of("0.1", "0.2", "0.5")) {
                        Path out = folder.resolve(name + threshold);
                        Ran ran = detect(golden.resolve("checkpoint.pt"), out, "--heads", 3, "--threshold", threshold)
                                .endsWith(ExitCode.OK);
                        assertThat(ran.err())
                                .contains("the encoder's own head: 5 classes; scores each row of 0.0400 s by itself")
                                .contains("median over 9 rows (0.360 s)", "events are no finer than 0.0400 s");
                        List<Annotation> found =
                                AnnotationTable.read(out.resolve("events.csv")).annotations();
                        List<String> clip =
                                words(events.get("clip").get("events").get(threshold), 11);
                        assertThat(words(found, "clip.wav", 11))
                                .as(name + " " + threshold)
                                .isEqualTo(clip);
                        // The authors' median filter reaches into the silence after the end, ours is mirrored there.
                        assertThat(words(found, "long.wav", 12.3))
                                .as(name + " long " + threshold)
                                .isEqualTo(
                                        words(events.get("long").get("events").get(threshold), 12.3));
                    }
                }))
                .toList();
    }

    @Test
    void aRunGoesOnAndIsScoredAgainstStrongLabels() throws IOException {
        Path encoder = ModelsGolden.require("tiny/atst_strong/checkpoint.pt");
        Path out = folder.resolve("again");
        detect(encoder, out, "--heads", 3, "--threshold", 0.2, "--classes", "class_1")
                .endsWith(ExitCode.OK);
        detect(encoder, out, "--heads", 3, "--threshold", 0.2, "--classes", "class_1")
                .prints("2 already there");
        List<Annotation> found = AnnotationTable.read(out.resolve("events.csv")).annotations();
        assertThat(found).isNotEmpty().allMatch(a -> a.label().equals("class_1"));
        JsonNode run = Json.read(out.resolve("run.json"));
        assertThat(run.path("results").path("probe").asText()).isEqualTo("head");
    }

    /** A head for clips is used too, and it is said how coarse it is. */
    @Test
    void aHeadForClipsScoresWindows() throws IOException {
        Path encoder = ModelsGolden.require("tiny/eat_ft/model_hf.safetensors");
        Ran ran = detect(encoder, folder.resolve("clips"), Ran.line("--heads 3 --frames 128 --threshold 0.2 --dry-run"))
                .endsWith(ExitCode.OK);
        assertThat(ran.err()).contains("the encoder's own head").contains("events are no finer than 1.28 s");
    }

    @Test
    void withoutProbeAndHeadItIsSaidWhatToGive() throws IOException {
        Ran.unmute("detect", "--audio", recordings(), "--out", folder.resolve("none"))
                .fails(
                        ExitCode.USAGE,
                        "give --probe",
                        "'unmute probe' trains one",
                        "unmute-demo/probe-protobin-seed0.safetensors",
                        "BEATs_strong_1.pt");
        Path headless = ModelsGolden.require("tiny/eat/model.safetensors");
        detect(headless, folder.resolve("none"), "--heads", 3, "--frames", 128)
                .fails(ExitCode.INPUT, "has no head that scores classes", "--probe");
    }
}
