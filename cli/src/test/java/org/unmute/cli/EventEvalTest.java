package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.tensor.io.SafetensorsFile;

/** {@code eval --events} with detections and with stored scores over time. */
class EventEvalTest {
    private static final Path SED = Path.of("src/test/resources/sed");
    private static final Offset<Double> TOLERANCE = offset(1e-9);

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static double mean(JsonNode document, String metric) {
        return document.at("/metrics/" + metric + "/mean").asDouble();
    }

    @Test
    void detectionsGiveTheReferenceNumbers() throws IOException {
        JsonNode expected = Json.read(SED.resolve("expected.json"));
        JsonNode json = Ran.ok(
                        "eval -q --json --events {} --detections {} --durations {} --bootstrap 100",
                        SED.resolve("ground_truth.tsv"),
                        SED.resolve("detections_0.5.tsv"),
                        SED.resolve("durations.tsv"))
                .json();
        assertThat(json.get("recordings").asInt())
                .isEqualTo(expected.path("files").asInt());
        assertThat(json.get("events").asInt())
                .isEqualTo(expected.path("reference_events").asInt());
        JsonNode eventBased = expected.at("/event_based/sed_scores_eval/onset_offset/fscore/0.5/f");
        assertThat(mean(json, "event_f1_macro"))
                .isCloseTo(eventBased.path("macro_average").asDouble(), TOLERANCE);
        assertThat(mean(json, "event_f1_micro"))
                .isCloseTo(eventBased.path("micro_average").asDouble(), TOLERANCE);
        JsonNode segments = expected.at("/segment_based/sed_eval/0.5/micro");
        assertThat(mean(json, "segment_f1_micro"))
                .isCloseTo(segments.path("f_measure").asDouble(), TOLERANCE);
        assertThat(mean(json, "segment_error_rate"))
                .isCloseTo(segments.path("error_rate").asDouble(), TOLERANCE);
        assertThat(json.at("/metrics/event_f1_macro/low").asDouble())
                .isLessThan(json.at("/metrics/event_f1_macro/high").asDouble());
        assertThat(json.at("/perClass/0/class").asText()).isEqualTo("Cat");
        assertThat(json.at("/perClass/0/right").asInt()).isEqualTo(4);
        assertThat(json.get("remarks")).isEmpty();
    }

    @Test
    void storedScoresGivePsds() throws IOException {
        JsonNode expected = Json.read(SED.resolve("expected.json"));
        Path scores = Files.createDirectory(folder.resolve("scores"));
        try (SafetensorsFile stored = SafetensorsFile.open(SED.resolve("scores.safetensors"))) {
            for (String name : stored.names()) {
                float[] flat = stored.floats(name);
                StringBuilder text = new StringBuilder("onset\toffset\tCat\tDog\tSpeech\n");
                for (int i = 0; i < flat.length / 3; i++) {
                    text.append(i / 25.0).append('\t').append((i + 1) / 25.0);
                    text.append('\t').append(flat[3 * i]).append('\t').append(flat[3 * i + 1]);
                    text.append('\t').append(flat[3 * i + 2]).append('\n');
                }
                Files.writeString(scores.resolve(name.replace(".wav", "") + ".tsv"), text);
            }
        }
        Ran ran = Ran.ok(
                "eval --json --events {} --frame-scores {} --durations {} --bootstrap 20 --out {}",
                SED.resolve("ground_truth.tsv"),
                scores,
                SED.resolve("durations.tsv"),
                folder.resolve("out"));
        JsonNode json = ran.json();
        assertThat(mean(json, "psds2"))
                .isCloseTo(expected.at("/psds/psds2/exact/psds").asDouble(), TOLERANCE);
        assertThat(mean(json, "event_f1_macro_best_thresholds"))
                .isCloseTo(
                        expected.at("/event_based/sed_scores_eval/onset_offset/best_fscore/f/macro_average")
                                .asDouble(),
                        TOLERANCE);
        JsonNode written = Json.read(folder.resolve("out/eval-events.json")).path("results");
        assertThat(written.path("metrics")).isEqualTo(json.path("metrics"));
        Ran median = Ran.ok(
                "eval -q --per-class --events {} --frame-scores {} --median 0.44 --min-duration 0.1 " + "--bootstrap 0",
                SED.resolve("ground_truth.tsv"),
                scores);
        assertThat(median.out()).contains("PSDS 1", "optimistic", "intersection 0.5 f1", "Speech");
    }

    private static final String REFERENCE = """
            filename\tonset\toffset\tevent_label
            a.wav\t1\t2\tdog
            a.wav\t4\t6\tcat
            b.wav\t0.5\t1.5\tdog
            c.wav\t\t\t
            """;

