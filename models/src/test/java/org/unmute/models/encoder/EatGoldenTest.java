package org.unmute.models.encoder;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.Golden;
import org.unmute.models.audio.Wav;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/** EAT and SSLAM against the authors' code, every intermediate tensor; the first that differs is named. */
@Tag("golden")
class EatGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Networks from the stored fbank, and end to end from the recording (golden/README.md). */
    private static final double FROM_FBANK = 1e-4;
    private static final double FROM_WAV = 2e-3;

    @TestFactory
    List<DynamicTest> tiny() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        Optional<Path> tiny = Golden.folder("tiny");
        if (tiny.isEmpty()) {
            return tests;
        }
        try (Stream<Path> folders = Files.list(tiny.get())) {
            for (Path folder : folders.sorted().toList()) {
                for (String file : List.of("model.safetensors", "model_hf.safetensors")) {
                    Path checkpoint = folder.resolve(file);
                    if (Files.exists(checkpoint) && isEat(checkpoint)) {
                        String name = folder.getFileName() + "/" + file;
                        tests.add(dynamicTest(name + " from the fbank", () -> fromFbank(name, folder, checkpoint)));
                        tests.add(dynamicTest(name + " from the recording", () -> fromWav(name, folder, checkpoint)));
                    }
                }
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> fullSize() throws IOException {
        Optional<Path> folder = Golden.folder("full_small/eat");
        return folder.map(path -> List.of(dynamicTest("full-size EAT rebuilt from the recipe", () -> full(path)))).orElse(List.of());
    }

    private static boolean isEat(Path checkpoint) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(checkpoint)) {
            return Eat.recognizes(Checkpoint.of(file));
        }
    }

    private static Eat.Settings settings(JsonNode config) {
        return new Eat.Settings(config.get("target_length").asInt(), config.path("norm_mean").asDouble(-4.268),
                config.path("norm_std").asDouble(4.569), config.get("heads").asInt());
    }

    private static Eat open(Path folder, Path checkpoint) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(checkpoint)) {
            return new Eat(Checkpoint.of(file), settings(JSON.readTree(folder.resolve("config.json").toFile())));
        }
    }

    private static void fromFbank(String name, Path folder, Path checkpoint) throws IOException {
        Eat eat = open(folder, checkpoint);
        try (SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            Map<String, Tensor> seen = run(eat, expected.floats("fbank"));
            int compared = 0;
            for (Map.Entry<String, Tensor> e : seen.entrySet()) {
                if (expected.has(e.getKey())) {
                    Golden.assertClose(name + " " + e.getKey(), expected.floats(e.getKey()), e.getValue().toFloats(), FROM_FBANK, 0);
                    compared++;
                }
            }
            Golden.cases(name + " tensors", java.util.Collections.nCopies(compared, name));
        }
    }

    /** Runs the network and collects every tensor under the name the reference uses. */
    private static Map<String, Tensor> run(Eat eat, float[] fbank) {
        Map<String, Tensor> seen = new LinkedHashMap<>();
        Tensor input = Tensor.of(fbank, 1, fbank.length / 128, 128);
        Tensor out = Grad.withoutRecording(() -> eat.forward(input, seen::put));
        seen.put("final_tokens", out);
        seen.put("cls", out.select(1, 0));
        seen.put("token_map", out.slice(1, 1, out.size(1) - 1));
        if (!eat.describe().classes().isEmpty()) {
            seen.put("logits", eat.classify(out));
        }
        return seen;
    }

    private static void fromWav(String name, Path folder, Path checkpoint) throws IOException {
        Eat eat = open(folder, checkpoint);
        JsonNode config = JSON.readTree(folder.resolve("config.json").toFile());
        float[] samples = Wav.read(Golden.require(config.get("wav").asText())).samples();
        try (SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            TokenMap map = eat.encode(samples);
            float[] tokens = expected.floats("final_tokens");
            int dim = map.dim();
            Golden.assertClose(name + " cls", java.util.Arrays.copyOf(tokens, dim), map.cls(), FROM_WAV, 0);
            Golden.assertClose(name + " tokens", java.util.Arrays.copyOfRange(tokens, dim, tokens.length), map.tokens(), FROM_WAV, 0);
        }
    }

    private static void full(Path folder) throws IOException {
        JsonNode config = JSON.readTree(folder.resolve("config.json").toFile());
        Eat eat = new Eat(RecipeCheckpoint.eat(folder), settings(config));
        float[] samples = Wav.read(Golden.require(config.get("wav").asText())).samples();
        float[] fbank = eat.spectrogram(samples).values();
        try (SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected_small.safetensors"))) {
            Map<String, Tensor> seen = run(eat, fbank);
            int compared = 0;
            for (Map.Entry<String, Tensor> e : seen.entrySet()) {
                String rows = e.getKey() + ".rows";
                if (expected.has(rows)) {
                    Tensor y = e.getValue();
                    float[] picked = rows(y.toFloats(), y.shape().dim(-1), config.get("rows").get(e.getKey()));
                    Golden.assertClose("full-size EAT " + e.getKey(), expected.floats(rows), picked, FROM_FBANK, 0);
                    compared++;
                }
            }
            Golden.cases("full-size EAT tensors", java.util.Collections.nCopies(compared, ""));
        }
    }

    private static float[] rows(float[] all, int dim, JsonNode rows) {
        float[] out = new float[rows.size() * dim];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(all, rows.get(i).asInt() * dim, out, i * dim, dim);
        }
        return out;
    }
}
