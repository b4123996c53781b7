package org.unmute.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Records the files that this process writes to a folder, or to one file and next to it, with the digest of each. A
 * digest is computed while the bytes are written, so that a manifest states the intended content without reading files
 * again.
 *
 * <p>{@link AtomicFile}, {@link TemporaryFile} and code that appends to its own files report their writes by {@link
 * #note} and {@link #changed}. If watched folders are nested, the innermost records the file. A process watches a
 * folder only while it holds its {@link FolderLock}, so each folder is watched at most once. Any number of threads may
 * write.
 */
public final class WrittenFiles implements AutoCloseable {
    /** The file in a folder that lists the files that a command wrote there. */
    public static final String MANIFEST = "manifest.json";

    private static final Map<Path, WrittenFiles> OPEN = new ConcurrentHashMap<>();

    private final Path root;
    private final boolean single;
    private final FirstChange first;
    private final Map<Path, Optional<Digest>> files = new ConcurrentHashMap<>();
    private boolean begun;

    /**
     * The digest of a file.
     *
     * @param bytes size of the file in bytes
     * @param sha256 64 lower-case hex digits
     */
    public record Digest(long bytes, String sha256) {}

    /** An action to run before the first change. */
    public interface FirstChange {
        void run() throws IOException;
    }

    private WrittenFiles(Path root, boolean single, FirstChange first) {
        this.root = root;
        this.single = single;
        this.first = first;
    }

    /**
     * Watches a folder and all folders below it.
     *
     * @param folder an existing folder
     * @param first runs once, before the first change; if it fails, so does the change
     * @throws FolderLock.HeldException if this process is already watching it
     * @throws IOException if the folder cannot be resolved
     */
    public static WrittenFiles in(Path folder, FirstChange first) throws IOException {
        return opened(folder.toRealPath(), false, first);
    }

    /**
     * Watches one file, and files in its folder whose names begin with its name and a dot.
     *
     * @param file the file; it need not exist, but its folder must
     * @param first runs once, before the first change; if it fails, so does the change
     * @throws FolderLock.HeldException if this process is already watching it
     * @throws IOException if the file's folder cannot be resolved
     */
    public static WrittenFiles of(Path file, FirstChange first) throws IOException {
        return opened(real(file), true, first);
    }

    private static WrittenFiles opened(Path root, boolean single, FirstChange first) throws IOException {
        WrittenFiles files = new WrittenFiles(root, single, first);
        if (OPEN.putIfAbsent(root, files) != null) {
            throw FolderLock.heldHere(root, single ? "file" : "folder");
        }
        return files;
    }

    /** Resolves links in the path of a file, but not the file itself, because a link in its place is replaced. */
    private static Path real(Path file) throws IOException {
        return file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
    }

    /** The watcher that records a file; null if there is none. */
    private static @Nullable WrittenFiles covering(Path real) {
        WrittenFiles one = OPEN.get(real);
        if (one != null) {
            return one;
        }
        Path folder = real.getParent();
        for (WrittenFiles each : OPEN.values()) {
            if (each.single
                    && folder.equals(each.root.getParent())
                    && real.getFileName().toString().startsWith(each.root.getFileName() + ".")) {
                return each;
            }
        }
        for (Path above = folder; above != null; above = above.getParent()) {
            WrittenFiles each = OPEN.get(above);
            if (each != null && !each.single) {
                return each;
            }
        }
        return null;
    }

    /**
     * The watched folder or file that a file belongs to; empty if it is not watched.
     *
     * @throws IOException if the file's folder cannot be resolved
     */
    public static Optional<Path> rootOf(Path file) throws IOException {
        if (OPEN.isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(covering(real(file))).map(files -> files.root);
    }

    /**
     * A channel that hashes bytes written in order, if the file is watched; otherwise the channel itself.
     *
     * @throws IOException if the file's folder cannot be resolved
     */
    public static FileChannel watching(Path target, FileChannel channel) throws IOException {
        return covers(target) ? new WatchedChannel(channel) : channel;
    }

    /** A hashing channel for a temporary file, which does not have the watched name yet. */
    static FileChannel watched(FileChannel channel) {
        return new WatchedChannel(channel);
    }

    /** Whether a file is watched. */
    static boolean covers(Path target) throws IOException {
        return !OPEN.isEmpty() && covering(real(target)) != null;
    }

    /**
     * Reports that a file is about to be changed without going through {@link #note}. The file's digest is then unknown
     * and must be computed from its bytes. If the file is not watched, a manifest in its folder would be wrong from now
     * on, so it is replaced by the manifest of an unfinished folder.
     *
     * @throws IOException if the action before the first change fails
     */
    public static void changed(Path target) throws IOException {
        Path real = real(target);
        WrittenFiles files = covering(real);
        if (files != null) {
            files.begin();
            files.files.put(real, Optional.empty());
            return;
        }
        Path manifest = real.resolveSibling(MANIFEST);
        if (RegularFile.isFile(manifest)) {
            AtomicFile.write(manifest, sealed("{\"format\":\"unmute-folder-1\",\"finished\":false,\"files\":[]"));
        }
    }

    /** A manifest in its stored form: JSON whose last field is the digest of everything before it. */
    public static byte[] sealed(String json) {
        return (json + ",\n\"sha256\":\"" + Sha256.of(json) + "\"}\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Begins a change to a file.
     *
     * @return the change, which records the file once it is done
     * @throws IOException if the action before the first change fails
     */
    static Change before(Path target) throws IOException {
        if (OPEN.isEmpty()) {
            return new Change(null, null);
        }
        Path real = real(target);
        WrittenFiles files = covering(real);
        if (files != null) {
            files.begin();
        }
        return new Change(files, real);
    }

    /** A change to a file; {@code files} is null if the file is not watched. */
    record Change(@Nullable WrittenFiles files, @Nullable Path real) {
        /** Records that the file has the content that was written to a channel. */
        void done(FileChannel written) throws IOException {
            if (files != null) {
                files.files.put(real, written instanceof WatchedChannel w ? w.digest() : Optional.empty());
            }
        }
    }

    /**
     * Records that a file has the content that was written to its channel.
     *
     * @param written the channel returned by {@link #watching}
     * @throws IOException if the action before the first change fails
     */
    public static void note(Path target, FileChannel written) throws IOException {
        before(target).done(written);
    }

    /**
     * Runs the action before the first change, unless it has already run.
     *
     * @throws IOException if the action fails
     */
    public synchronized void begin() throws IOException {
        if (!begun) {
            begun = true; // the action itself may write
            try {
                first.run();
            } catch (IOException | RuntimeException e) {
                begun = false;
                throw e;
            }
        }
    }

    /** The watched folder or file, with all links resolved. */
    public Path root() {
        return root;
    }

    /** The files written so far, by path with all links resolved. The digest is empty if it is unknown. */
    public Map<Path, Optional<Digest>> files() {
        return Map.copyOf(files);
    }

    /** Stops watching. */
    @Override
    public void close() {
        OPEN.remove(root, this);
    }

    /** A channel that hashes bytes written in order. For one thread at a time. */
    private static final class WatchedChannel extends FileChannel {
        private final FileChannel file;
        private final MessageDigest digest = Sha256.digest();
        /** Bytes from the start of the file that the digest covers; -1 once bytes were written out of order. */
        private long hashed;

        WatchedChannel(FileChannel file) {
            this.file = file;
        }

        /** The digest of the whole file; empty if not all of it was written in order. */
        Optional<Digest> digest() throws IOException {
            if (hashed < 0 || isOpen() && hashed != file.size()) {
                return Optional.empty();
            }
            try {
                byte[] all = ((MessageDigest) digest.clone()).digest();
                return Optional.of(new Digest(hashed, HexFormat.of().formatHex(all)));
            } catch (CloneNotSupportedException e) {
                return Optional.empty(); // the digest is then computed from the file
            }
        }

        /** Hashes the {@code n} bytes before the buffer's position, which were just written. */
        private int wrote(ByteBuffer bytes, long at, int n) {
            if (n > 0) {
                if (at == hashed) {
                    digest.update(
                            bytes.duplicate().position(bytes.position() - n).limit(bytes.position()));
                    hashed += n;
                } else {
                    hashed = -1;
                }
            }
            return n;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            long at = file.position();
            return wrote(bytes, at, file.write(bytes));
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            return wrote(bytes, position, file.write(bytes, position));
        }

        @Override
        public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
            long all = 0;
            for (int i = offset; i < offset + length; i++) {
                while (bytes[i].hasRemaining()) {
                    all += write(bytes[i]);
                }
            }
            return all;
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            if (size < hashed) {
                hashed = -1;
            }
            file.truncate(size);
            return this;
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            hashed = -1;
            return file.transferFrom(source, position, count);
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            mapped(mode);
            return file.map(mode, position, size);
        }

        @Override
        public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
            mapped(mode);
            return file.map(mode, offset, size, arena);
        }

        private void mapped(MapMode mode) {
            if (mode != MapMode.READ_ONLY) {
                hashed = -1;
            }
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return file.read(into);
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) throws IOException {
            return file.read(into, offset, length);
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            file.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void force(boolean metaData) throws IOException {
            file.force(metaData);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return file.transferTo(position, count, target);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            return file.lock(position, size, shared);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return file.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }
}
