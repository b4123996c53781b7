package org.unmute.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Writes files atomically, by writing a {@link TemporaryFile} next to the target and renaming it. */
public final class AtomicFile {
    /** Writes the content of a file. */
    public interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes a file and replaces the target with it. If writing fails, the target is unchanged and nothing is left
     * behind. If the process dies, at most a {@link TemporaryFile} is left next to the target. Once this method
     * returns, a power failure loses neither the content nor the name. An existing target keeps its permissions; a
     * symbolic link is replaced, not followed.
     *
     * @throws FileSystemException if writing or renaming fails; the message names the target
     * @throws IOException if {@code content} throws it
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
     * Writes bytes as {@link #write(Path, Content)} does.
     *
     * @throws IOException if writing or renaming fails
     */
    public static void write(Path target, byte[] content) throws IOException {
        write(target, out -> LittleEndian.writeFully(out, ByteBuffer.wrap(content)));
    }

    /** Makes a failure name the target if it names the temporary file or, as for a full device, no file at all. */
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
