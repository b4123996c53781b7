package org.unmute.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/** Writes files atomically: to a temporary file next to the target, which is then renamed. */
public final class AtomicFile {
    private static final AtomicLong SERIAL = new AtomicLong();

    /** Writes the content. */
    public interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes a file and replaces the target with it. If writing fails, the target is unchanged and nothing is left
     * behind; if the process dies, at most a file whose name ends in {@code .tmp} is left next to it.
     *
     * @throws IOException if writing or renaming fails
     */
    public static void write(Path target, Content content) throws IOException {
        Path temporary = target.resolveSibling(
                target.getFileName() + "." + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet() + ".tmp");
        try {
            try (FileChannel out = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                content.writeTo(out);
                out.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /**
     * Writes bytes in the same way.
     *
     * @throws IOException if writing or renaming fails
     */
    public static void write(Path target, byte[] content) throws IOException {
        write(target, out -> {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
        });
    }
}
