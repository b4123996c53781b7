package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.cli.score.ScoreFile;
import org.unmute.data.provenance.Json;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * {@code unmute export}, and the programs of the page about it; the module weights-converter/runtime compares graphs
 * with the engine.
 */
class ExportEndToEndTest {
    private static final double TOLERANCE = 1e-4;
    private static final String CLIP = "test/000000.wav";

    @TempDir
    static Path folder;

    private static Path encoder;
    private static Path recordings;
    private static Path run;

    @BeforeAll
    static void prepare() throws IOException {
        encoder = TinyEncoder.write(folder, 16, 2);
        recordings = TinyEncoder.recordings(folder, 6, 2);
        Path cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", cache);
        StringBuilder text = new StringBuilder("file,labels\n");
        for (int i = 0; i < 6; i++) {
            text.append(String.format("train/%06d.wav,%s%n", i, i % 2 == 0 ? "bee" : "crow"));
        }
        Path labels = Files.writeString(folder.resolve("labels.csv"), text);
        run = folder.resolve("run");
        Object[] train = {"probe", "-q", "--probe", "protobin", "--cache", cache, "--labels", labels, "--epochs", 3};
        Ran.ok(Ran.with(train, "--standardize", "--thresholds", "none", "--out", run));
    }

    private static Map<String, Double> tagged(Path probe) throws IOException {
        Path scores = folder.resolve("scores.csv");
        Ran.ok("tag -q --probe {} --encoder {} --audio {} --force --scores {}", probe, encoder, recordings, scores);
        ScoreFile file = ScoreFile.read(scores);
        Map<String, Double> all = new LinkedHashMap<>();
        for (int c = 0; c < file.classes().size(); c++) {
            all.put(file.classes().get(c), (double) file.rows().get(CLIP)[c]);
        }
        return all;
    }

