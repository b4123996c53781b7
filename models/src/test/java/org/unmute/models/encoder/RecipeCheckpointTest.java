package org.unmute.models.encoder;

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
import org.unmute.kernels.contract.Golden;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.StoredTensor;

/** The recipe against the files that were made by it: every random number, to the bit. */
class RecipeCheckpointTest {
    /** Reference folders whose encoder no recipe here is for. */
    private static final List<String> NOT_BASE = List.of("m2d", "ssast_patch", "ssast_frame", "atst_frame", "mae_ast_patch", "mae_ast_frame");

    @TestFactory
    @Tag("golden")
    List<DynamicTest> tinyCheckpoints() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Golden.require("tiny"))) {
            for (Path folder : folders.sorted().toList()) {
                Path model = folder.resolve("model.safetensors");
                if (Files.exists(model) && !NOT_BASE.contains(folder.getFileName().toString())) {
                    tests.add(dynamicTest(folder.getFileName().toString(), () -> compare(folder, model)));
                }
            }
        }
        return Golden.cases("tiny/*/model.safetensors", tests);
    }

    private static void compare(Path folder, Path model) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(model)) {
            Map<String, Shape> shapes = new LinkedHashMap<>();
            file.names().forEach(n -> shapes.put(n, file.shape(n)));
            RecipeCheckpoint recipe = GoldenRecipe.read(new ObjectMapper().readTree(folder.resolve("config.json").toFile()), shapes);
            List<String> left = new ArrayList<>(file.names());
            for (String name : recipe.names()) {
                compare(name, file.entry(name), recipe.floats(name));
                left.remove(name);
            }
            // Window and mel matrix of Dasheng, which FrontEndTablesGoldenTest compares.
            left.removeIf(n -> n.startsWith("front_end."));
            assertThat(left).isEmpty();
        }
    }

    private static void compare(String name, StoredTensor stored, float[] values) {
        if (!stored.type().isFloating()) {
            assertThat(stored.longs()).as(name).containsExactly(0); // num_batches_tracked
            assertThat(values).as(name).containsExactly(0);
            return;
        }
        // The original computes its sine-cosine table in float32: angles of up to so many time steps are off by their rounding.
        boolean table = name.endsWith("fixed_positional_encoder.positions") && values[0] == 0;
        double bound = table ? (1 + stored.shape().size(1) / 8) * 0x1p-23 : 0;
        Golden.assertClose(name, stored.floats(), values, bound, 0);
    }

    @TestFactory
    @Tag("golden")
    List<DynamicTest> examples() throws IOException {
        JsonNode examples = new ObjectMapper().readTree(Golden.require("recipe.json").toFile()).get("examples");
        List<DynamicTest> tests = new ArrayList<>();
        examples.properties().forEach(e -> tests.add(dynamicTest(e.getKey(), () -> {
            long[] sizes = new long[e.getValue().get("shape").size()];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = e.getValue().get("shape").get(i).asLong();
            }
            float[] values = new RecipeCheckpoint(e.getValue().get("seed").asLong(), Map.of(e.getKey(), Shape.of(sizes)), Map.of(), Map.of())
                    .floats(e.getKey());
            JsonNode expected = e.getValue().get("values");
            assertThat(values).hasSize(expected.size());
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).as("element " + i).isEqualTo((float) expected.get(i).asDouble());
            }
        })));
        return Golden.cases("recipe.json examples", tests);
    }

    @Test
    void audioMaeAtFullSizeHasItsTransposedTable() {
        RecipeCheckpoint c = RecipeCheckpoint.of("audiomae", true, 505, Map.of("pos_embed", Shape.of(1, 513, 16)), Map.of());
        float[] table = c.floats("pos_embed");
        assertThat(table).hasSize(513 * 16);
        assertThat(java.util.Arrays.copyOf(table, 16)).containsOnly(0);
        // Row 1 + r * 64 + c: the first half encodes the column, the second the row.
        int row = (1 + 3 * 64 + 5) * 16;
        assertThat(table[row]).isEqualTo((float) Math.sin(5));
        assertThat(table[row + 8]).isEqualTo((float) Math.sin(3));
        assertThat(RecipeCheckpoint.of("audiomae", false, 505, Map.of("pos_embed", Shape.of(1, 513, 16)), Map.of()).floats("pos_embed"))
                .as("a tiny model's table is random").isNotEqualTo(table);
    }

    @Test
    void unknownNamesAndWrongTablesAreRefused() {
        RecipeCheckpoint c = new RecipeCheckpoint(1, Map.of("a", Shape.of(2)), Map.of("a", s -> new float[3]), Map.of());
        assertThatThrownBy(() -> c.floats("b")).hasMessageContaining("no tensor 'b'");
        assertThatThrownBy(() -> c.floats("a")).hasMessageContaining("3 numbers").hasMessageContaining("needs 2");
    }
}
