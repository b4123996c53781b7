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

/** The right to write to a cache folder: a lock of the operating system, so it ends with the process that holds it. */
final class CacheLock implements AutoCloseable {
    /** Folders locked by this process. POSIX drops a lock when any channel of the process to that file closes, so ask here first. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();
    private static final int MAX_OWNER_BYTES = 64;

    private final Path folder;
    private final FileChannel channel;

    private CacheLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    static CacheLock acquire(Path folder) throws IOException {
        Path real = folder.toRealPath();
        if (!HELD.add(real)) {
            throw busy(folder, "this process");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(real.resolve("cache.lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            // The last byte is locked, not the first ones: where locks forbid reading, the owner's number stays readable.
            FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
            if (lock == null) {
                throw busy(folder, "process " + owner(channel));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)), 0);
            return new CacheLock(real, channel);
        } catch (IOException | RuntimeException e) {
            HELD.remove(real);
            if (channel != null) {
                channel.close();
            }
            throw e;
        }
    }

    private static TokenCacheException busy(Path folder, String owner) {
        return new TokenCacheException("token cache: " + owner + " is writing to " + folder
                + ": wait until it is done, or write to another folder");
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
        HELD.remove(folder);
    }
}
