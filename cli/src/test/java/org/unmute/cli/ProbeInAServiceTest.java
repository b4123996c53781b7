package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.pool.TrainedProbe;

/** The library accepts probes trained on the command line: both compute the same hashes of encoder and front end. */
class ProbeInAServiceTest {
    @Test
    void aProbeOfTheCommandLineKnowsItsEncoder(@TempDir Path folder) throws Exception {
        Path checkpoint = TinyEncoder.write(folder, 16);
        Path recordings = TinyEncoder.recordings(folder, 6, 2);
        Ran.ok(
                "embed -q --encoder {} --audio {} --out {}",
                checkpoint,
                recordings.resolve("manifest.csv"),
                folder.resolve("cache"));
        Ran.ok(
                "probe -q --probe linear-mean --cache {} --labels {} --split train --epochs 1 --seeds 0 " + "--out {}",
                folder.resolve("cache"),
                recordings.resolve("manifest.csv"),
                folder.resolve("run"));
        List<Path> trained;
        try (Stream<Path> files = Files.list(folder.resolve("run"))) {
            trained = files.filter(f -> f.getFileName().toString().equals("probe-seed0.safetensors"))
                    .toList();
        }
        assertThat(trained).hasSize(1);
        TrainedProbe probe = TrainedProbe.open(trained.getFirst());
        Encoder encoder = Encoders.open(checkpoint);
        probe.requireTokensOf(encoder, checkpoint);
        assertThat(probe.scoresByClass(encoder.encode(Wav.read(recordings.resolve("test/000000.wav")))))
                .hasSize(probe.classes().size())
                .allSatisfy((name, score) -> assertThat(score).isBetween(0f, 1f));
    }
}