    private Ran detections(Path reference, Path detections, Object... more) {
        Object[] first = {"eval", "--bootstrap", 0, "--events", reference, "--detections", detections, "--per-class"};
        return Ran.unmute(Ran.with(first, more));
    }

    @Test
    void namesEverythingThatDoesNotCount() throws IOException {
        Path reference = file("ref.tsv", REFERENCE);
        Path found = file("found.csv", """
                file,start,end,label,score
                /x/a.wav,1,2,Canis,0.9
                a.wav,4.1,6.1,cat,0.3
                c,1,2,dog,0.8
                b.wav,2,3,owl,0.8
                d.wav,2,3,dog,0.8
                """);
        Ran ran =
                detections(reference, found, "--rename", "Canis=dog", "--json").endsWith(ExitCode.INPUT);
        assertThat(ran.err()).contains("recordings '/x/a.wav' and 'a.wav' are both 'a.wav': write them alike");
        Files.writeString(found, Files.readString(found).replace("/x/a.wav", "a.wav"));
        Ran text = detections(reference, found, "--rename", "Canis=dog").endsWith(ExitCode.OK);
        assertThat(text.out())
                .contains("3 recordings, 3 events of 2 classes")
                .contains("1 recordings with 1 detections are not in the reference and do not count: 'd.wav'")
                .contains("1 detections of 1 other classes do not count: 'owl' (1)")
                .doesNotContain("PSDS");
        JsonNode json =
                detections(reference, found, "--rename", "Canis=dog", "--json").json();
        assertThat(mean(json, "event_recall_micro")).isCloseTo(2 / 3.0, TOLERANCE);
        // The detection in c.wav is a false alarm, since the recording has no events.
        assertThat(mean(json, "event_precision_micro")).isCloseTo(2 / 3.0, TOLERANCE);
        assertThat(json.get("hours").isNull()).isTrue();
        JsonNode confident = detections(reference, found, "--rename", "Canis=dog", "--json", "--threshold", "0.5")
                .json();
        assertThat(mean(confident, "event_recall_micro")).isCloseTo(1 / 3.0, TOLERANCE);
    }

    @Test
    void tablesOfOneRecordingEachAndRecordingsWithoutEvents() throws IOException {
        file("ref/a.txt", "1\t2\tdog\n4\t6\tcat\n");
        file("ref/b.txt", "");
        file("found/a.Table.1.selections.txt", """
                Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation
                1\tWaveform 1\t1\t1\t2\t0\t4000\tdog
                1\tSpectrogram 1\t1\t1\t2\t0\t4000\tdog
                """);
        Path lengths = file("d.tsv", "filename\tduration\na.wav\t10\nb.wav\t10\nc.wav\t16\n");
        JsonNode json = detections(folder.resolve("ref"), folder.resolve("found"), "--json", "--durations", lengths)
                .endsWith(ExitCode.OK)
                .json();
        assertThat(json.get("recordings").asInt()).isEqualTo(3);
        assertThat(json.get("hours").asDouble()).isEqualTo(36 / 3600.0);
        assertThat(mean(json, "event_recall_micro")).isEqualTo(0.5);
        assertThat(mean(json, "event_precision_micro")).isEqualTo(1);
    }

    @Test
    void refusesWhatCannotBeScored() throws IOException {
        Path reference = file("ref.tsv", REFERENCE);
        Path found = file("found.csv", "file,start,end,label\na.wav,1,2,dog\n");
        Path broken = file("broken.tsv", REFERENCE + "c.wav\t3\t1\tdog\n");
        detections(broken, found).fails(ExitCode.INPUT, broken + ":6: ", "3.0 to 1.0");
        Path empty = file("empty.tsv", "filename\tonset\toffset\tevent_label\na.wav\t\t\t\n");
        detections(empty, found).fails(ExitCode.INPUT, "has no events of the 0 classes", "no metric is defined");
        detections(file("nothing.txt", ""), found).fails(ExitCode.INPUT, "no metric is defined");
        Path lengths = file("d.tsv", "filename\tduration\na.wav\t10\n");
        detections(reference, found, "--durations", lengths)
                .fails(ExitCode.INPUT, "2 recordings have no length in " + lengths + ": 'b.wav', 'c.wav'");
        detections(reference, found, "--threshold", 0.5)
                .fails(ExitCode.INPUT, "1 of 1 detections in " + found + " have no score");
        detections(reference, found, "--median", 0.5).fails(ExitCode.USAGE, "leave them out with --detections");
        Ran.unmute("eval", "--detections", found).fails(ExitCode.USAGE, "need --events");
        Ran.unmute("eval", "--detections", found, "--events").fails(ExitCode.USAGE, "--events needs a table");
        Ran.unmute("eval", "--scores", found, "--events", reference).fails(ExitCode.USAGE, "without times");
        Ran.unmute("eval", "--probe", folder, "--events", reference).fails(ExitCode.USAGE, "--probe needs --cache");
    }

