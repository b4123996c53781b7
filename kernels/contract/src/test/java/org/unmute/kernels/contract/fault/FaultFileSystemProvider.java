package org.unmute.kernels.contract.fault;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The operating system's file system, with operations that fail according to the {@link FaultPlan}. The JVM uses it as
 * the default file system with {@code -Djava.nio.file.spi.DefaultFileSystemProvider}, so that all calls of {@link
 * java.nio.file.Files} and {@link FileChannel#open} pass through it. The streams of {@code java.io} do not.
 */
public final class FaultFileSystemProvider extends FileSystemProvider {
    private static final Set<OpenOption> CHANGING =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND, StandardOpenOption.CREATE_NEW);

    private final FileSystemProvider real;
    private final FaultFileSystem system;

    /** Called by the JVM with its own provider. */
    public FaultFileSystemProvider(FileSystemProvider real) {
        this.real = real;
        system = new FaultFileSystem(this, real.getFileSystem(URI.create("file:///")));
    }

    private static Path plain(Path path) {
        return FaultPath.unwrap(path);
    }

    private static VolatileDisk disk() {
        FaultPlan plan = FaultPlan.installed();
        return plan == null ? null : plan.disk();
    }

    @Override
    public String getScheme() {
        return real.getScheme();
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> env) throws IOException {
        return real.newFileSystem(uri, env);
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return system;
    }

    @Override
    public Path getPath(URI uri) {
        return new FaultPath(system, real.getPath(uri));
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        Path file = plain(path);
        boolean changes = options.stream().anyMatch(CHANGING::contains);
        FaultPlan.before(changes ? Operation.CREATE : Operation.OPEN, file);
        VolatileDisk disk = disk();
        boolean there = disk != null && changes && exists(real, file);
        FileChannel channel = real.newFileChannel(file, options, attributes);
        if (disk != null && changes) {
            disk.opened(file, there, options.contains(StandardOpenOption.TRUNCATE_EXISTING));
        }
        return new FaultChannel(file, channel, disk, options.contains(StandardOpenOption.APPEND));
    }

    private static boolean exists(FileSystemProvider provider, Path file) {
        try {
            provider.checkAccess(file);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        FaultPlan.before(Operation.LIST, plain(folder));
        DirectoryStream<Path> stream =
                real.newDirectoryStream(plain(folder), path -> filter.accept(new FaultPath(system, path)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                Iterator<Path> paths = stream.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return paths.hasNext();
                    }

                    @Override
                    public Path next() {
                        return new FaultPath(system, paths.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        FaultPlan.before(Operation.FOLDER, plain(folder));
        real.createDirectory(plain(folder), attributes);
        VolatileDisk disk = disk();
        if (disk != null) {
            disk.folder(plain(folder));
        }
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes) throws IOException {
        real.createSymbolicLink(plain(link), plain(target), attributes);
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        return new FaultPath(system, real.readSymbolicLink(plain(link)));
    }

    @Override
    public void delete(Path path) throws IOException {
        FaultPlan.before(Operation.DELETE, plain(path));
        real.delete(plain(path));
        VolatileDisk disk = disk();
        if (disk != null) {
            disk.deleted(plain(path));
        }
    }

    @Override
    public boolean deleteIfExists(Path path) throws IOException {
        try {
            delete(path);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        throw new UnsupportedOperationException("no command copies files: " + source + " to " + target);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        FaultPlan.before(Operation.RENAME, plain(target));
        real.move(plain(source), plain(target), options);
        VolatileDisk disk = disk();
        if (disk != null) {
            disk.renamed(plain(source), plain(target));
        }
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return real.isSameFile(plain(one), plain(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return real.isHidden(plain(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return real.getFileStore(plain(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        FaultPlan.before(Operation.STAT, plain(path));
        real.checkAccess(plain(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return real.getFileAttributeView(plain(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        FaultPlan.before(Operation.STAT, plain(path));
        return real.readAttributes(plain(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        FaultPlan.before(Operation.STAT, plain(path));
        return real.readAttributes(plain(path), attributes, options);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        real.setAttribute(plain(path), attribute, value, options);
    }
}
