package org.unmute.kernels.contract.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class GoldenTest {
    private final String before = System.getProperty(Golden.PROPERTY, "");

    @AfterEach
    void restore() {
        System.setProperty(Golden.PROPERTY, before);
    }

    @Test
    void anotherFolderIsUsedAndWhatItLacksIsSkipped(@TempDir Path other) throws IOException {
        Files.createDirectories(other.resolve("tiny/eat"));
        System.setProperty(Golden.PROPERTY, other.toString());
        assertThat(Golden.folder("tiny/eat")).contains(other.resolve("tiny/eat"));
        assertThat(Golden.folder("fbank")).isEmpty();
        assertFails(TestAbortedException.class, () -> Golden.require("fbank"), "has no fbank");
        System.setProperty(Golden.PROPERTY, other.resolve("none").toString());
        assertFails(IllegalStateException.class, () -> Golden.folder("fbank"), "golden: no folder");
    }

    @Test
    void compressedFilesAreUnpacked(@TempDir Path other) throws IOException {
        System.setProperty(Golden.PROPERTY, other.toString());
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(other.resolve("table.bin.gz")))) {
            out.write(new byte[] {1, 2, 3});
        }
        Path table = Golden.require("table.bin");
        assertThat(table).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(Golden.require("table.bin")).isEqualTo(table);
        Files.write(other.resolve("broken.bin.gz"), new byte[] {1, 2, 3});
        assertFails(UncheckedIOException.class, () -> Golden.require("broken.bin"), "broken.bin.gz cannot be unpacked");
    }

    @Test
    void findingNoCaseFails(@TempDir Path other) {
        System.setProperty(Golden.PROPERTY, other.toString());
        assertThatThrownBy(() -> Golden.cases("fbank", List.of())).isInstanceOf(AssertionError.class);
        assertThat(Golden.cases("fbank", List.of("a"))).containsExactly("a");
    }

    @Test
    void theFirstDifferenceIsNamed() {
        float[] expected = {1, 2, 3, Float.NaN, Float.POSITIVE_INFINITY, -0f};
        assertThatCode(() -> Golden.assertClose("x", expected, expected.clone(), 0, 0))
                .doesNotThrowAnyException();
        float[] off = {1, 2.5f, 3.25f, Float.NaN, Float.POSITIVE_INFINITY, 0f};
        assertThatCode(() -> Golden.assertClose("x", expected, off, 0, 0.25)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Golden.assertClose("block.3", expected, off, 0.1, 0))
                .hasMessageContaining("block.3: 2 of 6 elements differ, first at index 1: expected 2.0, got 2.5")
                .hasMessageContaining("largest difference 0.5");
        assertFails(() -> Golden.assertClose("x", new float[2], new float[3], 1, 1), "expected 2 elements, got 3");
    }

    @Test
    void nanAndInfinityNeverPassForNumbers() {
        float[][] pairs = {
            {Float.NaN, 1},
            {1, Float.NaN},
            {Float.POSITIVE_INFINITY, 1},
            {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY},
            {1, Float.POSITIVE_INFINITY}
        };
        for (float[] p : pairs) {
            assertThatThrownBy(() -> Golden.assertClose("x", new float[] {p[0]}, new float[] {p[1]}, 1e30, 1e30))
                    .isInstanceOf(AssertionError.class);
            assertThat(Golden.differences("x", new float[] {p[0]}, new float[] {p[1]})
                            .max())
                    .isInfinite();
        }
    }

    @Test
    void differencesAreSummedUp() {
        float[] expected = new float[2000];
        float[] actual = new float[2000];
        actual[5] = 1;
        actual[6] = 3;
        actual[7] = -2;
        Golden.Differences d = Golden.differences("x", expected, actual);
        assertThat(d.mean()).isEqualTo(6 / 2000.0);
        assertThat(d.p999()).isEqualTo(1);
        assertThat(d.max()).isEqualTo(3);
    }
}
