package org.unmute.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** Writes random ViT-B weights and tokens in the layout that the measured prototype (prototypes/vit) reads. */
public final class PrototypeWeights {
    private static final int DIM = 768;
    private static final int HIDDEN = 4 * DIM;
    private static final int DEPTH = 12;
    private static final int TOKENS = 513;

    private final FileChannel out;
    private final SplittableRandom random = new SplittableRandom(1);

    private PrototypeWeights(FileChannel out) {
        this.out = out;
    }

    /** Writes {@code vit.bin} and {@code vit_io.bin} into the folder {@code args[0]}. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        try (FileChannel channel = open(folder.resolve("vit.bin"))) {
            PrototypeWeights w = new PrototypeWeights(channel);
            for (int i = 0; i < DEPTH; i++) {
                w.norm();
                w.linear(3 * DIM, DIM);
                w.linear(DIM, DIM);
                w.norm();
                w.linear(HIDDEN, DIM);
                w.linear(DIM, HIDDEN);
            }
            w.norm();
        }
        try (FileChannel channel = open(folder.resolve("vit_io.bin"))) {
            new PrototypeWeights(channel).write(4 * TOKENS * DIM, 0, 1);
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private void norm() throws IOException {
        write(DIM, 1, 0.1);
        write(DIM, 0, 0.1);
    }

    private void linear(int to, int from) throws IOException {
        write(to * from, 0, 0.03);
        write(to, 0, 0.03);
    }

    private void write(int n, double center, double spread) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * n).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) {
            bytes.putFloat((float) (center + spread * random.nextDouble(-1, 1)));
        }
        bytes.flip();
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
