package org.unmute.spark.input;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system without a disk. {@code pretend:/FOLDERS-FILES-SECONDS} contains that many folders, each with that many
 * silent WAV files of that length at {@value #RATE} Hz; {@code tagged:/…} is the same with ETags. Every name of this
 * form below it exists, and no others.
 */
public final class PretendFileSystem extends FileSystem {
    static final int RATE = 8000;
    private static final int HEADER = 44;
    private static final long MODIFIED = 1_700_000_000_000L;
    /** How often opening a file fails before it succeeds, by file name; shared by all tests of the JVM. */
    static final Map<String, AtomicInteger> FAILURES = new ConcurrentHashMap<>();
    /** How often each file was opened. */
    static final Map<String, AtomicInteger> OPENED = new ConcurrentHashMap<>();

    /** Number of bytes read from all files. */
    static final AtomicLong READ = new AtomicLong();

    private URI uri;

    /** Registers this file system with Hadoop. */
    static void register(Configuration configuration) {
        configuration.set("fs.pretend.impl", PretendFileSystem.class.getName());
        configuration.set("fs.tagged.impl", PretendFileSystem.class.getName());
    }

    /** The status of a file with an ETag, in quotes as from some stores. */
    private static final class Tagged extends FileStatus implements EtagSource {
        private static final long serialVersionUID = 1;

        Tagged(long length, Path path) {
            super(length, false, 1, 1 << 27, MODIFIED, path);
        }

        @Override
        public String getEtag() {
            return "\"e" + Integer.toHexString(getPath().toString().hashCode()) + "\"";
        }
    }

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
        super.initialize(name, conf);
        uri = URI.create(name.getScheme() + ":///");
        setConf(conf);
    }

    @Override
    public URI getUri() {
        return uri;
    }

    private static int[] sizes(String folder) throws FileNotFoundException {
        if (!folder.matches("\\d+-\\d+-\\d+")) {
            throw new FileNotFoundException("no folder " + folder);
        }
        return IntStream.of(0, 1, 2)
                .map(i -> Integer.parseInt(folder.split("-")[i]))
                .toArray();
    }

    private static String[] parts(Path path) {
        return path.toUri().getPath().substring(1).split("/");
    }

    @Override
    public FileStatus getFileStatus(Path given) throws IOException {
        Path path = makeQualified(given);
        String[] parts = parts(path);
        int[] sizes = sizes(parts[0]);
        if (parts.length < 3) {
            return new FileStatus(0, true, 1, 1, 0, path);
        }
        if (parts.length > 3 || !parts[2].matches("clip[ :]\\d+\\.wav")) {
            throw new FileNotFoundException("no file " + path);
        }
        long length = HEADER + 2L * RATE * sizes[2];
        return uri.getScheme().equals("tagged")
                ? new Tagged(length, path)
                : new FileStatus(length, false, 1, 1 << 27, MODIFIED, path);
    }

    @Override
    public FileStatus[] listStatus(Path given) throws IOException {
        Path path = makeQualified(given);
        String[] parts = parts(path);
        int[] sizes = sizes(parts[0]);
        FileStatus[] found = new FileStatus[parts.length == 1 ? sizes[0] : sizes[1]];
        for (int i = 0; i < found.length; i++) {
            Path child = new Path(
                    path.toUri().getScheme(),
                    null,
                    path.toUri().getPath() + (parts.length == 1 ? "/_folder_" + i : "/clip:" + i + ".wav"));
            found[i] = getFileStatus(child);
        }
        return found;
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        String name = path.getName();
        OPENED.computeIfAbsent(name, _ -> new AtomicInteger()).incrementAndGet();
        AtomicInteger failures = FAILURES.get(name);
        if (failures != null && failures.getAndDecrement() > 0) {
            throw new IOException("the network is down");
        }
        return new FSDataInputStream(new Silence(getFileStatus(path).getLen()));
    }

    private static byte[] header(int dataBytes) {
        return ByteBuffer.allocate(HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(HEADER - 8 + dataBytes)
                .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(RATE)
                .putInt(2 * RATE)
                .putShort((short) 2)
                .putShort((short) 16)
                .put("data".getBytes(StandardCharsets.US_ASCII))
                .putInt(dataBytes)
                .array();
    }

    private static final class Silence extends FSInputStream {
        private final byte[] header;
        private final long length;
        private long at;

        Silence(long length) {
            this.length = length;
            header = header((int) length - HEADER);
        }

        @Override
        public int read() {
            if (at >= length) {
                return -1;
            }
            int value = at < HEADER ? header[(int) at] & 0xFF : 0;
            at++;
            return value;
        }

        @Override
        public int read(byte[] into, int from, int count) {
            if (at >= length) {
                return -1;
            }
            int n = (int) Math.min(count, length - at);
            for (int i = 0; i < n; i++) {
                into[from + i] = at + i < HEADER ? header[(int) at + i] : 0;
            }
            at += n;
            READ.addAndGet(n);
            return n;
        }

        @Override
        public void seek(long to) {
            at = to;
        }

        @Override
        public long getPos() {
            return at;
        }

        @Override
        public boolean seekToNewSource(long target) {
            return false;
        }
    }

    @Override
    public FSDataOutputStream create(
            Path path, FsPermission p, boolean overwrite, int buffer, short copies, long block, Progressable progress) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean rename(Path from, Path to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean delete(Path path, boolean recursive) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setWorkingDirectory(Path folder) {}

    @Override
    public Path getWorkingDirectory() {
        return new Path(uri.getScheme() + ":/");
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) {
        throw new UnsupportedOperationException();
    }
}
