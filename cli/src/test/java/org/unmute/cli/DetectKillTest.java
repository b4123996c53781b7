package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/** A {@code detect} that is killed at several points and rerun leaves the same files as an uninterrupted one. */
@FullBuild("kills processes")
class DetectKillTest {
    private static final int RECORDINGS = 40;

    @TempDir
    Path folder;

    @Test
    void detectGoesOnWhereItWasKilled() throws Exception {
        Path probe = DetectFixture.probes(folder, "protobin").getFirst();
        Path recordings = DetectFixture.recordings(folder.resolve("recordings"), RECORDINGS);
        Path undisturbed = folder.resolve("undisturbed");
        Ran.ok(detect(probe, recordings, undisturbed));
        long whole = Files.size(undisturbed.resolve(".detect/events.log"));

        Path killed = folder.resolve("killed");
        int kills = 0;
        long before = 0;
        for (double share : new double[] {0.01, 0.4, 0.8}) {
            if (kill(probe, recordings, killed, (long) (share * whole))) {
                kills++;
                long now = Files.size(killed.resolve(".detect/events.log"));
                assertThat(now).as("what was done is kept").isBetween(before, whole);
                before = now;
            }
        }
        assertThat(kills).as("times that it was killed before it was done").isGreaterThan(1);
        assertThat(killed.resolve("run.json")).doesNotExist();
        // Leftovers of a process that was killed while writing.
        Files.writeString(killed.resolve(".detect/table.tmp"), "half");
        Files.writeString(killed.resolve("run.json.1-2.tmp"), "half");
        byte[] log = Files.readAllBytes(killed.resolve(".detect/events.log"));
        Files.write(killed.resolve(".detect/events.log"), Arrays.copyOf(log, log.length - 7));

        Ran resumed = Ran.ok(detect(probe, recordings, killed));
        assertThat(resumed.err()).contains("of results were unfinished or damaged and are dropped");
        assertThat(resumed.out()).doesNotContain("(0 read now").doesNotContain(" 0 already there");
        DetectFixture.assertSame(killed, undisturbed);
    }

    static Object[] detect(Path probe, Path recordings, Path out) {
        return Ran.line(
                "detect --probe {} --audio {} --threshold 0.4 --format csv,jsonl,raven,audacity,birdnet,parquet --out {}",
                probe,
                recordings,
                out);
    }

    /** Kills a run once its log has the given size; false if the run finished before. */
    private boolean kill(Path probe, Path recordings, Path out, long bytes) throws Exception {
        return Java.killedWhen(
                folder,
                List.of(detect(probe, recordings, out)),
                () -> size(out.resolve(".detect/events.log")) >= bytes);
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }
}
