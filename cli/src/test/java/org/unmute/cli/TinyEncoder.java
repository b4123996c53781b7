package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.data.scene.SyntheticScenes;

/** Inputs of end-to-end tests: an encoder trained for two steps and a few synthesized recordings of one second. */
final class TinyEncoder {
    private TinyEncoder() {}

    /** Writes an encoder with {@code dim} channels. */
    static Path write(Path folder, int dim) {
        return write(folder, dim, 1);
    }

    /** Writes an encoder with {@code dim} channels and {@code depth} blocks. */
    static Path write(Path folder, int dim, int depth) {
        Path file = folder.resolve("encoder-" + dim + "-" + depth + ".safetensors");
        Ran.ok(
                "pretrain -q --synthetic --steps 2 --batch 2 --clips 4 --dim {} --depth {} --heads 2 --out {}",
                dim,
                depth,
                file);
        return file;
    }

    /** Writes {@code train/000000.wav …} and {@code test/000000.wav …}. */
    static Path recordings(Path folder, int train, int test) throws IOException {
        Path recordings = folder.resolve("recordings");
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(1), 5).write(recordings, train, test);
        return recordings;
    }
}
