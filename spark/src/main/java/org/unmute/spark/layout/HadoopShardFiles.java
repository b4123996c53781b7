package org.unmute.spark.layout;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.OpenFileOptions;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;
import org.unmute.probes.cache.files.ShardFiles;
import org.unmute.spark.input.HadoopFiles;

/**
 * The files of a token cache on any file system that Hadoop opens, read in ranges. Passed to {@code
 * TokenCache.open(ShardFiles, CacheKey)}, so that probes can be trained on a cache too large for any local disk.
 */
public final class HadoopShardFiles implements ShardFiles {
    /** Max number of idle streams, kept open since the next clip may be in the same shard. */
    private static final int IDLE = 64;

    private final FileSystem system;
    private final Path folder;
    private final Map<String, FileStatus> known = new ConcurrentHashMap<>();
    private final Deque<Open> idle = new ArrayDeque<>();

    private record Open(String name, FSDataInputStream stream) {}

    /**
     * @param folder folder with the shards, a path or URI: {@code DIR/tokens} of a job
     * @throws IOException if there is no such file system
     */
    public HadoopShardFiles(String folder, Configuration configuration) throws IOException {
        HadoopFiles files = new HadoopFiles(configuration);
        this.folder = files.qualified(folder);
        system = files.system(this.folder);
    }

    @Override
    public String place() {
        return folder.toString();
    }

    @Override
    public List<String> list() throws IOException {
        Map<String, FileStatus> files = new TreeMap<>();
        try {
            for (FileStatus status : system.listStatus(folder)) {
                if (status.isFile()) {
                    files.put(status.getPath().getName(), status);
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        files.forEach(known::putIfAbsent); // a size that was reported once stays valid
        return List.copyOf(files.keySet());
    }

    @Override
    public long size(String name) throws IOException {
        return status(name).getLen();
    }

    private FileStatus status(String name) throws IOException {
        FileStatus status = known.get(name);
        if (status == null) {
            try {
                FileStatus asked = system.getFileStatus(new Path(folder, name));
                status = known.putIfAbsent(name, asked);
                status = status == null ? asked : status;
            } catch (FileNotFoundException e) {
                throw new NoSuchFileException(folder + "/" + name);
            }
        }
        return status;
    }

    @Override
    public MemorySegment read(String name, long offset, long length) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(length)];
        Open open = take(name);
        boolean whole = false;
        try {
            open.stream().readFully(offset, bytes, 0, bytes.length);
            whole = true;
        } catch (IOException e) {
            throw new IOException(
                    "read " + length + " bytes at byte " + offset + " of " + folder + "/" + name + ": "
                            + e.getMessage(),
                    e);
        } finally {
            if (whole) {
                giveBack(open);
            } else {
                closeQuietly(open);
            }
        }
        return MemorySegment.ofArray(bytes);
    }

    /** Takes a stream of a file for one thread. */
    private Open take(String name) throws IOException {
        synchronized (idle) {
            for (Iterator<Open> each = idle.descendingIterator(); each.hasNext(); ) {
                Open open = each.next();
                if (open.name().equals(name)) {
                    each.remove();
                    return open;
                }
            }
        }
        FileStatus status = status(name);
        return new Open(
                name,
                FutureIO.awaitFuture(system.openFile(status.getPath())
                        .opt(OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY, "random")
                        .withFileStatus(status)
                        .build()));
    }

    private void giveBack(Open open) {
        Open eldest;
        synchronized (idle) {
            idle.addLast(open);
            eldest = idle.size() > IDLE ? idle.removeFirst() : null;
        }
        if (eldest != null) {
            closeQuietly(eldest);
        }
    }

    private static void closeQuietly(Open open) {
        try {
            open.stream().close();
        } catch (IOException e) {
            System.getLogger("org.unmute").log(System.Logger.Level.DEBUG, "a shard could not be closed", e);
        }
    }

    @Override
    public void close() {
        synchronized (idle) {
            idle.forEach(HadoopShardFiles::closeQuietly);
            idle.clear();
        }
    }
}
