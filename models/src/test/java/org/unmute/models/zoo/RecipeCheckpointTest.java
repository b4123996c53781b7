package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.StoredTensor;

/** The recipe against the files that were made by it: every random number, to the bit. */
class RecipeCheckpointTest {
    /** Where the authors' files keep the encoder. */
    private static final List<String> GROUPS = List.of("teacher.", "model.", "state_dict.");

    /** Parts of files that are not the encoder, below what holds it: they have other seeds. */
    private static final Map<String, String> OTHERS = Map.of(
            "atst_frame", "model\\.student\\..*|model\\.teacher\\.(projector|predictor)\\..*",
            "bat", "student\\.decoder\\..*|teacher\\..*");

    @TestFactory
    @Tag("golden")
    List<DynamicTest> tinyCheckpoints() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Golden.require("tiny"))) {
            for (Path folder : folders.sorted().toList()) {
                String name = folder.getFileName().toString();
                for (Path file : GoldenEncoder.read(folder).checkpoints()) {
                    if (!file.getFileName().toString().equals("model_hf.safetensors")) {
                        tests.add(dynamicTest(name + "/" + file.getFileName(), () -> compare(folder, file)));
                    }
                }
                if (name.equals("eat_ft") && Files.exists(folder.resolve("state_dict_keys.json"))) {
                    tests.add(dynamicTest("eat_ft under the model's names", () -> compareUnderModelNames(folder)));
                }
            }
        }
        return Golden.cases("tiny checkpoints", tests);
    }

    private static void compare(Path folder, Path model) throws IOException {
        try (Checkpoint file = Checkpoint.open(model)) {
            boolean whole = !model.toString().endsWith(".safetensors");
            String group = GROUPS.stream()
                    .filter(g -> whole && file.names().stream().anyMatch(n -> n.startsWith(g)))
                    .findFirst()
                    .orElse("");
            Map<String, Shape> shapes = new LinkedHashMap<>();
            String others = OTHERS.getOrDefault(folder.getFileName().toString(), "_ema\\..*");
            if (folder.getFileName().toString().equals("bat")
                    && model.toString().contains("trainer")) {
                group = "encoder.";
            }
            if (folder.getFileName().toString().endsWith("_strong")) {
                group = ""; // names as in the file
            }
            for (String name : file.names()) {
                // The moving average has another seed and is not the encoder.
                if (name.startsWith(group) && !name.substring(group.length()).matches(others)) {
                    shapes.put(name.substring(group.length()), file.shape(name));
                }
            }
            RecipeCheckpoint recipe = GoldenRecipe.read(
                    new ObjectMapper().readTree(folder.resolve("config.json").toFile()), shapes);
            int compared = 0;
            for (String listed : shapes.keySet()) {
                // Window and mel matrix of Dasheng, which FrontEndTablesGoldenTest compares, and sizes of SSAST.
                if (!listed.startsWith("front_end.") && !listed.contains("p_input_") && !listed.contains(".to_spec.")) {
                    String name = listed;
                    while (!recipe.has(name) && name.contains(".")) {
                        name = name.substring(name.indexOf('.') + 1);
                    }
                    compare(listed, file.entry(group + listed), recipe.floats(name));
                    compared++;
                }
            }
            assertThat(compared).isEqualTo(recipe.names().size()).isGreaterThan(20);
        }
    }

    /** Only the port's file exists, and its names are not those of the recipe. */
    private static void compareUnderModelNames(Path folder) throws IOException {
        RecipeCheckpoint recipe = GoldenRecipe.read(folder);
        try (Checkpoint file = Checkpoint.open(folder.resolve("model_hf.safetensors"))) {
            Checkpoint made = Encoders.recognize(recipe, "eat").match().view(recipe, "eat");
            Checkpoint stored = Encoders.recognize(file, "eat").match().view(file, "eat");
            assertThat(made.names())
                    .containsExactlyInAnyOrderElementsOf(stored.names())
                    .contains("head.weight", "blocks.1.mlp.fc2.bias");
            for (String name : made.names()) {
                compare(name, stored.entry(name), made.floats(name));
            }
        }
    }

    private static void compare(String name, StoredTensor stored, float[] values) {
        if (!stored.type().isFloating()) {
            assertThat(stored.longs()).as(name).containsExactly(0); // num_batches_tracked
            assertThat(values).as(name).containsExactly(0);
            return;
        }
        // The original computes its sine-cosine table in float32: angles that grow with the time steps are off by their
        // rounding.
        boolean table =
                (name.endsWith("fixed_positional_encoder.positions") || name.endsWith("pos_embed")) && values[0] == 0;
        double bound = name.endsWith(".pe")
                ? stored.shape().size(1) * 0x1p-24
                : table ? (1 + stored.shape().size(1) / 8) * 0x1p-23 : 0;
        Golden.assertClose(name, stored.floats(), values, bound, 0);
    }

    @TestFactory
    @Tag("golden")
    List<DynamicTest> examples() throws IOException {
        JsonNode examples = new ObjectMapper()
                .readTree(Golden.require("recipe.json").toFile())
                .get("examples");
        List<DynamicTest> tests = new ArrayList<>();
        examples.properties()
                .forEach(e -> tests.add(dynamicTest(e.getKey(), () -> {
                    long[] sizes = new long[e.getValue().get("shape").size()];
                    for (int i = 0; i < sizes.length; i++) {
                        sizes[i] = e.getValue().get("shape").get(i).asLong();
                    }
                    float[] values = new RecipeCheckpoint(
                                    e.getValue().get("seed").asLong(),
                                    Map.of(e.getKey(), Shape.of(sizes)),
                                    Map.of(),
                                    Map.of())
                            .floats(e.getKey());
                    JsonNode expected = e.getValue().get("values");
                    assertThat(values).hasSize(expected.size());
                    for (int i = 0; i < values.length; i++) {
                        assertThat(values[i]).as("element " + i).isEqualTo((float)
                                expected.get(i).asDouble());
                    }
                })));
        return Golden.cases("recipe.json examples", tests);
    }

    @Test
    void audioMaeAtFullSizeHasItsTransposedTable() {
        RecipeCheckpoint c =
                RecipeCheckpoint.of("audiomae", true, 505, Map.of("pos_embed", Shape.of(1, 513, 16)), Map.of());
        float[] table = c.floats("pos_embed");
        assertThat(table).hasSize(513 * 16);
        assertThat(java.util.Arrays.copyOf(table, 16)).containsOnly(0);
        // Row 1 + r * 64 + c: the first half encodes the column, the second the row.
        int row = (1 + 3 * 64 + 5) * 16;
        assertThat(table[row]).isEqualTo((float) Math.sin(5));
        assertThat(table[row + 8]).isEqualTo((float) Math.sin(3));
        assertThat(RecipeCheckpoint.of("audiomae", false, 505, Map.of("pos_embed", Shape.of(1, 513, 16)), Map.of())
                        .floats("pos_embed"))
                .as("a tiny model's table is random")
                .isNotEqualTo(table);
    }

    @Test
    void unknownNamesAndWrongTablesAreRefused() {
        RecipeCheckpoint c =
                new RecipeCheckpoint(1, Map.of("a", Shape.of(2)), Map.of("a", s -> new float[3]), Map.of());
        assertThatThrownBy(() -> c.floats("b")).hasMessageContaining("no tensor 'b'");
        assertThatThrownBy(() -> c.floats("a")).hasMessageContaining("3 values").hasMessageContaining("needs 2");
    }
}