    @Test
    void eventsBeyondTheEndAreNamedAndLabelsAreClean() throws IOException {
        Path reference = file("ref.csv", "file,start,end,label\na.wav,1,2,\"x\u001b[31m, y\"\na.wav,8,12,dog\n");
        Path lengths = file("d.tsv", "filename\tduration\na.wav\t10\n");
        Ran ran = detections(reference, reference, "--durations", lengths).endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains("1 reference events end after their recording, the first 'dog' at 12.0 s of 'a.wav', which"
                        + " has 10.0 s")
                .contains("x\uFFFD[31m, y")
                .doesNotContain("\u001b");
        assertThat(List.of(ran.out().split("\n")))
                .anyMatch(l -> l.startsWith("event F1 (macro)") && l.contains("1.0000"));
    }

    @Test
    void theSummaryLeadsWithWhatWasFound() throws IOException {
        // Calls that were found, with edges that no collar takes: event F1 is 0.
        Path reference = file("ref.csv", """
                file,start,end,label
                a.wav,1,2,dog
                a.wav,5,6,dog
                a.wav,5,6,cat
                b.wav,,,
                """);
        Path found = file("found.csv", """
                file,start,end,label
                a.wav,0.5,2.9,dog
                a.wav,1.9,3.5,dog
                a.wav,6,7,dog
                b.wav,1,2,dog
                """);
        Ran ran = detections(reference, found).endsWith(ExitCode.OK);
        List<String> lines = List.of(ran.out().split("\n"));
        assertThat(lines.get(1))
                .isEqualTo("found: 1 of 3 events, in 1 of 2 classes; 2 of 4 detections are right: they overlap an event"
                        + " of their class");
        assertThat(lines)
                .anyMatch(
                        l -> l.matches("event F1 \\(micro\\) +0\\.0000 .*onset within 0\\.2 s, end within.* 20 % of.*"))
                .anyMatch(l -> l.matches("intersection F1 .*0\\.5.* 50 % of the detection on events, 50 %.*"))
                .anyMatch(l -> l.matches("segment F1 \\(micro\\) .* the class in each 1 s"));
        JsonNode json =
                detections(reference, found, "--json").endsWith(ExitCode.OK).json();
        assertThat(json.get("eventsFound").asInt()).isEqualTo(1);
        assertThat(json.get("detectionsRight").asInt()).isEqualTo(2);
    }

    @Test
    void aDataSetBringsItsOwnEventsAndLengths() throws IOException {
        Path root = folder.resolve("desed");
        file("desed/metadata/eval/public.tsv", """
                filename\tonset\toffset\tevent_label
                a.wav\t1.0\t2.0\tDog
                a.wav\t3.0\t4.0\tSpeech
                b.wav\t\t\t
                """);
        Files.createDirectories(root.resolve("audio/eval/public"));
        for (String name : List.of("a.wav", "b.wav")) {
            Wav.write(root.resolve("audio/eval/public/" + name), new float[16_000 * 5], 16_000);
        }
        Path found = file("found.txt", "a.wav\t1.1\t2.0\tDog\nb.wav\t1\t2\tCat\n");
        Object[] args = {
            "eval", "--bootstrap", 0, "--json", "--dataset", "desed", "--root", root, "--events", "--detections", found
        };
        JsonNode json = Ran.ok(args).json();
        assertThat(json.get("recordings").asInt()).isEqualTo(2);
        assertThat(json.get("classes").asInt()).isEqualTo(10);
        assertThat(json.get("hours").asDouble()).isCloseTo(10 / 3600.0, TOLERANCE);
        assertThat(mean(json, "event_recall_micro")).isEqualTo(0.5);
        // The cat counts: its class is in the data set, although not in this recording.
        assertThat(mean(json, "event_precision_micro")).isEqualTo(0.5);
        file("desed/metadata/train/weak.tsv", "filename\tevent_labels\nc.wav\tDog\n");
        Files.createDirectories(root.resolve("audio/train/weak"));
        Wav.write(root.resolve("audio/train/weak/c.wav"), new float[16_000], 16_000);
        Ran.unmute(Stream.concat(Stream.of(args), Stream.of("--split", "train")).toArray())
                .fails(ExitCode.USAGE, "data set desed has no labels with times");
    }
}
