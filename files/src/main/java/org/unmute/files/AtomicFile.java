package org.unmute.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Writes files atomically: to a {@link TemporaryFile} next to the target, which is then renamed. */
public final class AtomicFile {
    /** Writes the content. */
    public interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes a file and replaces the target with it. If writing fails, the target is unchanged and nothing is left
     * behind; if the process dies, at most a {@link TemporaryFile} is left next to it. Once this returns, a power
     * failure loses neither the content nor the name. A target that is there keeps its permissions; a symbolic link is
     * replaced, not followed.
     *
     * @throws FileSystemException naming the target, if writing or renaming fails
     * @throws IOException if the content throws it
     */
    public static void write(Path target, Content content) throws IOException {
        try (TemporaryFile temporary = TemporaryFile.create(target)) {
            content.writeTo(temporary.channel());
            temporary.replace(target);
        } catch (IOException e) {
            throw named(target, e);
        }
    }

    /**
     * Writes bytes in the same way.
     *
     * @throws IOException if writing or renaming fails
     */
    public static void write(Path target, byte[] content) throws IOException {
        write(target, out -> LittleEndian.writeFully(out, ByteBuffer.wrap(content)));
    }

    /** Names the target where the failure names the temporary file, or, as that of a full device, no file. */
    private static IOException named(Path target, IOException e) {
        if (!(e instanceof FileSystemException f)
                || f.getFile() == null
                || !TemporaryFile.isOne(Path.of(f.getFile()))) {
            return FileFailure.named(target, e);
        }
        FileSystemException named = switch (f) {
            case AccessDeniedException _ -> new AccessDeniedException(target.toString(), null, f.getReason());
            case NoSuchFileException _ ->
                new NoSuchFileException(
                        target.toAbsolutePath().getParent().toString(), null, "the folder of " + target);
            case AtomicMoveNotSupportedException _ ->
                new FileSystemException(
                        target.toString(),
                        null,
                        "the file system cannot replace a file in one step: write to a local disk");
            default -> new FileSystemException(target.toString(), null, f.getReason());
        };
        named.initCause(f);
        return named;
    }
}
