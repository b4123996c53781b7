package org.unmute.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.bench.peer.PeerException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;

class OutputComparisonTest {
    @TempDir
    private Path folder;

    private Path ours;
    private Path theirs;

    @BeforeEach
    void makeFolders() throws IOException {
        ours = Files.createDirectory(folder.resolve("ours"));
        theirs = Files.createDirectory(folder.resolve("theirs"));
    }

    private static void write(Path to, String name, float... values) throws IOException {
        Npy.write(to.resolve(name + ".npy"), Shape.of(values.length), values);
    }

    @Test
    void aDifferenceIsMeasuredByTheRootMeanSquare() throws Exception {
        write(ours, "y", 10, -10, 10, -10);
        write(theirs, "y", 10.05f, -10, 10, -10);
        assertThatCode(() -> OutputComparison.check(ours, theirs, 0.006)).doesNotThrowAnyException();
        assertThatThrownBy(() -> OutputComparison.check(ours, theirs, 0.004))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("output y differs by 0.0050");
    }

    @Test
    void outputsMustBeThereAndOfOurSize() throws Exception {
        assertThatThrownBy(() -> OutputComparison.check(ours, theirs, 1))
                .hasMessageContaining("this engine wrote no output");
        write(ours, "y", 1, 2);
        assertThatThrownBy(() -> OutputComparison.check(ours, theirs, 1)).hasMessageContaining("output y is missing");
        write(theirs, "y", 1, 2, 3);
        assertThatThrownBy(() -> OutputComparison.check(ours, theirs, 1)).hasMessageContaining("is [3], ours is [2]");
    }

    @Test
    void numbersThatAreNotFiniteAgreeWithNothing() throws Exception {
        write(ours, "y", Float.NaN);
        write(theirs, "y", Float.NaN);
        assertThatThrownBy(() -> OutputComparison.check(ours, theirs, 1)).hasMessageContaining("not finite at 0");
    }

    @Test
    void wholeNumbersMustBeEqual() throws Exception {
        Npy.write(ours.resolve("winner.npy"), Shape.of(3), new int[] {1, 2, 3});
        Npy.write(theirs.resolve("winner.npy"), Shape.of(3), new int[] {1, 5, 3});
        assertThatThrownBy(() -> OutputComparison.check(ours, theirs, 100))
                .hasMessageContaining("1 of 3 whole numbers differ");
    }

    @Test
    void theDifferenceOfAWholeIsARatioOfRootMeanSquares() throws Exception {
        assertThat(OutputComparison.rootMeanSquareDifference("g", new float[] {3, 4}, new float[] {3, 4.5f}))
                .isCloseTo(0.1, within(1e-9));
        assertThat(OutputComparison.rootMeanSquareDifference("g", new float[2], new float[2]))
                .isZero();
        assertThatThrownBy(() -> OutputComparison.rootMeanSquareDifference("g", new float[2], new float[3]))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("has 3 numbers, ours has 2");
    }

    private static org.assertj.core.data.Offset<Double> within(double value) {
        return org.assertj.core.data.Offset.offset(value);
    }
}
