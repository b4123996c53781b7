package org.unmute.bench.own;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.bench.peer.Peer;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;

class UnmuteTest {
    @TempDir
    private Path folder;

    private CaseFolder folder() throws IOException {
        Files.writeString(
                folder.resolve(CaseFolder.CASE), "{\"kind\": \"match\", \"tokens\": 2, \"dim\": 2, \"prototypes\": 3}");
        Npy.write(folder.resolve("x.npy"), Shape.of(2, 2), new float[] {3, 3, -2, 0});
        Npy.write(folder.resolve("p.npy"), Shape.of(3, 2), new float[] {1, 1, -1, 1, -1, -1});
        return CaseFolder.open(folder, "me");
    }

    @Test
    void scoresAndWinnersAreThoseOfTheBestToken() throws Exception {
        try (Peer.Call match = Unmute.match(folder())) {
            match.run();
            match.show(folder());
        }
        Path out = CaseFolder.outputs(folder, "me");
        assertThat(Npy.read(out.resolve("winner.npy")).ints()).containsExactly(0, 1, 1);
        float half = (float) Math.sqrt(0.5);
        assertThat(Npy.read(out.resolve("score.npy")).floats())
                .containsExactly(new float[] {1, half, half}, org.assertj.core.data.Offset.offset(1e-6f));
    }

    /**
     * An op runs only when its values are requested, so the timed call must include that, not only the creation of the
     * op.
     */
    @Test
    void everythingIsComputedWithinTheCall() throws Exception {
        try (Peer.Call match = Unmute.match(folder())) {
            match.run();
            long winnersAndScores = 2 * 3 * Integer.BYTES;
            assertThat(match.tensorBytes()).isGreaterThanOrEqualTo(winnersAndScores);
        }
    }
}
