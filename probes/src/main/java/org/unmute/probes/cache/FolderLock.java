package org.unmute.probes.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The exclusive right to write to a folder: an operating system lock on a file in it, which ends with the process that
 * holds it.
 */
public final class FolderLock implements AutoCloseable {
    /**
     * Lock files of this process. POSIX drops a lock when any channel of the process to that file closes, so a second
     * channel must not be opened.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final int MAX_OWNER_BYTES = 64;

    private final Path file;
    private final FileChannel channel;

    /** Another holder has the lock. */
    public static final class HeldException extends IOException {
        private static final long serialVersionUID = 1;

        HeldException(Path folder, String owner) {
            super(owner + " is writing to " + folder + ": wait until it is done, or write to another folder");
        }
    }

    private FolderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Acquires the lock.
     *
     * @param folder an existing folder
     * @param name of the lock file in it, which is created if needed and never deleted
     * @throws HeldException if another process holds it, or this one
     * @throws IOException if the file cannot be written
     */
    public static FolderLock acquire(Path folder, String name) throws IOException {
        Path file = folder.toRealPath().resolve(name);
        if (!HELD.add(file)) {
            throw new HeldException(folder, "this process");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            // The last byte is locked: where locks forbid reading, the owner's process id stays readable.
            FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
            if (lock == null) {
                throw new HeldException(folder, "process " + owner(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
                    0);
            return new FolderLock(file, channel);
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            if (channel != null) {
                channel.close();
            }
            throw e;
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MAX_OWNER_BYTES);
        channel.read(text, 0);
        String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
        return pid.matches("\\d+") ? pid : "(number unknown)";
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD.remove(file);
    }
}
