package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.kernels.contract.FullBuild;

/**
 * Unlike a kill, the signal sent by Ctrl-C and by a system shutdown leaves time to print a line. {@link KillCampaignTest}
 * kills.
 */
@FullBuild("interrupts processes")
class InterruptedEndToEndTest {
    @TempDir
    static Path folder;

    private static Path recordings;
    private static Path encoder;
    private static Path cache;

    @BeforeAll
    static void prepare() throws IOException {
        recordings = folder.resolve("recordings");
        new SyntheticScenes(SyntheticScenes.Options.standard(), 11).write(recordings, 140, 20);
        encoder = TinyEncoder.write(folder, 48, 2);
        cache = folder.resolve("cache");
        Ran.ok(embed(cache));
    }

    @Test
    void embedSaysHowToGoOnAndDoes() throws Exception {
        Path shard = folder.resolve("cache-interrupted/shard-00000.tok");
        assertThat(interruptWhen(() -> size(shard) > 100_000, embed(shard.getParent())))
                .matches("(?s).*interrupted: run the same command again, it resumes after \\d+ of 160 clips\\s*");
        Ran.ok(embed(shard.getParent()));
        assertThat(shard).hasSameBinaryContentAs(cache.resolve("shard-00000.tok"));
    }

    @Test
    void probeSaysHowToGoOnAndDoes() throws Exception {
        Path undisturbed = folder.resolve("run-undisturbed");
        Ran.ok(probe(undisturbed));
        Path run = folder.resolve("run-interrupted");
        assertThat(interruptWhen(() -> size(run.resolve("checkpoint-seed0.safetensors")) > 0, probe(run)))
                .matches("(?s).*interrupted: run the same command again, it goes on after epoch \\d+ of 150\\s*");
        Ran.ok(probe(run));
        assertThat(run.resolve("probe-seed0.safetensors"))
                .hasSameBinaryContentAs(undisturbed.resolve("probe-seed0.safetensors"));
    }

    private static Object[] embed(Path out) {
        return Ran.line("embed --encoder {} --audio {} --out {}", encoder, recordings, out);
    }

    private static Object[] probe(Path out) {
        return Ran.line(
                "probe --probe protobin --cache {} --labels {} --epochs 150 --batch 32 --out {}",
                cache,
                recordings.resolve("manifest.csv"),
                out);
    }

    /** Runs the command in a process of its own, interrupts it when the condition holds and returns its output. */
    private static String interruptWhen(BooleanSupplier condition, Object... line) throws Exception {
        Path log = Files.createTempFile(folder, "interrupted", ".log");
        Process process = Java.start(log, List.of(line));
        try {
            while (process.isAlive() && !condition.getAsBoolean()) {
                process.waitFor(2, TimeUnit.MILLISECONDS);
            }
            assertThat(process.isAlive()).as("interrupted before it was done").isTrue();
            process.destroy();
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("it ends").isTrue();
            return Files.readString(log);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static long size(Path file) {
        return file.toFile().length();
    }
}
