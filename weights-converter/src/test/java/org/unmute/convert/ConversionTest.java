package org.unmute.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.MalformedFileException;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredType;

class ConversionTest {
    private static final KeyMap MAP = KeyMap.named("test").renamePrefix("old.", "new.").require("new.w");

    @TempDir
    Path folder;
    private Path source;
    private Path target;

    @BeforeEach
    void files() throws IOException {
        source = folder.resolve("source.safetensors");
        target = folder.resolve("target.safetensors");
    }

    private void write(float... values) throws IOException {
        new SafetensorsWriter().metadata("author", "somebody").metadata("format", "flax")
                .add("old.w", Shape.of(values.length), values)
                .add("steps", Shape.of(2), new long[] {3, Long.MAX_VALUE})
                .add("wide", Shape.of(1), new double[] {1e300})
                .write(source);
    }

    @Test
    void keepsTypesAndMetadata() throws IOException {
        write(1, -2, Float.NaN);
        Conversion.run(source, target, MAP);
        try (SafetensorsFile file = SafetensorsFile.open(target)) {
            assertThat(file.names()).containsExactlyInAnyOrder("new.w", "steps", "wide");
            assertThat(file.floats("new.w")).containsExactly(1, -2, Float.NaN);
            assertThat(file.entry("steps").longs()).containsExactly(3, Long.MAX_VALUE);
            assertThat(file.doubles("wide")).containsExactly(1e300);
            assertThat(file.metadata()).containsEntry("author", "somebody").containsEntry("format", "flax")
                    .containsKey(Conversion.SOURCE_SHA256);
        }
    }

    @Test
    void roundsFloatingTensorsAndLeavesIntegers() throws IOException {
        new SafetensorsWriter().add("old.w", Shape.of(3), new double[] {1 / 3.0, -65504, Double.POSITIVE_INFINITY})
                .add("steps", Shape.of(1), new int[] {7}).write(source);
        for (StoredType type : new StoredType[] {StoredType.F64, StoredType.F32, StoredType.F16, StoredType.BF16}) {
            Conversion.run(source, target, MAP, Optional.of(type));
            try (SafetensorsFile file = SafetensorsFile.open(target)) {
                assertThat(file.entry("new.w").type()).isEqualTo(type);
                assertThat(file.entry("steps").type()).isEqualTo(StoredType.I32);
                double third = switch (type) {
                    case F64 -> 1 / 3.0;
                    case F32 -> (float) (1 / 3.0);
                    case F16 -> 0x1.554p-2;
                    default -> 0x1.56p-2;
                };
                assertThat(file.doubles("new.w")[0]).as(type.name()).isEqualTo(third);
                assertThat(file.doubles("new.w")[2]).isEqualTo(Double.POSITIVE_INFINITY);
            }
        }
    }

    @Test
    void numbersBeyondTheTypeAreAnErrorAndTheTargetStays() throws IOException {
        Files.writeString(target, "what was there");
        write(1, 70_000);
        assertThatThrownBy(() -> Conversion.run(source, target, MAP, Optional.of(StoredType.F16)))
                .isInstanceOf(ConversionException.class)
                .hasMessageContaining("'old.w'").hasMessageContaining("70000").hasMessageContaining("element 1");
        assertThatThrownBy(() -> Conversion.run(source, target, MAP, Optional.of(StoredType.F32)))
                .isInstanceOf(ConversionException.class).hasMessageContaining("'wide'").hasMessageContaining("1.0E300");
        write(1, Float.MAX_VALUE);
        assertThatThrownBy(() -> Conversion.run(source, target, MAP, Optional.of(StoredType.BF16)))
                .isInstanceOf(ConversionException.class).hasMessageContaining("BF16");
        assertThat(target).hasContent("what was there");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(source, target);
        }
    }

    @Test
    void missingTensorsAreNamed() throws IOException {
        new SafetensorsWriter().add("else", Shape.of(1), new float[1]).write(source);
        assertThatThrownBy(() -> Conversion.run(source, target, MAP)).isInstanceOf(ConversionException.class)
                .hasMessageContaining("new.w").hasMessageContaining("'test'").hasMessageContaining("(1)");
        assertThat(target).doesNotExist();
    }

    @Test
    void theSourceIsNeverTheTarget() throws IOException {
        write(1);
        assertThatThrownBy(() -> Conversion.run(source, folder.resolve(".").resolve("source.safetensors"), MAP))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("same file");
    }

    @Test
    void onlyFloatingTypesAreAccepted() throws IOException {
        write(1);
        assertThatThrownBy(() -> Conversion.run(source, target, MAP, Optional.of(StoredType.I8)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("I8");
    }

    @Test
    void aBrokenSourceIsReportedAsSuch() throws IOException {
        Files.write(source, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> Conversion.run(source, target, MAP)).isInstanceOf(MalformedFileException.class);
        assertThat(target).doesNotExist();
    }
}
