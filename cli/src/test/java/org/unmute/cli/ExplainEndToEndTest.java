package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.audio.AudioFiles;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.TextTable;
import org.unmute.data.provenance.Json;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** {@code explain} on runs of a small cache of synthesized scenes, embedded by the built-in encoder. */
class ExplainEndToEndTest {
    private static final int TRAIN = 16;

    @TempDir
    static Path folder;

    private static Path cache;
    private static Path clip;
    private static Path run;

    @BeforeAll
    static void prepare() throws IOException {
        Path recordings = TinyEncoder.recordings(folder, TRAIN, 1);
        clip = recordings.resolve("test/000000.wav");
        cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--audio", recordings, "--out", cache);
        run = train("protobin", "--seeds", "3,10");
    }

    private static Path train(String probe, Object... more) {
        Path out = folder.resolve("run-" + probe);
        Ran.ok(Ran.with(
                Ran.line(
                        "probe -q --probe {} --cache {} --labels {} --epochs 2 --standardize --thresholds none --out "
                                + "{}",
                        probe,
                        cache,
                        folder.resolve("recordings/manifest.csv"),
                        out),
                more));
        return out;
    }

    private static Ran explain(Object... more) {
        return Ran.unmute(Ran.with(new Object[] {"explain", "-q", "--audio", clip}, more));
    }

    /** The sum of a class's terms, the remainder and the bias, as a reader of the table would add them. */
    private static double sum(JsonNode reason) {
        double sum = reason.get("bias").asDouble() + reason.get("othersAdd").asDouble();
        for (JsonNode term : reason.get("terms")) {
            sum += term.get("contribution").asDouble();
        }
        return sum;
    }

    @Test
    void theTermsShownSumToTheLogitsOfTheProbe() throws IOException {
        JsonNode json = explain("--run", run, "--json").endsWith(ExitCode.OK).json();
        TrainedProbe probe = TrainedProbe.open(run.resolve("probe-seed3.safetensors"));
        Encoder encoder = Encoders.embedded();
        TokenMap tokens = encoder.encode(AudioFiles.read(clip));
        Map<String, Float> raw = probe.rawScoresByClass(tokens);
        Map<String, Float> scores = probe.scoresByClass(tokens);
        scores.forEach((name, score) ->
                assertThat(json.at("/scores").get(name).asDouble()).as(name).isCloseTo(score, within(1e-6)));
        List<String> best = scores.entrySet().stream()
                .sorted((a, b) -> Float.compare(b.getValue(), a.getValue()))
                .limit(3)
                .map(Map.Entry::getKey)
                .toList();
        assertThat(json.get("classes").findValuesAsText("class")).isEqualTo(best);
        for (JsonNode reason : json.get("classes")) {
            double logit = reason.get("logit").asDouble();
            assertThat(sum(reason)).isCloseTo(logit, within(1e-5));
            assertThat(reason.get("sum").asDouble()).isCloseTo(logit, within(1e-5));
            assertThat(reason.get("score").floatValue())
                    .as("the raw score of the library")
                    .isEqualTo(raw.get(reason.get("class").asText()));
            // The backend's sigmoid, in float32: two units in the last place of a number below 1.
            assertThat(1 / (1 + Math.exp(-logit)))
                    .isCloseTo(reason.get("score").asDouble(), within((double) Math.ulp(1f)));
            assertThat(reason.get("terms")).hasSize(5);
            assertThat(reason.get("others").asInt()).isEqualTo(20 * scores.size() + 2 * 176 - 5);
            for (JsonNode term : reason.get("terms")) {
                assertThat(term.get("value").asDouble() * term.get("weight").asDouble())
                        .isCloseTo(term.get("contribution").asDouble(), within(1e-12));
                assertThat(term.at("/seconds/1").asDouble()
                                - term.at("/seconds/0").asDouble())
                        .as("tokens of 8 frames")
                        .isCloseTo(0.08, within(1e-9));
                assertThat(term.get("padding").asBoolean())
                        .as("the clip has one second")
                        .isEqualTo(term.at("/seconds/0").asDouble() >= 1);
            }
        }
    }

