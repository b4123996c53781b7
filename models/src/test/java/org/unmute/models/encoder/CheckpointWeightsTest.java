package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

class CheckpointWeightsTest {
    @TempDir
    Path folder;

    private int count(UnaryOperator<String> naming, String... names) throws IOException {
        Path path = folder.resolve("blocks.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : names) {
            writer.add(name, Shape.of(1), new float[1]);
        }
        writer.write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            return new CheckpointWeights(Checkpoint.of(file), naming).count("blocks", "w");
        } finally {
            Files.delete(path);
        }
    }

    @Test
    void countsNumberedBlocks() throws IOException {
        assertThat(count(UnaryOperator.identity(), "blocks.0.w", "blocks.1.w", "blocks.1.b", "other.7.w", "blocks.x.w")).isEqualTo(2);
        assertThat(count(name -> "model." + name, "model.blocks.0.w", "blocks.5.w")).isEqualTo(1);
    }

    @Test
    void aGapIsAnIncompleteCheckpointNotASmallerModel() {
        assertThatThrownBy(() -> count(name -> "model." + name, "model.blocks.0.w", "model.blocks.2.w"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'model.blocks.1.w' is missing").hasMessageContaining("'model.blocks.2.w'");
        assertThatThrownBy(() -> count(UnaryOperator.identity(), "blocks.0.w", "blocks.1.b"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'blocks.1.w' is missing");
        assertThatThrownBy(() -> count(UnaryOperator.identity(), "other"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'blocks.0.w' is missing");
    }
}
