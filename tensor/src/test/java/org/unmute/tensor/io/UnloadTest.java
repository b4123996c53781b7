package org.unmute.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.tensor.Shape;

class UnloadTest {
    private static final int LENGTH = 12 << 20;

    @TempDir
    private Path folder;

    /** Kilobytes of mapped files, on a disk or a file system in memory, that are resident in this process. */
    private static long residentFiles() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssFile:") || line.startsWith("RssShmem:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    @Test
    void aTensorCanBeReadAgainAfterItsMemoryWasGivenBack() throws IOException {
        float[] values = new float[LENGTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path path = folder.resolve("large.safetensors");
        new SafetensorsWriter()
                .add("small", Shape.of(3), new float[] {1, 2, 3})
                .add("large", Shape.of(LENGTH), values)
                .write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            StoredTensor large = file.entry("large");
            assertThat(large.floats()).isEqualTo(values);
            large.unload();
            file.entry("small").unload();
            assertThat(large.floats()).isEqualTo(values);
            assertThat(file.floats("small")).containsExactly(1, 2, 3);
        }
        byte[] bytes = Files.readAllBytes(path);
        try (SafetensorsFile file = SafetensorsFile.of("memory", bytes)) {
            file.entry("large").unload(); // there is no file to read it from again
            assertThat(file.floats("large")).isEqualTo(values);
        }
    }

    @Test
    void theMemoryIsNoLongerThatOfTheProcess() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "the resident memory is read from /proc");
        Path path = folder.resolve("large.safetensors");
        new SafetensorsWriter()
                .add("large", Shape.of(LENGTH), new float[LENGTH])
                .write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            file.floats("large");
            long read = residentFiles();
            file.entry("large").unload();
            assertThat(read - residentFiles()).isGreaterThan(LENGTH * 4 / 1024 * 9 / 10);
        }
    }
}
