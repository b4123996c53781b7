package org.unmute.spark.layout;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A local folder that behaves like HDFS ({@code hdfs:}: a rename is atomic and refuses to overwrite) or like an object
 * store ({@code s3a:}: nothing can be renamed, and a file appears when it is closed). The n-th modifying operation and
 * all later ones fail, as if the driver had been killed.
 */
public class FaultyFileSystem extends FileSystem {
    /** Number of operations so far, over all instances. */
    static final AtomicInteger OPERATIONS = new AtomicInteger();

    /** Number of the first operation that fails; 0 for none. */
    static volatile int failing;

    private static final Configuration SETTINGS = settings();

    private final RawLocalFileSystem local = new RawLocalFileSystem();
    private URI uri;

    /** A configuration with which Hadoop finds this class for both schemes. */
    static Configuration configuration() {
        return new Configuration(SETTINGS);
    }

    /** Reads Hadoop's default settings, which takes longer than most jobs of the tests. */
    private static Configuration settings() {
        Configuration configuration = new Configuration(false);
        configuration.addResource("core-default.xml");
        configuration.setInt(DriverLease.SECONDS, 24); // a sign of life every 2 s
        for (String scheme : new String[] {"hdfs", "s3a"}) {
            configuration.set("fs." + scheme + ".impl", FaultyFileSystem.class.getName());
            configuration.setBoolean("fs." + scheme + ".impl.disable.cache", true);
        }
        configuration.set("fs.AbstractFileSystem.hdfs.impl", FaultyContext.class.getName());
        configuration.size(); // copies are made of what was read
        return configuration;
    }

    static void change(String what) throws IOException {
        int operation = OPERATIONS.incrementAndGet();
        if (failing > 0 && operation >= failing) {
            throw new IOException("operation " + operation + " fails: " + what);
        }
    }

    private boolean isStore() {
        return uri.getScheme().equals("s3a");
    }

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        uri = URI.create(name.getScheme() + "://" + name.getAuthority());
        local.initialize(URI.create("file:///"), conf);
    }

    @Override
    public String getScheme() {
        return uri.getScheme();
    }

    @Override
    public URI getUri() {
        return uri;
    }

    private static Path there(Path path) {
        return new Path(path.toUri().getPath());
    }

    private static java.nio.file.Path file(Path path) {
        return java.nio.file.Path.of(path.toUri().getPath());
    }

    private FileStatus here(FileStatus status) {
        status.setPath(new Path(uri + status.getPath().toUri().getPath()));
        return status;
    }

    @Override
    public FSDataInputStream open(Path path, int buffer) throws IOException {
        return local.open(there(path), buffer);
    }

    @Override
    public FSDataOutputStream create(
            Path path, FsPermission permission, boolean overwrite, int buffer, short copies, long block, Progressable p)
            throws IOException {
        change("create " + path);
        if (!overwrite && Files.exists(file(path))) {
            throw new FileAlreadyExistsException(path.toString());
        }
        if (!isStore()) {
            Files.createDirectories(file(path).getParent());
        }
        OutputStream content = isStore() ? new ByteArrayOutputStream() : newFile(path, overwrite);
        return new FSDataOutputStream(new Closing(path, content, overwrite), null);
    }

    /** If several callers concurrently create the same new file, one of them succeeds, as with a name node. */
    private static OutputStream newFile(Path path, boolean overwrite) throws IOException {
        try {
            return overwrite
                    ? Files.newOutputStream(file(path))
                    : Files.newOutputStream(file(path), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw new FileAlreadyExistsException(path.toString());
        }
    }

    /** Of several conditional writes of the same object, one succeeds. */
    private static void put(Path path, byte[] bytes, boolean overwrite) throws IOException {
        Files.createDirectories(file(path).getParent());
        try (OutputStream out = newFile(path, overwrite)) {
            out.write(bytes);
        }
    }

    /** Fails on close if it is to fail: a disk then keeps a partial file, a store keeps nothing. */
    private final class Closing extends OutputStream {
        private final Path path;
        private final OutputStream content;
        private final boolean overwrite;
        private boolean closed;

        Closing(Path path, OutputStream content, boolean overwrite) {
            this.path = path;
            this.content = content;
            this.overwrite = overwrite;
        }

        @Override
        public void write(int b) throws IOException {
            content.write(b);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            content.write(b, off, len);
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                change("close " + path);
                if (content instanceof ByteArrayOutputStream bytes) {
                    put(path, bytes.toByteArray(), overwrite);
                }
            } finally {
                content.close();
            }
        }
    }

    @Override
    public FSDataOutputStream append(Path path, int buffer, Progressable progress) {
        throw new UnsupportedOperationException("nothing is appended to");
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        if (isStore()) {
            throw new UnsupportedOperationException("a store renames nothing: " + from);
        }
        change("rename " + from + " to " + to);
        if (Files.exists(file(to)) || !Files.exists(file(from))) {
            return false;
        }
        Files.move(file(from), file(to));
        return true;
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        change("delete " + path);
        return local.delete(there(path), recursive);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        FileStatus[] all = local.listStatus(there(path));
        for (FileStatus status : all) {
            here(status);
        }
        return all;
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        change("make folder " + path);
        Files.createDirectories(file(path));
        return true;
    }

    @Override
    public FileStatus getFileStatus(Path path) throws FileNotFoundException, IOException {
        return here(local.getFileStatus(there(path)));
    }

    @Override
    public void setWorkingDirectory(Path path) {
        throw new UnsupportedOperationException("paths are absolute");
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path(uri + "/");
    }
}
