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

/**
 * What this process writes into a folder, or to one file and beside it, with the digest of each file. It is computed
 * while the bytes pass, so that a manifest can state what was meant to be stored without reading it again.
 *
 * <p>{@link AtomicFile}, {@link TemporaryFile} and those who append to files of their own note what they write with
 * {@link #note} and {@link #changed}. Of nested folders that are watched, the innermost takes the note. A process
 * watches a folder only while it holds its {@link FolderLock}, so each folder is watched once. Any number of threads
 * may write.
 */
public final class WrittenFiles implements AutoCloseable {
    /** The file in a folder that states what a command wrote there. */
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
     * @param bytes its size
     * @param sha256 64 lower-case hex digits
     */
    public record Digest(long bytes, String sha256) {}

    /** What is done before anything is changed. */
    public interface FirstChange {
        void run() throws IOException;
    }

    private WrittenFiles(Path root, boolean single, FirstChange first) {
        this.root = root;
        this.single = single;
        this.first = first;
    }

    /**
     * Watches a folder and those below it.
     *
     * @param folder exists
     * @param first runs once, before the first change; if it fails, so does the change
     * @throws FolderLock.HeldException if this process watches it already
     * @throws IOException if the folder cannot be resolved
     */
    public static WrittenFiles in(Path folder, FirstChange first) throws IOException {
        return opened(folder.toRealPath(), false, first);
    }

    /**
     * Watches one file, and those in its folder whose names begin with its name and a dot.
     *
     * @param file need not exist; its folder must
     * @param first runs once, before the first change; if it fails, so does the change
     * @throws FolderLock.HeldException if this process watches it already
     * @throws IOException if its folder cannot be resolved
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

    /** Links in a file's path lead elsewhere; one in its place is replaced. */
    private static Path real(Path file) throws IOException {
        return file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
    }

    /** Who takes notes of a file; null if nobody does. */
    private static WrittenFiles covering(Path real) {
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
     * What is watched that a file belongs to: a folder, or a file; empty if nothing is.
     *
     * @throws IOException if its folder cannot be resolved
     */
    public static Optional<Path> rootOf(Path file) throws IOException {
        if (OPEN.isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(covering(real(file))).map(files -> files.root);
    }

    /**
     * A channel whose bytes are hashed while they are written in order, if somebody takes notes of the file; else the
     * channel itself.
     *
     * @throws IOException if its folder cannot be resolved
     */
    public static FileChannel watching(Path target, FileChannel channel) throws IOException {
        return covers(target) ? new WatchedChannel(channel) : channel;
    }

    /** The same for a temporary file, before it has the name of which notes are taken. */
    static FileChannel watched(FileChannel channel) {
        return new WatchedChannel(channel);
    }

    /** Whether somebody takes notes of a file. */
    static boolean covers(Path target) throws IOException {
        return !OPEN.isEmpty() && covering(real(target)) != null;
    }

    /**
     * Says that a file is going to be changed, by other bytes than those of {@link #note}. It is read when its digest
     * is asked for. Where nobody takes notes, a manifest in the file's folder would be wrong from now on: it is
     * replaced by one of an unfinished folder.
     *
     * @throws IOException if what is to be done before the first change fails
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

    /** A manifest as it is stored: JSON whose last field is the digest of all that stands before it. */
    public static byte[] sealed(String json) {
        return (json + ",\n\"sha256\":\"" + Sha256.of(json) + "\"}\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Begins a change of a file.
     *
     * @return takes note of it once it is done
     * @throws IOException if what is to be done before the first change fails
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

    /** A change of a file; null for {@code files} if nobody takes notes. */
    record Change(WrittenFiles files, Path real) {
        /** Notes that the file has what was written to a channel. */
        void done(FileChannel written) throws IOException {
            if (files != null) {
                files.files.put(real, written instanceof WatchedChannel w ? w.digest() : Optional.empty());
            }
        }
    }

    /**
     * Notes that a file has what was written to its channel.
     *
     * @param written what {@link #watching} gave
     * @throws IOException if what is to be done before the first change fails
     */
    public static void note(Path target, FileChannel written) throws IOException {
        before(target).done(written);
    }

    /**
     * Runs what is to be done before the first change, unless that was done.
     *
     * @throws IOException if it fails
     */
    public synchronized void begin() throws IOException {
        if (!begun) {
            begun = true; // it may write itself
            try {
                first.run();
            } catch (IOException | RuntimeException e) {
                begun = false;
                throw e;
            }
        }
    }

    /** The folder, or the file, with all links resolved. */
    public Path root() {
        return root;
    }

    /** What was written so far, by path with all links resolved; empty where the digest is not known. */
    public Map<Path, Optional<Digest>> files() {
        return Map.copyOf(files);
    }

    /** Watches no longer. */
    @Override
    public void close() {
        OPEN.remove(root, this);
    }

    /** A file's channel that hashes what is written in order. One thread at a time. */
    private static final class WatchedChannel extends FileChannel {
        private final FileChannel file;
        private final MessageDigest digest = Sha256.digest();
        /** Bytes from the start of the file that the digest has seen; -1 once others were written over. */
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
                return Optional.empty(); // the file is read instead
            }
        }

        /** Hashes what was written of a buffer, which stands behind it. */
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