    /** Runs a program of the page; the test is skipped where Python lacks what it imports. */
    private static Map<String, Double> python(String program, String module, Object... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(interpreter(module)));
        line.add(Checkout.root().resolve("docs/examples/onnx").resolve(program).toString());
        for (Object argument : arguments) {
            line.add(argument.toString());
        }
        Path errors = folder.resolve("python.err");
        Process process =
                new ProcessBuilder(line).redirectError(errors.toFile()).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        Map<String, Double> scores = new LinkedHashMap<>();
        printed.lines().forEach(l -> scores.put(l.split(" ")[0], Double.parseDouble(l.split(" ")[1])));
        return scores;
    }

    private static String interpreter(String module) throws Exception {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            try {
                Process asked = new ProcessBuilder(python, "-c", "import numpy, " + module)
                        .redirectErrorStream(true)
                        .start();
                asked.getInputStream().readAllBytes();
                if (asked.waitFor() == 0) {
                    return python;
                }
            } catch (IOException e) {
                // not installed
            }
        }
        Assumptions.abort("skipped: no python3 here imports numpy and " + module);
        return null;
    }

    private static void assertClose(Map<String, Double> found, Map<String, Double> expected) {
        assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((name, score) -> assertThat(found.get(name)).as(name).isCloseTo(score, within(TOLERANCE)));
    }

    @Test
    void recordingToScoresInTenLinesOfPython() throws Exception {
        Path graph = folder.resolve("tagger.onnx");
        JsonNode json = Ran.ok("export", "--json", "-q", "--probe", run, "--seconds", 1, "--out", graph)
                .json();
        assertThat(json.path("bytes").asLong()).isEqualTo(Files.size(graph));
        assertThat(json.path("from").asText()).isEqualTo("samples");
        assertThat(Json.read(folder.resolve("tagger.onnx.run.json"))
                        .path("results")
                        .path("encoder")
                        .asText())
                .isEqualTo(encoder.toString());
        assertClose(python("tag.py", "onnxruntime", graph, recordings.resolve(CLIP)), tagged(run));
    }

    @Test
    void packedToo() throws Exception {
        Path packed = folder.resolve("packed.safetensors");
        Ran.ok("pack", "-q", "--probe", run, "--out", packed);
        Path graph = folder.resolve("packed.onnx");
        Object[] command = {"export", "-q", "--probe", packed, "--encoder", encoder, "--seconds", 1, "--out", graph};
        Ran.ok(command);
        Ran.ok(command);
        Files.write(graph, new byte[] {1});
        Ran again = Ran.unmute(command).endsWith(ExitCode.FAILED);
        assertThat(again.err()).contains("packed.onnx is already there").contains("--force replaces it");
        Ran.ok(Ran.with(command, "--force"));
        assertClose(python("tag.py", "onnxruntime", graph, recordings.resolve(CLIP)), tagged(packed));
    }

    @Test
    void tensorsOfAProbe() throws Exception {
        Path weights = folder.resolve("tensors.safetensors");
        Ran.ok("export", "-q", "--probe", run, "--out", weights);
        try (SafetensorsFile file = SafetensorsFile.open(weights)) {
            assertThat(file.names())
                    .contains("prototype_vectors", "fc.weight", "fc.bias", "standardization.token_mean");
            assertThat(file.metadata()).containsEntry("probe", "protobin").containsEntry("classes", "bee\ncrow");
        }
    }

    @Test
    @FullBuild("starts PyTorch")
    void tensorsForPyTorch() throws Exception {
        Path weights = folder.resolve("weights.safetensors");
        Ran.ok("export", "-q", "--probe", run, "--out", weights);
        Path tokens = folder.resolve("tokens.safetensors");
        Ran.ok("features", "-q", "--encoder", encoder, "--audio", recordings.resolve(CLIP), "--out", tokens);
        assertClose(python("protobin.py", "torch", weights, tokens), tagged(run));
    }

    @Test
    void encodersAndTokens() {
        for (String from : List.of("samples", "spectrogram")) {
            Path out = folder.resolve("encoder-" + from + ".onnx");
            Ran ran = Ran.ok("export", "-q", "--encoder", encoder, "--from", from, "--out", out);
            assertThat(ran.out()).startsWith(out + ": graph of opset 18, ");
        }
        Path probe = folder.resolve("probe.onnx");
        Ran.ok("export", "-q", "--probe", run, "--from", "tokens", "--freq", 8, "--out", probe);
        Path rows = folder.resolve("rows.onnx");
        Ran.ok("export", "-q", "--probe", run, "--rows", "--out", rows);
    }

    /** A graph of an encoder is an encoder, and names no weights that could be taken out of it. */
    @Test
    void graphsAreReadAsEncoders() {
        Path graph = folder.resolve("encoder.onnx");
        Ran.ok("export", "-q", "--encoder", encoder, "--out", graph);
        Object[] features = {"features", "-q", "--audio", recordings.resolve(CLIP), "--out", folder.resolve("x.npy")};
        Ran.ok(Ran.with(features, "--encoder", graph));
        Ran.unmute("convert", "-q", graph, folder.resolve("x.safetensors")).fails(ExitCode.INPUT, "encoder.onnx");
    }

    @Test
    void badOptions() throws IOException {
        Path out = folder.resolve("bad.onnx");
        usage("the name of FILE must end in .onnx or .safetensors", "--out", folder.resolve("x.pt"));
        usage("--from tokens exports a probe: name it with --probe", "--from", "tokens", "--out", out);
        usage("a safetensors file holds a probe's tensors", "--out", folder.resolve("x.safetensors"));
        usage("--rows goes with --probe or --head", "--rows", "--out", out);
        usage("--head is the encoder's own", "--head", "--probe", run, "--out", out);
        usage("--freq goes with --from tokens", "--freq", 2, "--probe", run, "--out", out);
        usage("--from tokens has no encoder", "--from", "tokens", "--probe", run, "--seconds", 1, "--out", out);
        usage("this checkpoint has no head for clips", "--head", "--encoder", encoder, "--out", out);
        usage("--seconds -1.0: a length above 0", "--seconds", -1, "--out", out);
        usage("longer recordings are cut into windows before a graph", "--seconds", 1000, "--out", out);
        assertThat(out).doesNotExist();
        Ran other = Ran.unmute("export", "-q", "--probe", run, "--encoder", "embedded", "--out", out)
                .endsWith(ExitCode.INPUT);
        assertThat(other.err()).contains("trained on tokens of another encoder");
    }

    private static void usage(String message, Object... arguments) {
        Ran ran = Ran.unmute(Ran.with(new Object[] {"export", "-q"}, arguments)).endsWith(ExitCode.USAGE);
        assertThat(ran.err()).contains(message);
    }
}