    @Test
    void thePageHoldsEverythingAndTheFilesLieBesideIt() throws Exception {
        Path out = folder.resolve("why");
        Ran ran = explain("--run", run, "--class", "siren", "--class", "alarm", "--top", 2, "--out", out)
                .endsWith(ExitCode.OK);
        assertThat(ran.out())
                .contains("siren: score", "alarm: score", "prototype ", "the other 530 terms")
                .contains("logit of the probe", "differs by", "explain.html");
        String html = Files.readString(out.resolve("explain.html"));
        assertThat(html)
                .doesNotContain("src=\"http", "href=\"http", "url(http", "<script")
                .contains("default-src 'none'");
        Document page = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html)));
        assertThat(page.getElementsByTagName("audio").getLength()).isEqualTo(1);
        // spectrogram, token map, attention of the class token, two prototypes of two classes, weights
        assertThat(page.getElementsByTagName("img").getLength()).isEqualTo(1 + 1 + 1 + 4 + 1);
        assertThat(page.getElementsByTagName("table").getLength()).isEqualTo(2);
        List<Path> images;
        try (Stream<Path> files = Files.list(out)) {
            images = files.filter(f -> f.toString().endsWith(".png")).toList();
        }
        assertThat(images).hasSize(8);
        for (Path image : images) {
            assertThat(ImageIO.read(image.toFile()).getWidth()).isGreaterThan(100);
        }
        Map<String, Double> sums = new HashMap<>();
        int[] rows = {0};
        TextTable.forEach(out.resolve("contributions.csv"), row -> {
            rows[0]++;
            sums.merge(row.text("class"), Double.parseDouble(row.text("contribution")), Double::sum);
        });
        assertThat(rows[0]).isEqualTo(2 * (9 * 20 + 2 * 176 + 1));
        JsonNode record = Json.read(out.resolve("explain.json")).get("results");
        for (JsonNode reason : record.at("/explained/classes")) {
            assertThat(sums.get(reason.get("class").asText()))
                    .isCloseTo(reason.get("logit").asDouble(), within(1e-5));
        }
        assertThat(record.get("files")).hasSize(images.size() + 2);
    }

    static List<String> otherProbes() {
        return Probes.names().stream()
                .filter(n -> !Probes.type(n).needsLayers()
                        && !Set.of("protobin", "knn").contains(n))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("otherProbes")
    void everyProbeOfOneLayerIsExplained(String name) {
        Path trained = train(name);
        JsonNode json = explain("--run", trained, "--json", "--out", folder.resolve("why-" + name))
                .endsWith(ExitCode.OK)
                .json();
        for (JsonNode reason : json.get("classes")) {
            assertThat(sum(reason)).isCloseTo(reason.get("logit").asDouble(), within(1e-5));
            if (name.equals("mlp")) {
                assertThat(reason.get("remark").asText()).contains("does not decompose over tokens");
            }
        }
        explain("--run", trained).prints("logit of the probe");
    }

    @Test
    void theNearestClipsAreNoSumOfParts() {
        explain("--run", train("knn")).fails(ExitCode.FAILED, "probe knn does not tell how its scores come about");
    }

    @Test
    void aProbeOfAllLayersIsExplained() {
        Path layers = folder.resolve("cache-layers");
        Ran.ok("embed", "-q", "--layers", "--audio", folder.resolve("recordings"), "--out", layers);
        Path trained = folder.resolve("run-cgp");
        Ran.ok(
                "probe -q --probe cgp --set total=7 --cache {} --labels {} --epochs 1 --out {}",
                layers,
                folder.resolve("recordings/manifest.csv"),
                trained);
        JsonNode json = explain("--run", trained, "--top", 30, "--json", "--out", folder.resolve("why-cgp"))
                .endsWith(ExitCode.OK)
                .json();
        for (JsonNode reason : json.get("classes")) {
            assertThat(sum(reason)).isCloseTo(reason.get("logit").asDouble(), within(1e-5));
            assertThat(reason.get("terms"))
                    .as("minimum, median and maximum of 7 prototypes")
                    .hasSize(21);
            assertThat(reason.get("others").asInt()).isZero();
        }
    }

    @Test
    void aPackedProbeIsExplainedAlike() throws IOException {
        Path packed = folder.resolve("packed.safetensors");
        PackedProtobin.pack(TrainedProbe.open(run.resolve("probe-seed3.safetensors")))
                .save(packed);
        JsonNode of = explain("--run", packed, "--encoder", "embedded", "--json")
                .endsWith(ExitCode.OK)
                .json();
        JsonNode expected =
                explain("--run", run, "--json").endsWith(ExitCode.OK).json();
        for (int i = 0; i < 3; i++) {
            JsonNode reason = of.get("classes").get(i);
            assertThat(sum(reason)).isCloseTo(reason.get("logit").asDouble(), within(1e-5));
            assertThat(reason.get("terms").findValuesAsText("name"))
                    .isEqualTo(expected.get("classes").get(i).get("terms").findValuesAsText("name"));
            assertThat(reason.get("terms").findValuesAsText("token"))
                    .isEqualTo(expected.get("classes").get(i).get("terms").findValuesAsText("token"));
        }
        explain("--run", packed).fails(ExitCode.INPUT, "no run.json", "--encoder");
    }

    /** A cell of a benchmark: the seed's folder names the encoder or the cache that records it. */
    @Test
    void foldersOfABenchmarkAreRead() throws IOException {
        Path cell = Files.createDirectories(folder.resolve("cell"));
        Files.writeString(cell.resolve("cell.json"), "{}");
        ObjectNode record = (ObjectNode) Json.read(run.resolve("run.json"));
        for (int seed : new int[] {3, 10}) {
            Path one = Files.createDirectories(cell.resolve("seed-" + seed));
            Files.copy(run.resolve("probe-seed" + seed + ".safetensors"), one.resolve("probe.safetensors"));
            if (seed == 10) {
                ((ObjectNode) record.get("results")).remove(List.of("encoder", "encoderOptions", "resampling"));
            }
            new ObjectMapper().writeValue(one.resolve("run.json").toFile(), record);
        }
        JsonNode first = explain("--run", run, "--json").endsWith(ExitCode.OK).json();
        JsonNode second = explain("--run", run, "--run-seed", 10, "--json")
                .endsWith(ExitCode.OK)
                .json();
        assertThat(second).isNotEqualTo(first);
        assertThat(explain("--run", cell, "--json").endsWith(ExitCode.OK).json())
                .isEqualTo(first);
        assertThat(explain("--run", cell, "--run-seed", 10, "--json")
                        .endsWith(ExitCode.OK)
                        .json())
                .isEqualTo(second);
        assertThat(explain("--run", cell.resolve("seed-10"), "--json")
                        .endsWith(ExitCode.OK)
                        .json())
                .isEqualTo(second);
        explain("--run", cell, "--run-seed", 4).fails(ExitCode.INPUT, "no seed 4", "seed-3, seed-10");
        explain("--run", run, "--run-seed", 4).fails(ExitCode.INPUT, "no seed 4", "probe-seed3");
    }

    @Test
    void anEncoderFileIsOpenedWithTheOptionsOnRecord() throws IOException {
        Path encoder = TinyEncoder.write(folder, 16);
        Path tokens = folder.resolve("cache-16");
        Ran.ok("embed -q --encoder {} --hop 1.52 --audio {} --out {}", encoder, folder.resolve("recordings"), tokens);
        Path trained = folder.resolve("run-16");
        Ran.ok(
                "probe -q --probe protobin --cache {} --labels {} --epochs 1 --out {}",
                tokens,
                folder.resolve("recordings/manifest.csv"),
                trained);
        explain("--run", trained).prints("encoder " + encoder);
        assertThat(explain("--run", trained, "--encoder", encoder)
                        .endsWith(ExitCode.INPUT)
                        .err())
                .as("without the hop")
                .contains("another front end");
        assertThat(explain("--run", trained, "--encoder", encoder, "--hop", "1.52")
                        .status())
                .isEqualTo(ExitCode.OK);
        explain("--run", trained, "--hop", "1.52").fails(ExitCode.USAGE, "--hop goes with --encoder");
        explain("--run", run, "--encoder", encoder).fails(ExitCode.INPUT, "tokens of another encoder");
        Files.delete(encoder);
        explain("--run", trained).fails(ExitCode.INPUT, "the encoder on record is not there", "--encoder FILE");
    }

    @Test
    void whatIsMissingOrMisspelledIsNamed() throws IOException {
        explain("--run", run, "--class", "sirn").fails(ExitCode.USAGE, "no class 'sirn'", "did you mean 'siren'");
        explain("--run", run, "--top", 0).fails(ExitCode.USAGE, "--top must be at least 1");
        explain("--run", folder.resolve("nowhere")).fails(ExitCode.INPUT, "no such run", "nowhere");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        explain("--run", empty).fails(ExitCode.INPUT, "holds no trained probe");
        Path bare = Files.createDirectories(folder.resolve("bare"));
        Files.copy(run.resolve("probe-seed3.safetensors"), bare.resolve("probe.safetensors"));
        explain("--run", bare).fails(ExitCode.INPUT, "has no run.json", "--encoder");
        assertThat(explain("--run", bare, "--encoder", "embedded").status()).isEqualTo(ExitCode.OK);
        Files.writeString(bare.resolve("run.json"), "{\"results\":{}}");
        explain("--run", bare).fails(ExitCode.INPUT, "does not tell the encoder");
        Files.writeString(bare.resolve("run.json"), "{torn");
        explain("--run", bare).fails(ExitCode.INPUT, "run.json is not JSON");
        Path other = folder.resolve("other.safetensors");
        Files.copy(cache.resolve("run.json"), other);
        explain("--run", other, "--encoder", "embedded").fails(ExitCode.INPUT, "other.safetensors");
    }

    /** A recording of more than an hour, silent but for the clip at a time; almost all of the file is a hole. */
    private static Path longRecording(int at, int seconds) throws IOException {
        byte[] sound = Files.readAllBytes(clip);
        int rate = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getInt(24);
        int size = 2 * rate * seconds;
        Path file = folder.resolve("night.wav");
        ByteBuffer head = ByteBuffer.wrap(Arrays.copyOf(sound, 44)).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(4, 36 + size).putInt(40, size);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(44 + size);
            out.write(head.array());
            out.seek(44 + 2L * rate * at);
            out.write(sound, 44, sound.length - 44);
        }
        return file;
    }

    @Test
    void aStretchOfALongRecordingIsExplainedAsIfItWereAFile() throws Exception {
        int at = 3725;
        Path night = longRecording(at, 3900);
        Path out = folder.resolve("why-night");
        Object[] command = {"explain", "-q", "--run", run, "--audio", night};
        JsonNode json = Ran.ok(Ran.with(command, "--at", "1:02:05-1:02:06", "--json", "--out", out))
                .json();
        JsonNode alone = explain("--run", run, "--json").endsWith(ExitCode.OK).json();
        assertThat(json.get("scores")).isEqualTo(alone.get("scores"));
        assertThat(json.get("start").asDouble()).isEqualTo(at);
        assertThat(json.get("seconds").asDouble()).isEqualTo(1);
        assertThat(json.get("clip").asText()).isEqualTo("night.wav, 1:02:05.0 to 1:02:06.0");
        for (int i = 0; i < 3; i++) {
            JsonNode there = json.at("/classes/" + i + "/terms/0");
            JsonNode here = alone.at("/classes/" + i + "/terms/0");
            assertThat(there.get("name")).isEqualTo(here.get("name"));
            assertThat(there.at("/seconds/0").asDouble())
                    .isEqualTo(at + here.at("/seconds/0").asDouble());
            assertThat(there.get("padding")).isEqualTo(here.get("padding"));
        }
        assertThat(Files.readString(out.resolve("explain.html")))
                .contains("night.wav, 1:02:05.0 to 1:02:06.0, explained", ">1:02:06");
        assertThat(Files.readString(out.resolve("contributions.csv"))).contains("," + at + ".");
        try (Stream<Path> files = Files.list(out)) {
            for (Path image : files.filter(f -> f.toString().endsWith(".png")).toList()) {
                assertThat(ImageIO.read(image.toFile()).getWidth()).isLessThanOrEqualTo(4000);
            }
        }
        // seconds, and one window where no end is given
        double window = Encoders.embedded().describe().windowSamples()
                / (double) Encoders.embedded().describe().sampleRate();
        JsonNode open = Ran.ok(Ran.with(command, "--at", "3725", "--json")).json();
        assertThat(open.get("start").asDouble()).isEqualTo(at);
        assertThat(open.get("seconds").asDouble()).isCloseTo(window, within(1e-3));
        assertThat(Ran.ok(Ran.with(command, "--at", "62:05-62:06")).out())
                .contains("night.wav, 1:02:05.0 to 1:02:06.0: 1.00 s", "1:02:05.");
        Ran.unmute(command)
                .fails(
                        ExitCode.USAGE,
                        "night.wav is 1 h 5 min long; up to 60.0 s are shown at a time",
                        "--at 0:30-0:40");
        Ran.unmute(Ran.with(command, "--at", "2:00:00"))
                .fails(ExitCode.INPUT, "begins behind the end of the recording at 1:05:00.0");
        Ran.unmute(Ran.with(command, "--at", "0-61")).fails(ExitCode.USAGE, "at most 60.0 s");
        for (String wrong : List.of("noon", "5-4", "1:75", "1-2-3", "", "-5", "1:2:3:4")) {
            assertThat(Ran.error(ExitCode.USAGE, Ran.with(command, "--at=" + wrong)))
                    .as(wrong)
                    .contains("--at '" + wrong + "'")
                    .contains("12:30-12:40");
        }
    }

    @Test
    void recordingsThatCannotBeReadAreErrorsOfTheInput() throws IOException {
        Path text = Files.writeString(folder.resolve("text.wav"), "this is no sound");
        Path gone = folder.resolve("gone.wav");
        for (Path audio : List.of(text, gone)) {
            Ran.unmute("explain", "-q", "--run", run, "--audio", audio)
                    .fails(ExitCode.INPUT, audio.getFileName().toString());
        }
        byte[] sound = Files.readAllBytes(clip);
        Path brief = folder.resolve("brief.wav");
        ByteBuffer head = ByteBuffer.wrap(Arrays.copyOf(sound, 44 + 200)).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(4, 36 + 200).putInt(40, 200);
        Files.write(brief, head.array());
        Ran.unmute("explain", "-q", "--run", run, "--audio", brief).fails(ExitCode.INPUT, "brief.wav", "100 samples");
    }
}
