package org.unmute.probes.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** Trained weights that changed on disk are rejected, because scoring with them would go unnoticed. */
class FlippedBitsTest {
    private static final int SIGNS = 500;

    @TempDir
    Path folder;

    private final Backend scalar = Backends.open("scalar", 1).backend();

    private TrainedProbe protobin() {
        Probe probe = Probes.create(scalar, "protobin", 64, 3, true, ProbeOptions.parse("prototypes=8"), 4);
        return new TrainedProbe(probe, List.of("a", "b", "c"), true, false, null, "e", "f");
    }

    /** Flips the sign bits of float32 numbers at the end of a file, where its tensors are stored. */
    private static void flipSigns(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < SIGNS; i++) {
            bytes[bytes.length - 1 - 4 * random.nextInt(SIGNS)] ^= (byte) 0x80;
        }
        Files.write(file, bytes);
    }

    @Test
    void aTrainedProbeIsRefused() throws IOException {
        Path file = folder.resolve("probe.safetensors");
        protobin().save(file);
        flipSigns(file);
        assertThatThrownBy(() -> TrainedProbe.load(file, scalar))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll("digest-mismatch", "train it again");
    }

    @Test
    void aPackedProbeIsRefusedWhicheverByteChanged() throws IOException {
        Path file = folder.resolve("packed.safetensors");
        PackedProtobin.pack(protobin()).save(file);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % Byte.SIZE);
            Files.write(file, damaged);
            // If the format name itself is hit, the message says that this is not a packed probe.
            assertThatThrownBy(() -> PackedProtobin.load(file))
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
        }
        Files.write(file, whole);
        assertThat(PackedProtobin.load(file).classes()).hasSize(3);
    }

    /** A file cannot lose its digest unnoticed: its version determines whether it must have one. */
    @Test
    void aFileOfThisVersionMustHaveADigest() throws IOException {
        Path file = folder.resolve("probe.safetensors");
        protobin().save(file);
        copyWithoutDigest(file, "unmute-probe-2");
        assertFails(MalformedFileException.class, () -> TrainedProbe.load(file, scalar), "digest-missing");
        copyWithoutDigest(file, "unmute-probe-1");
        assertThat(TrainedProbe.load(file, scalar).classes()).hasSize(3);
        copyWithoutDigest(file, "unmute-probe-3");
        assertFails(() -> TrainedProbe.load(file, scalar), "unmute-probe-1 or unmute-probe-2", "unmute-probe-3");
    }

    private static void copyWithoutDigest(Path file, String format) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter();
        try (SafetensorsFile in = SafetensorsFile.open(file)) {
            in.metadata().forEach((key, value) -> {
                if (!key.equals("unmute_digest")) {
                    out.metadata(key, key.equals("format") ? format : value);
                }
            });
            in.names().forEach(name -> out.add(name, in.shape(name), in.floats(name)));
        }
        out.write(file);
    }
}
