package org.unmute.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.InputException;
import org.unmute.fuzz.format.FuzzTarget;
import org.unmute.kernels.contract.FullBuild;

class BoundsTest {
    @TempDir
    Path folder;

    private Bounds bounds;

    /** Prevents the compiler from eliminating a test's allocation. */
    private byte[] kept;

    @BeforeEach
    void open() throws IOException {
        bounds = new Bounds(folder.resolve("bounds"));
    }

    @AfterEach
    void close() throws IOException {
        bounds.close();
        assertThat(folder).isEmptyDirectory();
    }

    private static FuzzTarget target(FuzzTarget.Reader reader) {
        return new FuzzTarget("own", "input.own", true, b -> b, _ -> List.of(), List.of(reader));
    }

    private boolean check(FuzzTarget.Reader reader) throws IOException {
        return bounds.check(target(reader), new byte[] {1, 2, 3});
    }

    @Test
    void anInputIsAcceptedOrRefusedWithItsName() throws IOException {
        assertThat(check(input -> assertThat(Files.readAllBytes(input.file())).containsExactly(1, 2, 3)))
                .isTrue();
        assertThat(check(input -> {
                    throw new IOException(input.file() + ": damaged");
                }))
                .isFalse();
        assertThat(check(input -> {
                    throw new InputException("row 3 of " + input.file());
                }))
                .isFalse();
    }

    /** A reader of a folder would find leftover files. */
    @Test
    void filesOfTheInputBeforeAreGone() throws IOException {
        check(input -> Files.writeString(input.file().resolveSibling("other"), "x"));
        check(input -> assertThat(input.file().getParent())
                .isDirectoryContaining(f -> f.endsWith("input.own"))
                .isDirectoryNotContaining(f -> f.endsWith("other")));
    }

    @Test
    void otherThrowablesLeaveAsTheyAre() {
        assertThatThrownBy(() -> check(_ -> {
                    throw new IllegalArgumentException("index 3");
                }))
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> check(input -> {
                    throw new UncheckedIOException(new IOException(input.file() + ": damaged"));
                }))
                .isExactlyInstanceOf(UncheckedIOException.class);
    }

    @Test
    void aRefusalThatDoesNotNameTheFileIsAFinding() {
        assertThatThrownBy(() -> check(_ -> {
                    throw new IOException("Input length = 1");
                }))
                .isInstanceOf(Bounds.ExceededError.class)
                .hasMessageContaining("own: refused by a message that does not name the file input.own")
                .hasMessageContaining("Input length = 1");
        assertThatThrownBy(() -> check(_ -> {
                    throw new IOException();
                }))
                .isInstanceOf(Bounds.ExceededError.class);
        assertThatThrownBy(() -> check(input -> {
                    throw new IOException(input.file() + "x".repeat(Bounds.MAX_MESSAGE));
                }))
                .isInstanceOf(Bounds.ExceededError.class)
                .hasMessageContaining("at most 4000");
    }

    @Test
    void memoryIsBounded() {
        assertThatThrownBy(() -> check(_ -> kept = new byte[(int) Bounds.MAX_ALLOCATED + 1]))
                .isInstanceOf(Bounds.ExceededError.class)
                .hasMessageContaining("bytes allocated for an input of 3 bytes; at most 67108864");
        assertThat(kept).isNotNull();
    }

    /** Only CPU time counts, not time spent waiting. */
    @Test
    @FullBuild("waits and computes for seconds")
    void timeIsBounded() throws IOException {
        assertThat(check(_ -> {
                    try {
                        Thread.sleep(Bounds.MAX_NANOS / 1_000_000 + 100);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }))
                .isTrue();
        assertThatThrownBy(() -> check(_ -> {
                    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
                    long begun = threads.getCurrentThreadCpuTime();
                    while (threads.getCurrentThreadCpuTime() - begun <= Bounds.MAX_NANOS) {
                        Thread.onSpinWait();
                    }
                }))
                .isInstanceOf(Bounds.ExceededError.class)
                .hasMessageContaining("ms for an input of 3 bytes; at most 2000");
    }
}
